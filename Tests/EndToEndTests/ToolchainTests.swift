import Fixtures
import Foundation
import SystemPackage
import Testing

/// Each toolchain with its default commands and its real tools: green, red, without a single test, and broken.
struct ToolchainTests {
    struct Sample: CustomTestStringConvertible, Sendable {
        let toolchain: String
        let program: String
        let files: [String: String]
        /// The file that holds the test, when it is red, and when it tests nothing; nil: the file is not there.
        let test: String
        let green: String
        let red: String
        let empty: String?
        /// Names of the tests as the record has them.
        let names: [String]
        /// What a compiler, or what comes first, refuses; put into the file of the test unless another is named.
        let broken: String
        var brokenFile: String?
        /// How a run of that ends.
        var brokenExit: Int32 = 11

        var testDescription: String { toolchain }
    }

    private static let samples: [Sample] = [
        Sample(
            toolchain: "make", program: "make",
            files: [
                "add.c": "int add(int a, int b) { return a + b; }\n",
                "Makefile":
                    "lib.a: add.o\n\tar rcs $@ $^\ncheck: check.c add.o\n\tcc -o $@ $^\ntest: check\n\t./check\n.PHONY: test\n",
            ],
            test: "check.c",
            green:
                "#include <stdio.h>\nint add(int,int);int main(){puts(add(1,2)==3?\"1..1\\nok 1 - adds\":\"no\");}\n",
            red: "#include <stdio.h>\nint main(){puts(\"1..1\\nnot ok 1 - adds\");return 1;}\n",
            empty: "int main(){return 0;}\n", names: ["adds"], broken: "int main( {\n"),
        Sample(
            toolchain: "cmake", program: "cmake",
            files: [
                "CMakeLists.txt":
                    "cmake_minimum_required(VERSION 3.20)\nproject(x C)\nenable_testing()\nadd_executable(t t.c)\ninclude(tests.cmake)\n",
                "t.c": "int main(int n, char **v){return n > 1;}\n",
            ],
            test: "tests.cmake", green: "add_test(NAME adds COMMAND t)\n", red: "add_test(NAME adds COMMAND t fail)\n",
            empty: "", names: ["adds"], broken: "int main( {\n", brokenFile: "t.c"),
        Sample(
            toolchain: "go", program: "go",
            files: [
                "go.mod": "module example.org/x\n\ngo 1.19\n",
                "x.go": "package x\n\nfunc Add(a, b int) int { return a + b }\n",
            ],
            test: "x_test.go",
            green:
                "package x\n\nimport \"testing\"\n\nfunc TestAdd(t *testing.T) {\n\tif Add(1, 2) != 3 {\n\t\tt.Fatal()\n\t}\n}\n",
            red: "package x\n\nimport \"testing\"\n\nfunc TestAdd(t *testing.T) { t.Fatal(\"no\") }\n",
            empty: "package x\n", names: ["TestAdd"], broken: "package x\n\nfunc {\n", brokenFile: "x.go"),
        Sample(
            toolchain: "python", program: "python3",
            files: [
                "pyproject.toml": "[project]\nname = \"x\"\nversion = \"0\"\n", "x.py": "def add(a, b): return a + b\n",
            ],
            test: "test_x.py", green: "import x\ndef test_add(): assert x.add(1, 2) == 3\n",
            red: "def test_add(): assert False\n", empty: "", names: ["test_add"], broken: "def test_add(:\n"),
        Sample(
            toolchain: "node", program: "node",
            files: ["package.json": "{\"name\": \"x\"}\n", "x.js": "exports.add = (a, b) => a + b;\n"],
            test: "test/x.test.js",
            green:
                "const t = require('node:test'); const a = require('node:assert');\nt('adds', () => a.equal(require('../x').add(1, 2), 3));\n",
            red: "require('node:test')('adds', () => { throw new Error('no') });\n", empty: nil, names: ["adds"],
            broken: "const = 1;\n", brokenExit: 10),
        Sample(
            toolchain: "npm", program: "npm",
            files: [
                "package.json":
                    #"{"name": "x", "version": "0.0.0", "scripts": {"build": "node -c x.js", "test": "node --test"}}"#,
                "package-lock.json":
                    #"{"name": "x", "version": "0.0.0", "lockfileVersion": 3, "requires": true, "packages": {"": {"name": "x", "version": "0.0.0"}}}"#,
                "x.js": "exports.add = (a, b) => a + b;\n",
            ],
            test: "test/x.test.js",
            green:
                "const t = require('node:test'); const a = require('node:assert');\nt('adds', () => a.equal(require('../x').add(1, 2), 3));\n",
            red: "require('node:test')('adds', () => { throw new Error('no') });\n", empty: nil, names: ["adds"],
            broken: "exports. = 1;\n", brokenFile: "x.js"),
        Sample(
            toolchain: "maven", program: "mvn",
            files: [
                "pom.xml": """
                <project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
                <groupId>x</groupId><artifactId>x</artifactId><version>${revision}</version>
                <properties><revision>0</revision><maven.compiler.source>17</maven.compiler.source><maven.compiler.target>17</maven.compiler.target>
                <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>
                <dependencies><dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.x</version><scope>test</scope></dependency></dependencies>
                </project>
                """,
                "src/main/java/X.java": "public class X { public static int add(int a, int b) { return a + b; } }\n",
                ".mvn/maven.config": "-o\n-Dmaven.repo.local=/usr/share/maven-repo\n",
            ],
            test: "src/test/java/XTest.java",
            green:
                "import org.junit.*;\npublic class XTest { @Test public void adds() { Assert.assertEquals(3, X.add(1, 2)); } }\n",
            red: "import org.junit.*;\npublic class XTest { @Test public void adds() { Assert.fail(\"no\"); } }\n",
            empty: nil, names: ["adds"], broken: "public class X {\n", brokenFile: "src/main/java/X.java"),
        Sample(
            toolchain: "gradle", program: "gradle",
            files: [
                // The Debian package is old and finds what it needs on this machine.
                "build.gradle":
                    "plugins { id 'java' }\nrepositories { maven { url 'file:/usr/share/maven-repo' } }\ndependencies { testCompile 'junit:junit:4.x' }\n",
                "settings.gradle": "rootProject.name = 'x'\n", "gradle.properties": "org.gradle.daemon=false\n",
                "src/main/java/X.java": "public class X { public static int add(int a, int b) { return a + b; } }\n",
            ],
            test: "src/test/java/XTest.java",
            green:
                "import org.junit.*;\npublic class XTest { @Test public void adds() { Assert.assertEquals(3, X.add(1, 2)); } }\n",
            red: "import org.junit.*;\npublic class XTest { @Test public void adds() { Assert.fail(\"no\"); } }\n",
            empty: nil, names: ["adds"], broken: "public class X {\n", brokenFile: "src/main/java/X.java"),
        Sample(
            toolchain: "cargo", program: "cargo",
            files: [
                "Cargo.toml": "[package]\nname = \"x\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
                "src/lib.rs": "pub fn add(a: u32, b: u32) -> u32 { a + b }\n",
            ],
            test: "tests/adds.rs", green: "#[test]\nfn adds() { assert_eq!(x::add(1, 2), 3); }\n",
            red: "#[test]\nfn adds() { panic!(\"no\"); }\n", empty: nil, names: ["adds"], broken: "pub fn {\n",
            brokenFile: "src/lib.rs"),
        Sample(
            toolchain: "swiftpm", program: "swift",
            files: [
                "Package.swift": """
                // swift-tools-version: 6.0
                import PackageDescription
                let package = Package(name: "x", targets: [.target(name: "X"), .testTarget(name: "XTests", dependencies: ["X"])])
                """,
                "Sources/X/X.swift": "public func add(_ a: Int, _ b: Int) -> Int { a + b }\n",
            ],
            test: "Tests/XTests/XTests.swift",
            green: "import Testing\nimport X\n@Test func adds() { #expect(add(1, 2) == 3) }\n",
            red:
                "import XCTest\nimport X\nfinal class XTests: XCTestCase { func testAdds() { XCTAssertEqual(add(1, 2), 4) } }\n",
            empty: "", names: ["adds"], broken: "public func {\n", brokenFile: "Sources/X/X.swift"),
    ]

