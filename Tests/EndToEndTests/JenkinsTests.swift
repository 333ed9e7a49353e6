import Fixtures
import Foundation
import SystemPackage
import Testing

private let isGroovyInstalled = FileManager.default.isExecutableFile(atPath: "/usr/bin/groovy")

/// The step for Jenkins, on the Groovy that Jenkins runs, with a real shell and the real program.
@Suite(.enabled(if: isGroovyInstalled, "groovy is not installed"))
struct JenkinsTests {
    private static let step = Golden.project.appending("ci/vars/slipway.groovy")

    /// What a scenario or Jenkinsfile did: the lines that tell its end, and what became of the build.
    private struct Build {
        let result: String
        let message: String
        let steps: [String]
        let log: String
    }

    private func build(
        _ script: String, in workspace: FilePath, environment: [String: String] = [:]
    ) async throws -> Build {
        let file = workspace.removingLastComponent().appending("scenario.groovy")
        try file.put(script)
        let harness = FilePath(#filePath).removingLastComponent().appending("Jenkins/harness.groovy")
        // On Java 17 Groovy 2.4 finds the methods of strings only with this.
        let standard = SlipwayBinary.environment.merging([
            "JAVA_OPTS": "--add-opens=java.base/java.lang=ALL-UNNAMED", "SLIPWAY_PROGRAM": SlipwayBinary.path.string,
        ]) { $1 }
        let said = try await run(
            "groovy", [harness.string, workspace.string, Self.step.string, file.string], in: workspace,
            environment: standard.merging(environment) { $1 })
        let lines = said.output.split(separator: "\n").map(String.init)
        func all(_ word: String) -> [String] {
            lines.filter { $0.hasPrefix(word + " ") }.map { String($0.dropFirst(word.count + 1)) }
        }
        return Build(
            result: all("RESULT").first ?? "", message: all("MESSAGE").first ?? "", steps: all("STEP"),
            log: said.output + said.errors)
    }

    /// A declarative pipeline that sets up, does something, and deploys when nothing stopped it.
    private func pipeline(_ body: String) -> String {
        """
        pipeline {
            agent { label 'x' }
            options { skipStagesAfterUnstable() }
            stages {
                stage('Build') { steps { script {
                    slipway.setup(from: System.getenv('SLIPWAY_PROGRAM'))
                    \(body)
                } } }
                stage('Deploy') { steps { echo 'deployed' } }
            }
            post { always { archiveArtifacts(artifacts: '.slipway/runs/*/outcome.json') } }
        }
        """
    }

    @Test func `a stable run is a success, and the plan is rows`() async throws {
        try await withMonorepo { repository in
            let build = try await build(
                pipeline(
                    "slipway.plan().each { println \"ROW ${it.service} ${it.steps} ${it.reason} ${it.weight}\" }\nslipway.run(through: 'image')"
                ),
                in: repository.root)
            #expect(build.result == "SUCCESS", "\(build.log)")
            #expect(build.log.contains("ROW app [build, test, image] new 1"))
            #expect(build.log.contains("echo: deployed"))
            #expect(build.steps.last == "archive .slipway/runs/*/outcome.json")
            #expect(try repository.verdicts()["app"] == "stable")
            // One call of the shell a verb, each handing its process over.
            let calls = build.steps.filter { $0.contains(".slipway/bin/slipway ") && $0.hasPrefix("sh ") }
            #expect(calls.count == 3 && calls.allSatisfy { $0.contains("exec .slipway/bin/slipway ") })
        }
    }

    @Test func `red tests make the build unstable, and nothing goes on`() async throws {
        try await withMonorepo { repository in
            try await repository.git.commit("fix: oops", ["services/app/tap": "1..1\nnot ok 1 - app works\n"])
            let build = try await build(pipeline("slipway.run(through: 'image')"), in: repository.root)
            #expect(build.result == "UNSTABLE", "\(build.log)")
            #expect(build.log.contains("unstable: slipway run: unstable: everything built, some test failed (exit 10)"))
            #expect(build.steps.contains("skipped Deploy"))
        }
    }

    @Test(arguments: [
        ("slipway.run(through: 'image')", "slipway run: failed: something did not build, package or push (exit 11)"),
        (
            "slipway.run(through: 'image', services: ['a;touch x', 'x$(touch x)', \"it's\"])",
            "slipway run: invalid configuration, policy or input file (exit 65)"
        ),
        ("slipway.plan(base: '$(touch x)')", "slipway plan: invalid configuration, policy or input file (exit 65)"),
        (
            "slipway.plan(service: 'app')",
            "slipway.plan knows no service; it knows services, base, force, through, config"
        ),
        ("slipway.run()", "slipway.run: through is missing: build, test, image or push"),
        ("slipway.run(services: 'app')", "slipway.run: through is missing: build, test, image or push"),
        ("slipway.gate(service: 'app')", "slipway.gate: image is missing"),
        ("slipway.release(push: true)", "slipway.release: services is missing (or say all: true)"),
        ("slipway.setup(from: 'stash', version: '9.9.9')", "slipway is 0.1.0 here, and 9.9.9 was asked for"),
        ("slipway.setup(from: '/bin/sh', sha256: '00')", "script returned exit code 1"),
        (
            "otherWorkspace('elsewhere'); slipway.run(through: 'image')",
            "slipway run: slipway is not on this node: call slipway.setup first (exit 127)"
        ),
    ])
    func `everything else fails the build, with a sentence`(script: String, message: String) async throws {
        let broken = Monorepo.configuration.replacing("cp src.txt out/lib", with: "cp nowhere out/lib")
        try await withMonorepo(broken) { repository in
            let build = try await build(pipeline(script), in: repository.root)
            #expect(build.result == "FAILURE", "\(build.log)")
            #expect(build.message == message, "\(build.log)")
            #expect(!build.log.contains("echo: deployed"))
            #expect(!repository.root.appending("x").isThere)
        }
    }

    @Test func `another node takes the same program from the stash`() async throws {
        try await withMonorepo { repository in
            let clone = try await repository.git.clone(to: repository.root.removingLastComponent().appending("agent"))
            let build = try await build(
                pipeline("otherWorkspace('agent'); slipway.setup(from: 'stash'); slipway.run(through: 'image')"),
                in: repository.root)
            #expect(build.result == "SUCCESS", "\(build.log)")
            #expect(clone.root.appending(".slipway/runs/latest/outcome.json").isThere)
        }
    }

    @Test func `a closed gate ends the stage, an open one lets it go on`() async throws {
        try await withOffice { repository, office in
            let key = try office.appending("ci.key").text
            let environment = Office.jenkins.merging(["SLIPWAY_KEY": key]) { $1 }
            try await repository.slipway("run", environment: environment)
            let services = try repository.outcome()["services"] as? [[String: Any]] ?? []
            let image = services.first { $0["name"] as? String == "app" }?["image"] as? [String: Any]
            let good = try #require(image?["digest"] as? String)
            func ask(_ digest: String) -> String {
                pipeline(
                    """
                    slipway.gate(service: 'app', image: 'app@\(digest)', environment: 'production',
                        policy: '\(office)/policy.yaml', trust: '\(office)/ci.trust.json')
                    """)
            }
            let open = try await build(ask(good), in: repository.root)
            #expect(open.result == "SUCCESS", "\(open.log)")
            #expect(open.log.contains("echo: deployed"))
            #expect(try repository.root.appending(".slipway/decision.json").text.contains("\"decision\": \"allowed\""))
            let closed = try await build(ask("sha256:" + String(repeating: "0", count: 64)), in: repository.root)
            #expect(closed.result == "FAILURE")
            #expect(closed.message == "slipway gate: not yet: evidence is missing or stale (exit 22)", "\(closed.log)")
        }
    }

    @Test func `a release is cut by a stage, and refused by a stage`() async throws {
        try await withOffice { repository, office in
            let key = try office.appending("ci.key").text
            let environment = Office.jenkins.merging(["SLIPWAY_KEY": key]) { $1 }
            let cut = try await build(
                pipeline("slipway.release(services: ['app'], push: true)"), in: repository.root,
                environment: environment)
            #expect(cut.result == "SUCCESS", "\(cut.log)")
            #expect(try await repository.git.git("tag") == "app/v0.1.0")
            try await repository.git.commit("fix: x\n\nbreaking change: maybe", ["services/app/src.txt": "2\n"])
            let refused = try await build(
                pipeline("slipway.release(services: 'app', push: true)"), in: repository.root, environment: environment)
            #expect(refused.result == "FAILURE")
            #expect(
                refused.message
                    == "slipway release: blocked: the gate says no, or a published version would change (exit 20)")
            let accepted = try await build(
                pipeline("slipway.release(services: ['app'], push: true, accept: ['footer.near-miss-breaking'])"),
                in: repository.root, environment: environment)
            #expect(accepted.result == "SUCCESS", "\(accepted.log)")
        }
    }

