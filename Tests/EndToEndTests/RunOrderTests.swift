import Fixtures
import Foundation
import SystemPackage
import Testing

/// In which order a run does things, how many at once, and when it gives up.
struct RunOrderTests {
    private func withServices(
        _ lines: [String], top: String = "", _ body: (Monorepo) async throws -> Void
    ) async throws {
        let services = lines.map { "  \($0)\n" }.joined()
        try await withMonorepo("services:\n" + services + top) { repository in
            let files = lines.compactMap { $0.split(separator: ":").first }.map { ("\($0)/x", "") }
            try await repository.git.commit(
                "chore: folders",
                Dictionary(uniqueKeysWithValues: files).merging([".gitignore": "order\n*.jobs\nbegun\n"]) { $1 })
            try await body(repository)
        }
    }

    /// A service whose build writes down when it begins and ends, and leaves others time to begin meanwhile.
    private func watched(_ name: String, _ more: String = "") -> String {
        "\(name): {path: \(name), toolchain: command, test: false, build: \"echo + >> $SLIPWAY_ROOT/order; sleep 0.2; echo - >> $SLIPWAY_ROOT/order\"\(more)}"
    }

    /// The most that ran at once.
    private func width(_ repository: Monorepo) throws -> Int {
        var (now, most) = (0, 0)
        for line in try repository.root.appending("order").text.split(separator: "\n") {
            now += line == "+" ? 1 : -1
            most = max(most, now)
        }
        return most
    }

    @Test(arguments: [
        ("", "", 3), (", pool: [docker]", "", 1), (", pool: [docker]", "pools: {docker: 2}\n", 2), (", cpu: 2", "", 1),
        (", cpu: 99", "", 1), (", memory: 1000000GB", "", 1), (", memory: 1KB", "", 3),
    ])
    func `commands share pools, slots and memory`(more: String, top: String, most: Int) async throws {
        try await withServices(["a", "b", "c"].map { watched($0, more) }, top: top) { repository in
            let said = try await repository.slipway("run", "--jobs", "3")
            #expect(said.exit == 0, "\(said.errors)")
            // A machine that is busy may do with fewer at once, and never with more.
            let found = try width(repository)
            #expect(most == 1 ? found == 1 : found <= most)
        }
    }

    @Test func `what a step used is in its outcome`() async throws {
        let build = "head -c 400000000 /dev/zero | tail -c 390000000 > /dev/null"
        try await withServices(["a: {path: a, toolchain: command, test: false, build: \"\(build)\"}"]) { repository in
            // A process begins with the peak of the one that starts it: a shell stands between, for a whole suite is large.
            let said = try await Fixtures.run(
                "sh", ["-c", "'\(SlipwayBinary.path)' run; exit $?"], in: repository.root,
                environment: SlipwayBinary.environment)
            #expect(said.exit == 0, "\(said.errors)")
            let services = try #require(try repository.outcome()["services"] as? [[String: Any]])
            let step = try #require((services.first?["steps"] as? [[String: Any]])?.first)
            #expect(try #require(step["peakKB"] as? Int) > 380_000)
            #expect(try #require(step["cpuMs"] as? Int) > 0)
        }
    }

    @Test func `what enters no key: where a command may run`() async throws {
        let lines = [watched("a")]
        try await withServices(lines) { repository in
            #expect(try await repository.slipway("run").exit == 0)
            let configuration =
                "services:\n  \(watched("a", ", cpu: 2, memory: 1MB, pool: [docker]"))\npools: {docker: 1}\n"
            try await repository.git.commit("chore: pools", ["slipway.yaml": configuration])
            let plan = try await repository.slipway("plan")
            #expect(plan.output.contains("a  reused"), "\(plan.output)")
        }
    }

