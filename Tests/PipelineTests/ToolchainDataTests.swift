import Fixtures
import Pipeline
import Testing

/// What toolchains know about themselves, as rules.
struct ToolchainDataTests {
    struct Rerun: CustomTestStringConvertible, Sendable {
        let toolchain: String
        let command: Command?
        let failing: [String]
        /// What is written behind the command; nil: only the whole step can be run again.
        let added: String?

        var testDescription: String { "\(toolchain): \(command.map { "\($0)" } ?? "default"), \(failing.prefix(3))" }

        init(_ toolchain: String, of command: String? = nil, _ failing: [String], _ added: String?) {
            (self.toolchain, self.failing, self.added) = (toolchain, failing, added)
            self.command = command.map { Command(.shell($0)) }
        }
    }

    private static let reruns: [Rerun] = [
        Rerun("go", ["example.org/x.TestAdd"], "-run '^(TestAdd)$' '-count=1'"),
        Rerun(
            "go", of: "go test -json ./a/...", ["example.org/x.TestAdd/of_two", "example.org/x.TestAdd", "x.FuzzY"],
            "-run '^(TestAdd|FuzzY)$' '-count=1'"),
        Rerun("go", ["example.org/x.(package)"], nil),
        Rerun("go", ["x.Test|.*"], nil),
        Rerun("go", of: "go test -json ./... -args -v", ["x.TestA"], nil),
        Rerun("go", of: "make test", ["x.TestA"], nil),
        Rerun("cargo", ["unittests src/lib.rs.parse::adds", "tests/it.rs.whole"], "-- --exact parse::adds whole"),
        Rerun("cargo", ["x.src/lib.rs - add (line 3)"], nil),
        Rerun("cargo", of: "cargo test -- --test-threads=1", ["unittests src/lib.rs.a"], "--exact a"),
        Rerun("cargo", ["unittests src/lib.rs.(failed 1)"], nil),
        Rerun("python", ["test_x.test_add[1]"], "--last-failed '--last-failed-no-failures=none'"),
        Rerun(
            "python", of: "A=1 pytest -q --junitxml=x.xml", ["t.a"], "--last-failed '--last-failed-no-failures=none'"),
        Rerun("python", of: "pytest | tee log", ["t.a"], nil),
        Rerun("python", of: "tox -e py3", ["t.a"], nil),
        Rerun("cmake", ["ctest.adds"], "--rerun-failed"),
        Rerun("swiftpm", ["XTests.Sums.bad()"], #"--filter '(^|[./])XTests[./]Sums[./]bad\(\)(/|$)'"#),
        Rerun("swiftpm", ["OneTests.testBad"], "--filter '(^|[./])OneTests[./]testBad(/|$)'"),
        Rerun("swiftpm", of: "swift test --parallel", ["a.it's"], #"--filter '(^|[./])a[./]it'\''s(/|$)'"#),
        Rerun("gradle", ["com.x.FooTest.adds", "com.x.FooTest.adds(int)[1]"], "--tests 'com.x.FooTest.adds*'"),
        Rerun(
            "gradle", ["com.x.FooTest.initializationError", "com.x.BarTest.[1] one, two"],
            "--tests com.x.FooTest --tests com.x.BarTest"),
        Rerun("gradle", ["com.x.FooTest.adds two numbers"], "--tests com.x.FooTest"),
        Rerun("gradle", of: "./gradlew :billing:test --console=plain", ["a.B.c"], "--tests 'a.B.c*'"),
        Rerun("gradle", of: "./gradlew :a:test :b:test", ["a.B.c"], nil),
        Rerun(
            "maven", ["com.x.FooTest.adds", "com.x.FooTest.adds[0]", "com.x.Outer$InnerTest.gone"],
            "'-Dtest=com.x.FooTest#adds*,com.x.Outer$InnerTest#gone*' -DskipITs '-DfailIfNoTests=false' '-Dsurefire.failIfNoSpecifiedTests=false'"
        ),
        Rerun("maven", ["com.x.FooTest.adds", "com.x.FooIT.adds"], nil),
        Rerun("maven", ["adds"], nil),
        Rerun("maven", ["$(reboot).x"], nil),
        Rerun("make", ["tap.adds"], nil),
        Rerun("node", ["test.adds"], nil),
        Rerun("npm", ["test.adds"], nil),
        Rerun("command", ["command"], nil),
        Rerun("go", [], nil),
        Rerun("go", ["x.TestA\n"], nil),
        Rerun("go", ["x.Test" + String(repeating: "A", count: 300)], nil),
        Rerun("go", (0...50).map { "x.Test\($0)" }, nil),
    ]

    @Test(arguments: reruns)
    func `the command that runs failing tests again`(_ sample: Rerun) throws {
        let toolchain = try #require(Toolchain.named(sample.toolchain))
        let command = sample.command ?? Command(.shell(toolchain.commands.test ?? "./run"))
        let again = toolchain.command(rerunning: sample.failing, of: command)
        #expect(again?.description == sample.added.map { "\(command) \($0)" })
    }

    @Test func `a program with its arguments gets further ones as they are`() throws {
        let command = Command(.exec(["go", "test", "-json", "./..."]), in: "x")
        let again = Toolchain.named("go")?.command(rerunning: ["x.TestA"], of: command)
        #expect(again == Command(.exec(["go", "test", "-json", "./...", "-run", "^(TestA)$", "-count=1"]), in: "x"))
    }

    @Test(
        arguments: [
            ("make", .build, ["MAKEFLAGS": "-j3"]), ("make", .test, [:]), ("command", .build, [:]),
            ("gradle", .test, ["GRADLE_OPTS": "-Dorg.gradle.workers.max=3"]), ("go", .build, ["GOMAXPROCS": "3"]),
            ("cargo", .test, ["CARGO_BUILD_JOBS": "3", "RUST_TEST_THREADS": "3"]),
            ("cmake", .test, ["CMAKE_BUILD_PARALLEL_LEVEL": "3", "CTEST_PARALLEL_LEVEL": "3"]), ("cmake", .push, [:]),
        ] as [(String, Step.Kind, [String: String])])
    func `tools are told how many jobs they may run`(name: String, kind: Step.Kind, variables: [String: String]) {
        #expect(Toolchain.named(name)?.jobs.variables(for: kind, jobs: 3) == variables)
    }

    /// What everybody may read about the toolchains is written from what they are.
    @Test func `the reference of toolchains`() throws {
        try Golden("docs/reference/toolchains.md").check(Self.reference)
    }

    private static var reference: String {
        var text = """
            # Toolchains

            What Slipway knows about each, and what each setting of a service replaces: `toolchain`, `build`, `test`, `reports`. A
            folder is of the first one here of whose files it has one. `SLIPWAY_VERSION`, `SLIPWAY_JOBS` and `SLIPWAY_REPORTS` are
            set for every command; see [configuration.md](../configuration.md).

            """
        for toolchain in Toolchain.all {
            text += "\n## \(toolchain.name)\n\n"
            for (what, value) in rows(toolchain) where !value.isEmpty { text += "- \(what): \(value)\n" }
        }
        return text
    }

    private static func rows(_ toolchain: Toolchain) -> [(String, String)] {
        func list(_ texts: [String]) -> String { texts.map { "`\($0)`" }.joined(separator: ", ") }
        func jobs(_ variables: [String: String]) -> String {
            list(variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)N" })
        }
        let evidence =
            switch toolchain.evidence {
            case .reports(let globs): list(globs + ["$SLIPWAY_REPORTS/*.xml"])
            case .output(let dialect): "the output, as \(dialect.rawValue), and `$SLIPWAY_REPORTS/*.xml`"
            case .exitCode: "the exit code"
            }
        return [
            ("recognised by", list(toolchain.markers)), ("build", toolchain.commands.build.map { "`\($0)`" } ?? "none"),
            ("test", toolchain.commands.test.map { "`\($0)`" } ?? "none"), ("evidence", evidence),
            ("jobs of its own, when it builds", jobs(toolchain.jobs.build)),
            ("and when it tests", jobs(toolchain.jobs.test)),
            ("a retry runs", toolchain.retry == nil ? "the whole step again" : "only the tests that failed"),
            ("machine variables handed on", list(toolchain.environment)), ("lockfiles", list(toolchain.lockfiles)),
        ]
    }
}
