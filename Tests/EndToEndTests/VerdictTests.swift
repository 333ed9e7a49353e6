import Fixtures
import Foundation
import SystemPackage
import Testing

/// Retries, quarantine, ratchets and flaky tests, as whoever runs builds meets them.
struct VerdictTests {
    /// One service whose tests are a script outside of its inputs: what it says changes while its key does not.
    private static func configuration(_ more: String = "", top: String = "") -> String {
        """
        \(top)
        services:
          app:
            path: services/app
            toolchain: command
            build: "true"
            test: sh ../../../weather
            reports: tap
            images: false
        \(more.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))

        """
    }

    private struct World {
        let repository: Monorepo
        private var weather: FilePath { repository.root.removingLastComponent().appending("weather") }

        /// What the tests say: `+a -b` is `ok a`, `not ok b`, `~c` a skip; of several lines one an attempt.
        func forecast(_ lines: String...) throws {
            let scripts = lines.map { line -> String in
                let words = line.split(separator: " ")
                let taps = words.map { word -> String in
                    let name = word.dropFirst()
                    return word.hasPrefix("+")
                        ? "ok - \(name)" : word.hasPrefix("~") ? "ok - \(name) # SKIP" : "not ok - \(name)"
                }
                let text = (["1..\(words.count)"] + taps).joined(separator: "\\n")
                return "printf '\(text)\\n'; exit \(line.contains("-") ? 1 : 0)"
            }
            let counter = "n=$(cat $0.n 2>/dev/null || echo 0); echo $((n+1)) > $0.n\n"
            let cases = scripts.enumerated().map { "\($0.offset)) \($0.element);;" }.joined(separator: "\n")
            try repository.root.removingLastComponent().appending("weather.n").put("0")
            try weather.put(counter + "case $n in\n\(cases)\n*) \(scripts.last ?? "");;\nesac\n")
        }

        func reset() throws { try repository.root.removingLastComponent().appending("weather.n").put("0") }

        func change(_ text: String) async throws {
            try await repository.git.commit("feat: \(text)", ["services/app/src.txt": "\(text)\n"])
        }

        func configure(_ text: String) async throws {
            try await repository.git.commit("ci: configure", ["slipway.yaml": text])
        }

        var app: [String: Any] {
            get throws {
                let services = try repository.outcome()["services"] as? [[String: Any]] ?? []
                return services.first { $0["name"] as? String == "app" } ?? [:]
            }
        }

        var context: [String: Any] {
            get throws { (try app["tests"] as? [String: Any])?["context"] as? [String: Any] ?? [:] }
        }

        var reasons: [String] {
            get throws {
                let verdict = try app["verdict"] as? [String: Any] ?? [:]
                let reasons = verdict["reasons"] as? [[String: Any]] ?? []
                return reasons.map { "\($0["code"] ?? ""): \($0["detail"] ?? "")" }
            }
        }
    }

    private func withWorld(_ configuration: String, _ body: (World) async throws -> Void) async throws {
        try await withMonorepo(configuration) { try await body(World(repository: $0)) }
    }

    // MARK: - Retries

    @Test func `what passes when it is tried again is flaky, and for ever`() async throws {
        try await withWorld(Self.configuration("retries: 2")) { world in
            try world.forecast("+a -b", "+a +b")
            let said = try await world.repository.slipway("run")
            #expect(said.exit == 0, "\(said.output)\(said.errors)")
            #expect(try world.repository.verdicts() == ["app": "flaky"])
            #expect(said.output.contains("app: flaky\n  tests-flaky: 1\n  ~ tap.b\n"), "\(said.output)")
            #expect(said.errors.contains("app: 1 failed, trying again: attempt 2 of 3"))
            let context = try world.context
            #expect(context["attempts"] as? String == "FP")
            let retried = try #require(context["retried"] as? [[String: String]])
            #expect(retried == [["id": "tap.b", "attempts": "FP"]])
            let logs = world.repository.root.appending(".slipway/runs/latest/logs")
            let names = try FileManager.default.contentsOfDirectory(atPath: logs.string)
            #expect(names.filter { $0.hasPrefix("app.test.") }.count == 2)

            try world.forecast("+a +b")
            let again = try await world.repository.slipway("run", "--force")
            #expect(again.exit == 0, "\(again.output)\(again.errors)")
            #expect(try world.repository.verdicts() == ["app": "flaky"])
            #expect(try world.repository.reasons() == ["app": "failed-before"])

            let flaky = try await world.repository.slipway("flaky")
            #expect(flaky.exit == 0)
            #expect(flaky.output.contains("tap.b"))
            #expect(flaky.output.contains("1/2"))
            #expect(flaky.output.contains("1 clean"))
        }
    }