    @Test func `every command is told how many jobs of its own it may run`() async throws {
        let line =
            "{path: NAME, toolchain: TOOL, test: false, build: \"echo $SLIPWAY_JOBS $MAKEFLAGS > $SLIPWAY_ROOT/NAME.jobs\"ENV}"
        func service(_ name: String, _ toolchain: String, _ more: String = "") -> String {
            "\(name): "
                + line.replacing("NAME", with: name).replacing("TOOL", with: toolchain).replacing("ENV", with: more)
        }
        let lines = [
            service("first", "make"), service("last", "command", ", needs: [first]"),
            service("own", "make", ", needs: [last], environment: [MAKEFLAGS]"),
        ]
        try await withServices(lines) { repository in
            let said = try await repository.slipway("run", "--jobs", "4", environment: ["MAKEFLAGS": "--silent"])
            #expect(said.exit == 0, "\(said.errors)")
            #expect(try repository.root.appending("first.jobs").text == "4 -j4\n")
            #expect(try repository.root.appending("last.jobs").text == "4\n")
            #expect(try repository.root.appending("own.jobs").text == "4 --silent\n")
        }
    }

    private static let failing = [
        "bad: {path: bad, toolchain: command, test: false, build: \"until [ -e $SLIPWAY_ROOT/begun ]; do sleep 0.02; done; exit 1\"}",
        "long: {path: long, toolchain: command, test: false, build: \"touch $SLIPWAY_ROOT/begun; sleep 600\"}",
        "needy: {path: needy, toolchain: command, test: false, needs: [bad], build: \"true\"}",
        "later: {path: later, toolchain: command, test: false, needs: [long], build: \"true\"}",
        "good: {path: good, toolchain: command, test: false, build: \"true\"}",
    ]

    @Test func `the first failure ends a run that was told so, and everything says why`() async throws {
        try await withServices(Self.failing) { repository in
            #expect(try await repository.slipway("run", "good", "--jobs", "2").exit == 0)
            let said = try await repository.slipway("run", "--fail-fast", "--jobs", "2")
            #expect(said.exit == 11, "\(said.output)\(said.errors)")
            #expect(
                try repository.verdicts() == [
                    "bad": "failed", "long": "incomplete", "needy": "skipped", "later": "skipped", "good": "reused",
                ])
            #expect(
                try repository.reasons() == [
                    "bad": "build-failed", "long": "interrupted", "needy": "need-failed", "later": "fail-fast",
                    "good": "key-equal",
                ])
            #expect(said.errors.contains("bad.build failed, and --fail-fast ends the run"))
            #expect(said.errors.contains("[bad] failed"))
            #expect(try repository.outcome()["interrupted"] as? Bool == false)
            // The failure is on record, and what was stopped is still to do.
            let records = try await repository.slipway("record", "list", "--service", "bad")
            #expect(records.output.contains("failed"), "\(records.output)")
            let journal = try await sh("cat .slipway/runs/latest/journal.jsonl", in: repository.root)
            #expect(journal.split(separator: "\n").count == 4)
        }
    }

    @Test func `without that everything else is done`() async throws {
        let lines = Self.failing.map { $0.replacing("sleep 600", with: "true") }
        try await withServices(lines) { repository in
            let said = try await repository.slipway("run", "--jobs", "2")
            #expect(said.exit == 11)
            #expect(
                try repository.verdicts() == [
                    "bad": "failed", "long": "stable", "needy": "skipped", "later": "stable", "good": "stable",
                ])
        }
    }

    @Test(arguments: [
        ("pool: [\"a b\"]", "is no name of a pool"), ("pool: [\"\"]", "is no name of a pool"),
        ("cpu: 0", "0 is not from 1 to 1000"), ("memory: much", "is no size"), ("pool: docker", "expected a list"),
    ])
    func `what cannot be is refused with its line`(setting: String, problem: String) async throws {
        try await withServices([watched("a", ", " + setting)]) { repository in
            let said = try await repository.slipway("plan")
            #expect(said.exit == 65)
            #expect(said.errors.contains(problem), "\(said.errors)")
            #expect(said.errors.contains("slipway.yaml:2"), "\(said.errors)")
        }
    }
}
