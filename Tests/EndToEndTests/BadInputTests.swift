import Fixtures
import Foundation
import SystemPackage
import Testing

/// Whatever is thrown at the program: a sentence, a code, never a green lie.
struct BadInputTests {
    /// One service with these commands; what `repository` writes beside them is committed.
    private func configuration(
        build: String = "\"true\"", test: String = "'printf \"1..1\\nok 1\\n\"'", more: String = ""
    ) -> String {
        "services:\n  it:\n    path: it\n    toolchain: command\n    build: \(build)\n    test: \(test)\n\(more)"
    }

    private func withService<Value>(
        _ configuration: String, _ files: [String: String] = ["it/src": "x"], _ body: (Monorepo) async throws -> Value
    ) async throws -> Value {
        try await withMonorepo("services: {x: {path: it}}\n") { repository in
            try await repository.git.commit("chore: it", files.merging(["slipway.yaml": configuration]) { $1 })
            return try await body(repository)
        }
    }

    // MARK: - Repositories and configurations

    @Test func `not a repository`() async throws {
        try await withTemporaryFolder { folder in
            for command in ["plan", "run", "version", "init"] {
                let said = try await slipway(command, in: folder)
                #expect(said.exit == 65)
                #expect(said.errors.contains("not in a git repository"), "\(command): \(said.errors)")
            }
        }
    }