    /// Real but for the compiler: `swift` is a script that gives the built program and a report.
    @Test func `the project's own pipeline`() async throws {
        try await withRepository { fixture in
            let project = Golden.project
            let compiler = """
                #!/bin/sh
                case "$*" in
                *"--product slipway"*) mkdir -p .build/release && cp "$SLIPWAY_PROGRAM" .build/release/slipway ;;
                test*) for last; do :; done
                    echo '<testsuites><testsuite name="s" tests="1" failures="0"><testcase classname="s" name="a" time="0"/></testsuite></testsuites>' > "$last" ;;
                esac
                """
            try fixture.put("../bin/swift", compiler, executable: true)
            try fixture.put("ci/test", "#!/bin/sh\necho tested\n", executable: true)
            try await fixture.commit(
                "feat: begin",
                [
                    "ci/slipway.yaml": project.appending("ci/slipway.yaml").text,
                    "ci/vars/slipway.groovy": project.appending("ci/vars/slipway.groovy").text,
                    ".gitignore": ".build/\n", "Package.swift": "", "Sources/a.swift": "",
                ])
            let path = "\(fixture.root.removingLastComponent())/bin:\(SlipwayBinary.environment["PATH"] ?? "")"
            let build = try await build(
                project.appending("Jenkinsfile").text, in: fixture.root, environment: ["PATH": path])
            #expect(build.result == "SUCCESS", "\(build.log)")
            #expect(build.log.contains("tested"))
            #expect(build.log.contains("slipway  stable"))
        }
    }
}