    @Test(arguments: samples)
    func `a toolchain`(_ sample: Sample) async throws {
        guard try await Fixtures.run("/bin/sh", ["-c", "command -v \(sample.program)"]).exit == 0 else {
            print("NOT RUN: the toolchain \(sample.toolchain) (\(sample.program) is not installed)")
            return
        }
        try await withRepository { fixture in
            let files = sample.files.merging([sample.test: sample.green]) { $1 }
            try await fixture.commit(
                "feat: begin",
                Dictionary(uniqueKeysWithValues: files.map { ("x/\($0.key)", $0.value) }).merging([
                    "slipway.yaml": "services: {x: {path: x, images: false}}\n",
                    ".gitignore":
                        "*.o\n*.a\nx/check\nbuild/\n__pycache__/\n.pytest_cache/\ntarget/\n.build/\n.gradle/\nCargo.lock\n",
                ]) { $1 })
            let home = fixture.root.removingLastComponent().appending("home")
            let environment = Self.environment(home: home)
            func run() async throws -> (said: Said, outcome: Outcome) {
                let said = try await slipway("run", in: fixture.root, environment: environment)
                return (said, try Outcome(in: fixture.root))
            }
            let green = try await run()
            #expect(green.said.exit == 0, "\(green.said.output)\(green.said.errors)\(green.outcome.logs)")
            #expect(green.outcome.state == "stable")
            #expect(green.outcome.executed == sample.names.count)
            #expect(try await fixture.git("status", "--porcelain", "--untracked-files=no") == "")

            try await fixture.commit("fix: red", ["x/\(sample.test)": sample.red])
            let red = try await run()
            #expect(red.said.exit == 10, "\(red.said.output)\(red.said.errors)\(red.outcome.logs)")
            #expect(red.outcome.state == "unstable")

            try fixture.remove("x/\(sample.test)")
            try await fixture.commit("fix: nothing", sample.empty.map { ["x/\(sample.test)": $0] } ?? [:])
            let empty = try await run()
            #expect(empty.said.exit == 11, "\(empty.said.output)\(empty.said.errors)\(empty.outcome.logs)")
            #expect(empty.outcome.state == "failed")

            let file = sample.brokenFile ?? sample.test
            try await fixture.commit(
                "fix: broken", ["x/\(sample.test)": sample.green].merging(["x/\(file)": sample.broken]) { $1 })
            let broken = try await run()
            let isRed = broken.said.exit == sample.brokenExit
            #expect(isRed, "\(broken.said.output)\(broken.said.errors)\(broken.outcome.logs)")
        }
    }