    @Test func `an empty repository`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await GitFixture(at: folder.appending("empty"))
            let said = try await slipway("plan", in: fixture.root)
            #expect(said.exit == 65)
            #expect(said.errors.contains("the repository has no commit yet"))
            #expect(said.errors.contains("make a first commit"))
        }
    }

    @Test func `no configuration`() async throws {
        try await withRepository { fixture in
            try await fixture.commit("first", ["x": "y"])
            let said = try await slipway("plan", in: fixture.root)
            #expect(said.exit == 65)
            #expect(said.errors.contains("slipway init writes one"))
        }
    }

    @Test(arguments: [
        ("discover: [\"nowhere/*\"]\n", "no services found in this tree"),
        ("services: {a: {path: gone}}\n", "slipway.yaml:1: service \"a\": there is no folder gone in this tree"),
        (
            "services:\n  a: {path: it, needs: [b]}\n  b: {path: it, needs: [a]}\n",
            "slipway.yaml:2: needs go in a circle: a → b → a"
        ),
        (
            "services:\n  app:\n    path: it\n    needs: [comon]\n  common: {path: it}\n",
            "slipway.yaml:4: service \"app\" needs \"comon\", which is no service or library here"
        ),
        ("services:\n  \"a b\": {path: it}\n", "slipway.yaml:2: \"a b\" cannot be a service name"),
        ("services:\n  'a\"b': {path: it}\n", "slipway.yaml:2: \"a\"b\" cannot be a service name"),
        ("services:\n  $(touch owned): {path: it}\n", "slipway.yaml:2: \"$(touch owned)\" cannot be a service name"),
        ("sevices: {}\n", "slipway.yaml:1: unknown key \"sevices\""),
        ("services: [\n", "slipway.yaml:2: is no YAML"), ("a: 1\na: 2\n", "slipway.yaml:"),
        ("services: {a: {path: ../x}}\n", "leads out of the repository"),
        ("services: {a: {path: it, timeout: soon}}\n", "\"soon\" is no duration"),
        ("services: {a: {path: it, migrations: ../../db}}\n", "migrations \"../../db\" leads out of the repository"),
        ("services: {a: {path: it}}\nversioning: {branch-tags: true}\n", "\"branch-tags\" does nothing yet"),
        ("registry: \"not a registry\"\nservices: {a: {path: it}}\n", "is no registry"),
        (
            "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n",
            "expands to more than 100,000 values"
        ),
    ])
    func `configurations`(text: String, expected: String) async throws {
        try await withService(text) { repository in
            let said = try await repository.slipway("plan")
            #expect(said.exit == 65)
            #expect(said.errors.contains(expected), "\(said.errors)")
            #expect(!repository.root.appending("owned").isThere)
        }
    }

    @Test func `a configuration outside that is not there`() async throws {
        try await withService(configuration()) { repository in
            let said = try await repository.slipway("plan", "--config", "/nonexistent.yaml")
            #expect(said.exit == 65)
            #expect(said.errors.contains("/nonexistent.yaml:1: cannot be read"))
        }
    }

    @Test func `a key that is not there, or is none`() async throws {
        try await withMonorepo { repository in
            let missing = try await repository.slipway("run", "--key", "nowhere.key")
            #expect(missing.exit == 65)
            #expect(missing.errors.contains("nowhere.key:1: cannot be read"))
            let garbage = try await repository.slipway("run", environment: ["SLIPWAY_KEY": "secret garbage"])
            #expect(garbage.exit == 65)
            #expect(garbage.errors.contains("SLIPWAY_KEY:1: no private key (PKCS #8 in PEM)"))
            #expect(!garbage.errors.contains("secret garbage"))
        }
    }

    @Test func `a service that does not exist, with the nearest name`() async throws {
        try await withService(configuration()) { repository in
            let said = try await repository.slipway("run", "itt")
            #expect(said.exit == 65)
            #expect(said.errors.contains("did you mean \"it\"?"))
        }
    }

    @Test func `a base that does not exist`() async throws {
        try await withService(configuration()) { repository in
            let said = try await repository.slipway("plan", "--base", "origin/nowhere")
            #expect(said.exit == 65)
            #expect(said.errors.contains("origin/nowhere: no such commit in this clone"))
        }
    }

    // MARK: - Commands

    @Test func `a command that is not there`() async throws {
        try await withService(configuration(build: "no-such-compiler -o x")) { repository in
            let said = try await repository.slipway("run")
            #expect(said.exit == 11)
            #expect(try repository.reasons()["it"] == "command-not-found")
            #expect(said.output.contains(".slipway/runs/"), "the log is named")
        }
        try await withService(configuration(build: "[no-such-compiler, -o, x]")) { repository in
            let said = try await repository.slipway("run")
            #expect(said.exit == 11)
            #expect(said.output.contains("no-such-compiler: command not found"))
        }
    }

    @Test func `a build that floods its output is bounded in memory`() async throws {
        try await withService(configuration(build: "head -c 1073741824 /dev/zero", test: "false")) { repository in
            let script = """
                "$0" run & pid=$!; peak=0
                while kill -0 $pid 2>/dev/null; do
                    now=$(sed -n 's/^VmHWM:[^0-9]*\\([0-9]*\\) kB/\\1/p' /proc/$pid/status 2>/dev/null); peak=${now:-$peak}
                done
                wait $pid; echo "exit $? peak $peak"
                """
            let said = try await run(
                "/bin/sh", ["-c", script, SlipwayBinary.path.string], in: repository.root,
                environment: SlipwayBinary.environment)
            let last = try #require(said.output.split(separator: "\n").last)
            #expect(last.hasPrefix("exit 0 peak "))
            let peak = try #require(Int(last.split(separator: " ")[3]))
            #expect(peak > 0 && peak < 100 * 1024, "\(peak) kB")
            let size = try await run(
                "sh", ["-c", "zcat .slipway/runs/latest/logs/it.build.log.gz | wc -c"], in: repository.root)
            #expect(size.output == "1073741824\n")
        }
    }

    @Test func `a build that never ends, with children that ignore being told to`() async throws {
        let mark = "3601.\(ProcessInfo.processInfo.processIdentifier)"
        let script = "trap '' TERM; (trap '' TERM; sleep \(mark)) & sleep \(mark)"
        try await withService(configuration(build: "\"\(script)\"", more: "    timeout: 1s\n")) { repository in
            let said = try await repository.slipway("run")
            #expect(said.exit == 11)
            #expect(try repository.reasons()["it"] == "timeout")
            #expect(try await run("pgrep", ["-f", mark]).exit == 1)
        }
    }

    // MARK: - Reports

    @Test(arguments: [
        ("no XML", "echo hello > $SLIPWAY_REPORTS/r.xml", "report-unreadable", Int32(11)),
        (
            "cut", "printf '<testsuite name=\"s\"><testcase name=\"t\"/>' > $SLIPWAY_REPORTS/r.xml",
            "report-unreadable", 11
        ),
        ("empty", ": > $SLIPWAY_REPORTS/r.xml", "report-unreadable", 11),
        ("none at all", "true", "report-missing", 11),
        ("without tests", "printf '<testsuite name=\"s\"/>' > $SLIPWAY_REPORTS/r.xml", "nothing-ran", 11),
        (
            "all skipped",
            "printf '<testsuite name=\"s\"><testcase name=\"t\"><skipped/></testcase></testsuite>' > $SLIPWAY_REPORTS/r.xml",
            "nothing-ran", 11
        ),
        (
            "older than the run",
            "printf '<testsuite name=\"s\"><testcase name=\"t\"/></testsuite>' > $SLIPWAY_REPORTS/r.xml; touch -d yesterday $SLIPWAY_REPORTS/r.xml",
            "report-stale", 11
        ),
        (
            "green, but the runner was red",
            "printf '<testsuite name=\"s\"><testcase name=\"t\"/></testsuite>' > $SLIPWAY_REPORTS/r.xml; exit 3",
            "unexplained-exit", 11
        ),
        (
            "red, though the runner was green",
            "printf '<testsuite name=\"s\"><testcase name=\"t\"><failure/></testcase></testsuite>' > $SLIPWAY_REPORTS/r.xml",
            "tests-failed", 10
        ),
    ])
    func `reports`(name: String, script: String, reason: String, exit: Int32) async throws {
        let quoted = "'" + script.replacing("'", with: "''") + "'"
        try await withService(configuration(test: quoted, more: "    reports: []\n")) { repository in
            let said = try await repository.slipway("run")
            #expect(said.exit == exit, "\(said.output)\(said.errors)")
            #expect(try repository.reasons()["it"] == reason)
            #expect(try repository.verdicts()["it"] != "stable")
        }
    }

    @Test func `a report left by an earlier run is no evidence`() async throws {
        let report = "<testsuite name=\"s\"><testcase name=\"t\"/></testsuite>"
        try await withService(
            configuration(test: "\"true\"", more: "    reports: [\"out/*.xml\"]\n"),
            ["it/src": "x", ".gitignore": "out/\n"]
        ) { repository in
            try repository.git.put("it/out/r.xml", report)
            let said = try await repository.slipway("run")
            #expect(said.exit == 11)
            #expect(try repository.reasons()["it"] == "report-missing")
        }
    }

    @Test func `exit-code and test-less are declared, and recorded as such`() async throws {
        try await withService(configuration(test: "\"true\"", more: "    reports: exit-code\n")) { repository in
            let said = try await repository.slipway("run")
            #expect(said.exit == 0)
            #expect(try repository.reasons()["it"] == "exit-code-evidence")
        }
        try await withService(configuration(test: "false")) { repository in
            let said = try await repository.slipway("run")
            #expect(said.exit == 0)
            #expect(try repository.reasons()["it"] == "test-less")
        }
    }

    // MARK: - The world

    @Test func `a registry that is not there, denies, or is a web page`() async throws {
        let image = "    images: [{name: it}]\nregistry: HOST/acme\nledger: [folder]\n"
        func check(_ host: String, _ expected: String, environment: [String: String] = [:]) async throws {
            let text = configuration(test: "false", more: image.replacing("HOST", with: host))
            try await withService(text, ["it/src": "x", "it/Dockerfile": "FROM scratch\nCOPY src /src\n"]) {
                repository in
                let said = try await repository.slipway("run", environment: environment)
                #expect(said.exit == 75, "\(said.output)\(said.errors)")
                #expect(said.output.contains(expected), "\(said.output)")
                #expect(try repository.reasons()["it"] == "unavailable")
            }
        }
        try await check("127.0.0.1:\(try freePort())", "registry not reachable")
        let page = LoopbackServer.Reply(200, headers: ["Content-Type": "text/html", "Server": "nginx"], body: "<html>")
        try await LoopbackServer.withServer { _ in
            page
        } _: {
            try await check($0.host, "web page")
        }
        let denial = LoopbackServer.Reply(401, headers: ["WWW-Authenticate": "Basic realm=\"r\""])
        try await LoopbackServer.withServer { _ in
            denial
        } _: { server in
            let login = ["SLIPWAY_REGISTRY_USER": "ci", "SLIPWAY_REGISTRY_PASSWORD": "s3cr3t"]
            try await check(server.host, "denied as ci (from SLIPWAY_REGISTRY_USER) (401", environment: login)
        }
    }

    @Test
    func
        `a Dockerfile that needs a builder is named with its line, before anything is built and when it is to be made`()
        async throws
    {
        try await withService(
            configuration(test: "false", more: "    builder: native\n"),
            [
                "it/src": "x",
                "it/Dockerfile": "FROM alpine@sha256:\(String(repeating: "a", count: 64))\nRUN apk add x\n",
            ]
        ) { repository in
            let plan = try await repository.slipway("plan", "--offline")
            #expect(plan.output.contains("note no-image: it: it/Dockerfile:2: RUN needs a builder"))
            let said = try await repository.slipway("run", "--offline")
            #expect(said.exit == 11)
            #expect(said.output.contains("it/Dockerfile:2: RUN needs a builder"))
            #expect(said.output.contains("make it in the build step and COPY the result"))
        }
    }

    @Test func `a disk that is full`() async throws {
        try await withTemporaryFolder { folder in
            let mounted = try await run("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder.string])
            // Where nothing may be mounted there is no small disk; the suite names what it could not run.
            guard mounted.exit == 0 else {
                print("NOT RUN: a disk that is full (mount: \(mounted.errors))")
                return
            }
            do {
                let repository = try await Monorepo(
                    at: folder.appending("m"),
                    configuration: configuration(build: "head -c 4000000 /dev/zero", test: "false"))
                try await repository.git.commit("chore: it", ["it/src": "x"])
                let flooded = try await repository.slipway("run")
                #expect([11, 75].contains(flooded.exit), "\(flooded.output)\(flooded.errors)")
                let full = try await repository.slipway("run")
                #expect(full.exit == 75, "\(full.output)\(full.errors)")
                #expect(full.errors.contains("No space left on device"))
                try await sh("rm -rf .slipway/runs", in: repository.root)
                // With room again it works, on whatever the full disk left.
                try await repository.git.commit("fix: quiet", ["slipway.yaml": configuration(test: "false")])
                #expect(try await repository.slipway("run").exit == 0)
            } catch {
                try await run("umount", [folder.string])
                throw error
            }
            try await run("umount", [folder.string])
        }
    }

    @Test func `a ledger entry that is damaged is treated as absent, with a warning`() async throws {
        try await withService(configuration()) { repository in
            try await repository.slipway("run")
            for damage in [
                "", "{\"payload\":\"", "garbage",
                "{\"payload\":\"e30=\",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":[]}",
            ] {
                let records = repository.root.appending(".slipway/ledger/records")
                for name in try records.children { try records.appending(name).put(damage) }
                let plan = try await repository.slipway("plan")
                #expect(plan.exit == 0)
                #expect(plan.output.contains("note ledger-corrupt:"))
                #expect(plan.output.contains("treated as if it were not there"))
                #expect(plan.output.contains("1 of 1 to build"))
            }
            #expect(try await repository.slipway("run").exit == 0)
        }
    }
}
