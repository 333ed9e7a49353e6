import Foundation
import SystemPackage

/// A repository with services that any shell can build: what they print is decided by files in their folders.
public struct Monorepo: Sendable {
    public let git: GitFixture
    public var root: FilePath { git.root }

    /// `app` and `web` need `lib`; `app` has an image; tests print TAP from a file `tap`.
    public static let configuration = """
        services:
          app:
            path: services/app
            toolchain: command
            needs: [lib]
            build: mkdir -p out && cat ../../libs/lib/out/lib src.txt > out/app && echo $SLIPWAY_VERSION >> out/version
            test: cat tap
          web:
            path: services/web
            toolchain: command
            needs: [lib]
            build: "true"
            test: cat tap
          solo:
            path: services/solo
            toolchain: command
            build: "true"
            test: false
          lib:
            path: libs/lib
            kind: library
            toolchain: command
            build: mkdir -p out && cp src.txt out/lib
            test: cat tap

        """

    public static let files: [String: String] = [
        "services/app/src.txt": "app\n", "services/app/tap": "1..1\nok 1 - app works\n",
        "services/app/Dockerfile": "FROM scratch\nCOPY out/app /app\nENTRYPOINT [\"/app\"]\n",
        "services/web/src.txt": "web\n", "services/web/tap": "1..1\nok 1 - web works\n",
        "services/solo/src.txt": "solo\n",
        "libs/lib/src.txt": "lib\n", "libs/lib/tap": "1..1\nok 1 - lib works\n", "README.md": "# x\n",
        ".gitignore": "out/\n",
    ]

    /// One that is there already, such as a clone.
    public init(existing git: GitFixture) {
        self.git = git
    }

    /// A repository with these services and one commit.
    public init(at root: FilePath, configuration: String = Monorepo.configuration) async throws {
        git = try await GitFixture(at: root)
        try await git.commit("feat: begin", Self.files.merging(["slipway.yaml": configuration]) { $1 })
    }

    @discardableResult
    public func slipway(_ arguments: String..., environment: [String: String] = [:]) async throws -> Said {
        try await run(
            SlipwayBinary.path.string, arguments, in: root,
            environment: SlipwayBinary.environment.merging(environment) { $1 })
    }

    /// The outcome a run left, as JSON.
    public func outcome() throws -> [String: Any] {
        let data = try Data(
            contentsOf: URL(fileURLWithPath: root.appending(".slipway/runs/latest/outcome.json").string))
        return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    /// The verdict of each service in the last run.
    public func verdicts() throws -> [String: String] {
        let services = try outcome()["services"] as? [[String: Any]] ?? []
        return services.reduce(into: [:]) { verdicts, service in
            guard let name = service["name"] as? String, let verdict = service["verdict"] as? [String: Any] else {
                return
            }
            verdicts[name] = verdict["state"] as? String
        }
    }

    /// The first reason of each service's verdict in the last run.
    public func reasons() throws -> [String: String] {
        let services = try outcome()["services"] as? [[String: Any]] ?? []
        return services.reduce(into: [:]) { reasons, service in
            guard let name = service["name"] as? String, let verdict = service["verdict"] as? [String: Any] else {
                return
            }
            reasons[name] = (verdict["reasons"] as? [[String: Any]])?.first?["code"] as? String
        }
    }
}

/// Runs a test on a monorepo in a folder of its own.
public func withMonorepo<Value>(
    _ configuration: String = Monorepo.configuration, _ body: (Monorepo) async throws -> Value
) async throws -> Value {
    try await withTemporaryFolder { folder in
        try await body(Monorepo(at: folder.appending("monorepo"), configuration: configuration))
    }
}