    private static func environment(home: FilePath) -> [String: String] {
        let own = ProcessInfo.processInfo.environment
        let rust = own["RUSTUP_HOME"] ?? "\(own["HOME"] ?? "")/.rustup"
        return [
            "HOME": home.string, "GOCACHE": "\(home)/go", "GOFLAGS": "-mod=mod", "GOPROXY": "off",
            "PATH": own["PATH"] ?? "", "GRADLE_USER_HOME": "\(home)/gradle",
        ].merging(FilePath(rust).isThere ? ["RUSTUP_HOME": rust] : [:]) { $1 }
    }

    /// XCTest tells what was skipped only where it prints.
    @Test func `XCTest and Swift Testing in one package are both counted, and what is skipped is not executed`()
        async throws
    {
        let package = """
            // swift-tools-version: 6.0
            import PackageDescription
            let package = Package(name: "x", targets: [.target(name: "X"), .testTarget(name: "XTests", dependencies: ["X"])])
            """
        // In parts, as no test of this project may say it.
        let skip = "XCT" + "Skip"
        func tests(_ more: String) -> String {
            "import XCTest\nfinal class OneTests: XCTestCase {\n"
                + "func testSkipped() throws { throw \(skip)(\"no database\") }\n\(more)\n}\n"
        }
        let both = "import Testing\n@Test func adds() {}\n@Test(.enabled(if: 1 > 2)) func off() {}\n"
        try await withRepository { fixture in
            try await fixture.commit(
                "feat: begin",
                [
                    "x/Package.swift": package, "x/Sources/X/X.swift": "", "x/Tests/XTests/A.swift": tests(""),
                    "slipway.yaml": "services: {x: {path: x, images: false}}\n", ".gitignore": ".build/\n",
                ])
            let environment = Self.environment(home: fixture.root.removingLastComponent().appending("home"))
            let skipped = try await slipway("run", in: fixture.root, environment: environment)
            #expect(skipped.exit == 11, "\(skipped.output)\(skipped.errors)")
            #expect(skipped.output.contains("nothing-ran: 1 skipped, none executed"), "\(skipped.output)")

            try await fixture.commit(
                "test: more",
                ["x/Tests/XTests/A.swift": tests("func testOne() {}"), "x/Tests/XTests/B.swift": both])
            let green = try await slipway("run", in: fixture.root, environment: environment)
            #expect(green.exit == 0, "\(green.output)\(green.errors)")
            #expect(green.output.contains("2 passed, 2 skipped"), "\(green.output)")

            try await fixture.commit(
                "fix: red", ["x/Tests/XTests/A.swift": tests("func testOne() { XCTAssertEqual(1, 2, \"no luck\") }")])
            let red = try await slipway("run", in: fixture.root, environment: environment)
            #expect(red.exit == 10, "\(red.output)\(red.errors)")
            #expect(red.output.contains("OneTests.testOne: XCTAssertEqual failed"), "\(red.output)")
            #expect(red.output.contains("1 passed, 1 failed, 2 skipped"), "\(red.output)")
        }
    }

    /// What the last run left about its one service.
    private struct Outcome {
        let state: String?
        let executed: Int?
        let logs: String

        init(in root: FilePath) throws {
            let folder = root.appending(".slipway/runs/latest")
            let data = try Data(contentsOf: URL(fileURLWithPath: folder.appending("outcome.json").string))
            let json = try JSONSerialization.jsonObject(with: data) as? [String: Any]
            let service = (json?["services"] as? [[String: Any]])?.first
            state = (service?["verdict"] as? [String: Any])?["state"] as? String
            executed = ((service?["tests"] as? [String: Any])?["totals"] as? [String: Any])?["executed"] as? Int
            logs = try folder.appending("logs").children.map { try folder.appending("logs").appending($0).text }
                .joined()
        }
    }
}