    @Test func `what fails every time is unstable, and what was not tried again says nothing`() async throws {
        try await withWorld(Self.configuration("retries: 1")) { world in
            try world.forecast("+a -b", "+a -b", "+a +b")
            let said = try await world.repository.slipway("run")
            #expect(said.exit == 10, "\(said.output)\(said.errors)")
            #expect(try world.context["attempts"] as? String == "FF")
            try await world.configure(Self.configuration())
            try world.forecast("+a -b", "+a +b")
            let once = try await world.repository.slipway("run")
            #expect(once.exit == 10)
            #expect(try world.context["attempts"] == nil)
        }
    }

    @Test(.enabled(if: Self.isInstalled("pytest"), "pytest is not installed"))
    func `only what failed is run again where the toolchain can`() async throws {
        let configuration = """
            services:
              app: {path: app, retries: 1, images: false}

            """
        let tests = """
            import os

            def count(name):
                with open(os.path.join(os.environ["SLIPWAY_ROOT"], "..", "ran"), "a") as file:
                    file.write(name + "\\n")

            def test_steady():
                count("steady")

            def test_moody():
                count("moody")
                with open(os.path.join(os.environ["SLIPWAY_ROOT"], "..", "ran")) as file:
                    assert file.read().count("moody") > 1

            """
        try await withWorld(configuration) { world in
            try await world.repository.git.commit(
                "feat: python", ["app/requirements.txt": "pytest\n", "app/test_moods.py": tests])
            let said = try await world.repository.slipway("run")
            #expect(said.exit == 0, "\(said.output)\(said.errors)")
            #expect(try world.repository.verdicts() == ["app": "flaky"])
            let ran = try world.repository.root.removingLastComponent().appending("ran").text
            #expect(ran.split(separator: "\n").sorted() == ["moody", "moody", "steady"])
            let totals = (try world.app["tests"] as? [String: Any])?["totals"] as? [String: Int]
            #expect(totals?["executed"] == 2 && totals?["flaky"] == 1)
        }
    }

    private static func isInstalled(_ program: String) -> Bool {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }

    @Test func `a build error and a runner that shows nothing are never tried again`() async throws {
        let build = Self.configuration("retries: 3").replacing(
            "build: \"true\"", with: "build: echo b >> ../../../built; exit 1")
        try await withWorld(build) { world in
            try world.forecast("+a")
            #expect(try await world.repository.slipway("run").exit == 11)
            #expect(try world.repository.root.removingLastComponent().appending("built").text == "b\n")
            try await world.configure(
                Self.configuration("retries: 3").replacing(
                    "sh ../../../weather", with: "echo t >> ../../../ran; exit 1"))
            #expect(try await world.repository.slipway("run").exit == 11)
            #expect(try world.repository.root.removingLastComponent().appending("ran").text == "t\n")
        }
    }

    // MARK: - Quarantine

    private static func quarantine(_ test: String, expires: String = "2099-12-31") -> String {
        "quarantine: [{test: \"\(test)\", owner: team-a, ticket: PAY-12, expires: \(expires)}]"
    }

    @Test func `a failing test in quarantine is flaky, and what is not in it counts`() async throws {
        try await withWorld(Self.configuration(Self.quarantine("tap.*slow"))) { world in
            try world.forecast("+a -very_slow")
            let said = try await world.repository.slipway("run")
            #expect(said.exit == 0, "\(said.output)\(said.errors)")
            #expect(try world.repository.verdicts() == ["app": "flaky"])
            #expect(try world.reasons == ["quarantined: tap.very_slow (team-a, PAY-12, until 2099-12-31)"])
            let list = try await world.repository.slipway("record", "list", "--json")
            #expect(list.output.contains("\"owner\": \"team-a\""))
            // A record of the same key stands in for running it again.
            let reused = try await world.repository.slipway("run")
            #expect(reused.exit == 0 && reused.errors.contains("1 of 1") == false)
            #expect(try world.repository.verdicts() == ["app": "reused"])

            try await world.change("more")
            try world.forecast("-a -very_slow")
            let red = try await world.repository.slipway("run")
            #expect(red.exit == 10)
            #expect(try world.reasons == ["tests-failed: 1"])
        }
    }

