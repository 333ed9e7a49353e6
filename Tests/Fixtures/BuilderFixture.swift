import Foundation
import SystemPackage

/// A real builder of images with nothing in it, and a repository with a base that has the programs of a shell.
public struct BuilderFixture: Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        case buildKit, classic, buildah, podman

        /// What Slipway calls it.
        public var name: String { self == .buildKit || self == .classic ? "docker" : rawValue }
        public var isDocker: Bool { name == "docker" }
    }

    public let kind: Kind
    public let root: FilePath
    /// What it is found by.
    public let environment: [String: String]
    /// The engine, where that is what builds.
    public let engine: ContainerFixture?

    /// Whether what the base and an engine are made of is installed; `ci/test` sees to it.
    public static let isInstalled = ContainerFixture.isInstalled

    /// Runs a test with a builder; says so where it cannot work here.
    public static func with(_ kind: Kind, _ body: (BuilderFixture) async throws -> Void) async throws {
        if kind.isDocker {
            try await ContainerFixture.withDocker { engine in
                var environment = engine.environment
                environment["DOCKER_BUILDKIT"] = kind == .classic ? "0" : "1"
                try await body(BuilderFixture(kind: kind, root: engine.root, environment: environment, engine: engine))
            }
            return
        }
        guard try await run("/bin/sh", ["-c", "command -v \(kind.name)"]).exit == 0 else {
            print("NOT RUN: builds with \(kind.name), which is not installed")
            return
        }
        try await withTemporaryFolder { folder in
            try folder.appending("storage.conf").put(
                "[storage]\ndriver = \"vfs\"\ngraphroot = \"\(folder)/graph\"\nrunroot = \"\(folder)/run\"\n")
            let environment = ["CONTAINERS_STORAGE_CONF": "\(folder)/storage.conf", "HOME": folder.string]
            try await body(BuilderFixture(kind: kind, root: folder, environment: environment, engine: nil))
        }
    }

    /// The images of ours that are in it, and working containers.
    public func leftovers() async throws -> String {
        if let engine {
            let labelled = try await engine("images", "--all", "--quiet", "--filter", "label=slipway.build.root")
            let named = try await engine("images", "slipway.invalid/*/*", "--quiet")
            return try await labelled + named + engine("ps", "--all", "--quiet")
        }
        let containers = kind == .buildah ? "buildah containers -q" : "podman ps --all --external -q"
        return try await sh("\(kind.name) images --all -q; \(containers)", in: root, environment: environment)
    }

    /// A repository whose service `app` has this Dockerfile; its base is `oci:base:box`.
    public func repository(
        _ dockerfile: String, settings: String = "", _ body: (Monorepo) async throws -> Void
    ) async throws {
        let configuration = """
            services:
              app:
                path: app
                toolchain: command
                build: "true"
                test: false
                builder: \(kind.name)
                \(settings)

            """
        try await withMonorepo(configuration) { repository in
            try await repository.git.commit(
                "feat: app",
                [
                    "app/Dockerfile": dockerfile, "app/code": "1\n", "app/.dockerignore": "base\n",
                    ".gitignore": "base/\n",
                ])
            try await sh(
                """
                mkdir -p box/bin box/tmp box/etc && cp "$(command -v busybox)" box/bin/busybox
                for name in sh cat echo sleep true wc mkdir rm; do ln -sf busybox box/bin/$name; done
                umoci init --layout app/base && umoci new --image app/base:box
                umoci insert --image app/base:box box /
                umoci config --image app/base:box --config.env PATH=/bin
                rm -r box
                """, in: repository.root)
            try await body(repository)
        }
    }

    /// Runs slipway in a repository with this builder.
    public func slipway(
        _ repository: Monorepo, _ arguments: String..., environment: [String: String] = [:]
    ) async throws -> Said {
        try await run(
            SlipwayBinary.path.string, arguments, in: repository.root,
            environment: self.environment(with: environment))
    }

    public func environment(with more: [String: String] = [:]) -> [String: String] {
        SlipwayBinary.environment.merging(environment) { $1 }.merging(more) { $1 }
    }
}
