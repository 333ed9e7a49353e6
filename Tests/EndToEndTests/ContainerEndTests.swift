import Fixtures
import Foundation
import Glibc
import Subprocess
import SystemPackage
import Testing

/// Containers of runs that are stopped or killed: none is left, and no other is touched.
@Suite(.enabled(if: ContainerFixture.isInstalled, "docker.io and busybox-static are not installed"))
struct ContainerEndTests {
    /// Two services: one at work beside a sidecar, deaf to signals, one that waits for its sidecar.
    private static let configuration = """
        services:
          a:
            path: a
            toolchain: command
            images: false
            container: {image: IMAGE, sidecars: {db: {image: IMAGE, command: [sleep, "3600"], health: "true"}}}
            test: trap '' TERM INT; touch begun.out; [ ! -e again ] || { printf '1..1\\nok 1 - a\\n'; exit 0; }; sleep 3600
          b:
            path: b
            toolchain: command
            images: false
            container: {image: IMAGE, sidecars: {db: {image: IMAGE, command: [sleep, "3600"], health: "[ -e /x ]"}}}
            test: "true"

        """

    private func with(
        _ kind: ContainerFixture.Kind, _ body: (ContainerFixture, Monorepo) async throws -> Void
    ) async throws {
        func inside(_ engine: ContainerFixture?) async throws {
            guard let engine else { return }
            let text = Self.configuration.replacing("IMAGE", with: ContainerFixture.image)
            try await withMonorepo(text) { repository in
                try await repository.git.commit(
                    "chore: folders", ["a/x": "", "b/x": "", ".gitignore": "*.out\nagain\n"])
                try await body(engine, repository)
            }
        }
        switch kind {
        case .docker: try await ContainerFixture.withDocker(inside)
        case .podman: try await ContainerFixture.withPodman(inside)
        }
    }

    /// Starts slipway, waits until both services are where they stay, and does its worst.
    private func stopping(
        _ engine: ContainerFixture, _ repository: Monorepo, with signal: Int32
    ) async throws -> (status: TerminationStatus, output: String) {
        let result = try await Subprocess.run(
            .path(SlipwayBinary.path), arguments: ["run", "--jobs", "2"],
            environment: .custom(
                environment(engine).reduce(into: [:]) { keyed, variable in
                    if let key = Environment.Key(rawValue: variable.key) { keyed[key] = variable.value }
                }),
            workingDirectory: repository.root, input: .none, output: .string(limit: 1 << 20),
            error: .combinedWithOutput
        ) { execution in
            while try await engine("ps", "--quiet").split(separator: "\n").count < 4
                || !repository.root.appending("a/begun.out").isThere
            {
                try await Task.sleep(for: .milliseconds(20))
            }
            kill(execution.processIdentifier.value, signal)
        }
        return (result.terminationStatus, result.standardOutput)
    }

    private func environment(_ engine: ContainerFixture) -> [String: String] {
        SlipwayBinary.environment.merging(engine.environment) { $1 }
            .merging(["SLIPWAY_CONTAINER_ENGINE": engine.kind.rawValue]) { $1 }
    }

    /// A container that somebody else runs, with labels that look like ours: three of two services and it are four.
    private func stranger(_ engine: ContainerFixture) async throws -> String {
        try await engine(
            "run", "--detach", "--label", "slipway.root=another", "--label", "slipway.run=20260101T000000Z-00000000",
            "--network=none", ContainerFixture.image, "sleep", "3600")
    }

    @Test(arguments: ContainerFixture.Kind.allCases, [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func `a signal ends all containers of the run, and no other`(
        _ kind: ContainerFixture.Kind, _ signal: (number: Int32, code: Int32)
    ) async throws {
        try await with(kind) { engine, repository in
            let stranger = try await self.stranger(engine)
            let ended = try await self.stopping(engine, repository, with: signal.number)
            #expect(ended.status == .exited(signal.code), "\(ended.output)")
            let left = try await engine.containers()
            #expect(left == [stranger])
            #expect(try repository.verdicts() == ["a": "incomplete", "b": "incomplete"])
            #expect(!repository.root.appending(".slipway/containers").isThere)
            let state = try await engine("inspect", "--format", "{{.State.Running}}", stranger)
            #expect(state == "true")
        }
    }

    @Test(arguments: ContainerFixture.Kind.allCases)
    func `what a killed run left is removed by the next run, or by clean, and nothing else is`(
        _ kind: ContainerFixture.Kind
    ) async throws {
        try await with(kind) { engine, repository in
            let stranger = try await self.stranger(engine)
            let first = try await self.stopping(engine, repository, with: SIGKILL)
            #expect(first.status == .signaled(SIGKILL))
            let left = try await engine.containers(except: stranger)
            #expect(left.count == 3)
            let cleaned = try await slipway(
                "clean", "--json", in: repository.root, environment: self.environment(engine))
            #expect(cleaned.exit == 0, "\(cleaned.errors)")
            #expect(cleaned.output.contains("\"containers\": 3"), "\(cleaned.output)")
            let afterClean = try await engine.containers()
            #expect(afterClean == [stranger])

            try await sh("rm a/begun.out", in: repository.root)
            _ = try await self.stopping(engine, repository, with: SIGKILL)
            try repository.root.appending("a/again").put("")
            let next = try await slipway("run", "a", in: repository.root, environment: self.environment(engine))
            #expect(next.exit == 0, "\(next.output)\(next.errors)")
            #expect(next.errors.contains("note: removed 3 containers that a killed run left behind"))
            let afterRun = try await engine.containers()
            #expect(afterRun == [stranger])
        }
    }
}