    @Test func `a quarantine that is over excuses nothing, and one of no test is told`() async throws {
        try await withWorld(Self.configuration(Self.quarantine("tap.b", expires: "2020-01-31"))) { world in
            try world.forecast("+a -b")
            let said = try await world.repository.slipway("run")
            #expect(said.exit == 10)
            #expect(
                try world.reasons
                    == ["tests-failed: 1", "quarantine-expired: tap.b (team-a, PAY-12, until 2020-01-31)"])
            try await world.configure(Self.configuration(Self.quarantine("tap.c")))
            try world.forecast("+a +b")
            let told = try await world.repository.slipway("run")
            #expect(told.errors.contains("app: no test is called \"tap.c\", which is in quarantine"))
        }
    }

    @Test(arguments: [
        ("{test: tap.a, owner: me, ticket: T-1}", "expires is missing"),
        ("{test: tap.a, owner: me, expires: 2027-01-31}", "ticket is missing"),
        ("{test: tap.a, ticket: T-1, expires: 2027-01-31}", "owner is missing"),
        ("{owner: me, ticket: T-1, expires: 2027-01-31}", "test is missing"),
        ("{test: tap.a, owner: \" \", ticket: T-1, expires: 2027-01-31}", "owner is missing"),
        ("{test: tap.a, owner: me, ticket: T-1, expires: 2027-02-31}", "\"2027-02-31\" is no date"),
        ("{test: tap.a, owner: me, ticket: T-1, expires: soon}", "\"soon\" is no date"),
        ("{test: \"**\", owner: me, ticket: T-1, expires: 2027-01-31}", "would put every test in quarantine"),
    ])
    func `a quarantine that leaves something out is refused with its line`(entry: String, problem: String)
        async throws
    {
        try await withWorld(Self.configuration("quarantine:\n  - \(entry)")) { world in
            let said = try await world.repository.slipway("plan")
            #expect(said.exit == 65)
            #expect(said.errors.contains("slipway.yaml:11: "), "\(said.errors)")
            #expect(said.errors.contains(problem), "\(said.errors)")
        }
    }

    // MARK: - Ratchets

    @Test func `a test that vanishes is unstable until it is allowed`() async throws {
        try await withWorld(Self.configuration()) { world in
            try world.forecast("+a +b +c")
            #expect(try await world.repository.slipway("run").exit == 0)
            try await world.change("two")
            try world.forecast("+a +d")
            let said = try await world.repository.slipway("run")
            #expect(said.exit == 10, "\(said.output)\(said.errors)")
            let reason = try #require(try world.reasons.first)
            #expect(reason.hasPrefix("tests-vanished: 2 since record "))
            #expect(reason.hasSuffix(", 0 allowed: tap.b, tap.c"))
            #expect(said.output.contains("ratchets: {vanished-tests: 2}"))
            // Trying again does not help: it is compared with what passed.
            #expect(try await world.repository.slipway("run").exit == 10)
            try await world.configure(Self.configuration("ratchets: {vanished-tests: 2}"))
            let allowed = try await world.repository.slipway("run")
            #expect(allowed.exit == 0, "\(allowed.output)\(allowed.errors)")
            // What was red only by comparison is not flaky.
            #expect(try world.repository.verdicts() == ["app": "stable"])
            try await world.configure(Self.configuration())
            try await world.change("three")
            #expect(try await world.repository.slipway("run").exit == 0)
        }
    }

    @Test func `skips that grow are unstable, and the setting for all is that of each`() async throws {
        try await withWorld(Self.configuration(top: "ratchets: {grown-skips: 1}")) { world in
            try world.forecast("+a +b +c +d")
            #expect(try await world.repository.slipway("run").exit == 0)
            try await world.change("one")
            try world.forecast("+a +b +c ~d")
            #expect(try await world.repository.slipway("run").exit == 0)
            try await world.change("two")
            try world.forecast("+a ~b ~c ~d")
            let said = try await world.repository.slipway("run")
            #expect(said.exit == 10)
            let reason = try #require(try world.reasons.first)
            #expect(reason.hasPrefix("skips-grew: 2 since record ") && reason.hasSuffix("1 allowed: tap.b, tap.c"))
        }
    }

    @Test func `without the names only the numbers are compared`() async throws {
        try await withWorld(Self.configuration()) { world in
            try world.forecast("+a +b")
            #expect(try await world.repository.slipway("run").exit == 0)
            let names = world.repository.root.appending(".slipway/ledger/names")
            let files = try FileManager.default.contentsOfDirectory(atPath: names.string)
            let file = names.appending(try #require(files.first))
            #expect(try file.text == "+ tap.a\n+ tap.b\n")
            // What was cut off is not what the record says.
            try file.put("+ tap.a\n")
            try await world.change("two")
            try world.forecast("+a")
            let said = try await world.repository.slipway("run")
            #expect(said.exit == 10)
            let reason = try #require(try world.reasons.first)
            #expect(reason.hasPrefix("tests-vanished: 1 since record ") && reason.hasSuffix("0 allowed, by count"))
        }
    }

    @Test func `a branch is compared with what it came from, not with another branch`() async throws {
        try await withWorld(Self.configuration()) { world in
            try world.forecast("+a")
            #expect(try await world.repository.slipway("run").exit == 0)
            try await world.repository.git.git("checkout", "-q", "-b", "side")
            try await world.change("side")
            try world.forecast("+a +b +c")
            #expect(try await world.repository.slipway("run").exit == 0)
            try await world.repository.git.git("checkout", "-q", "main")
            try await world.change("main")
            try world.forecast("+a")
            #expect(try await world.repository.slipway("run").exit == 0)
        }
    }

    @Test func `a planned suite of which nothing ran is failed`() async throws {
        let test = "test: {run: sh ../../../weather, suites: [tap, slow]}"
        try await withWorld(Self.configuration().replacing("test: sh ../../../weather", with: test)) { world in
            try world.forecast("+a")
            let said = try await world.repository.slipway("run")
            #expect(said.exit == 11)
            #expect(try world.reasons == ["suite-absent: slow"])
        }
    }

    // MARK: - Flaky tests

    @Test func `two answers for one key are listed across builds`() async throws {
        try await withWorld(Self.configuration()) { world in
            let none = try await world.repository.slipway("flaky")
            #expect(
                (none.exit, none.output) == (0, "nothing is recorded here yet: slipway run records what it tests\n"))
            try world.forecast("+a -b")
            #expect(try await world.repository.slipway("run").exit == 10)
            let broken = try await world.repository.slipway("flaky")
            #expect(broken.output == "no test gave two answers for one key, in 1 records\n")
            try world.forecast("+a +b")
            #expect(try await world.repository.slipway("run").exit == 0)
            let said = try await world.repository.slipway("flaky", "app", "--json")
            let answer = try #require(
                try JSONSerialization.jsonObject(with: Data(said.output.utf8)) as? [String: Any])
            let tests = try #require(answer["tests"] as? [[String: Any]])
            #expect(tests.count == 1)
            #expect(tests.first?["test"] as? String == "tap.b")
            #expect(tests.first?["rate"] as? String == "1/2")
            let seen = tests.first?["firstSeen"] as? [String: Any]
            let head = try await world.repository.git.head()
            #expect(seen?["commit"] as? String == head)
            // A ledger that lies elsewhere is read as well, and each record counts once.
            let ledger = world.repository.root.appending(".slipway/ledger").string
            let twice = try await world.repository.slipway("flaky", "--records", ledger, "--records", ".", "--json")
            #expect(twice.output == said.output)
            let wrong = try await world.repository.slipway("flaky", "ap")
            #expect(wrong.exit == 65)
            #expect(wrong.errors.contains("did you mean \"app\"?"))
        }
    }
}
