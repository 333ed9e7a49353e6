import Fixtures
import Foundation
import SystemPackage

/// Small repositories with a history of versions, for the commands that tell about them.
struct VersionWorld: Sendable {
    let git: GitFixture

    /// A service `billing`, with more settings in its entry, after them, or both.
    static func configuration(_ entry: String = "", _ more: String = "") -> String {
        """
        services:
          billing:
            path: billing
            toolchain: command
            build: "true"
            test: false
        \(entry)\(more)
        """
    }

    /// A first release of `billing`, 1.4.2, of these files.
    static func released(
        at root: FilePath, _ configuration: String = configuration(), _ files: [String: String] = [:]
    ) async throws -> VersionWorld {
        let world = VersionWorld(git: try await GitFixture(at: root.appending("shop")))
        let all = files.merging(["slipway.yaml": configuration, "billing/main.txt": "0\n"]) { one, _ in one }
        try await world.git.commit("feat: begin", all)
        try await world.git.git("tag", "billing/v1.4.2")
        return world
    }

    /// A commit that changes what `billing` ships.
    @discardableResult
    func commit(_ message: String, _ files: [String: String] = [:]) async throws -> String {
        let count = try await git.git("rev-list", "--count", "HEAD")
        return try await git.commit(message, files.merging(["billing/main.txt": "\(count)\n"]) { one, _ in one })
    }

    @discardableResult
    func slipway(_ arguments: String...) async throws -> Said {
        try await run(SlipwayBinary.path.string, arguments, in: git.root, environment: Self.environment)
    }

    func json(_ arguments: String...) async throws -> [String: Any] {
        let said = try await run(
            SlipwayBinary.path.string, arguments + ["--json"], in: git.root, environment: Self.environment)
        guard let json = try JSONSerialization.jsonObject(with: Data(said.output.utf8)) as? [String: Any] else {
            throw FixtureError("\(arguments): \(said.errors)")
        }
        return json
    }

    /// What `version --json` says of `billing`.
    func billing() async throws -> [String: Any] {
        let services = try await json("version", "billing")["services"] as? [[String: Any]]
        guard let service = services?.first else { throw FixtureError("no answer about billing") }
        return service
    }

    /// The version that `billing` would get.
    func next() async throws -> String? { try await billing()["next"] as? String }

    static var environment: [String: String] {
        SlipwayBinary.environment.merging([
            "GIT_COMMITTER_DATE": "1700000000 +0000", "GIT_AUTHOR_DATE": "1700000000 +0000",
        ]) { $1 }
    }
}

/// Runs a test in such a repository.
func withBilling<Value>(
    _ configuration: String = VersionWorld.configuration(), _ files: [String: String] = [:],
    _ body: (VersionWorld) async throws -> Value
) async throws -> Value {
    try await withTemporaryFolder { folder in
        try await body(VersionWorld.released(at: folder, configuration, files))
    }
}

/// Documents that describe what callers rely on.
enum Interfaces {
    static func openAPI(_ paths: String...) -> String {
        let entries = paths.map { "  \($0):\n    get: {responses: {'200': {description: fine}}}\n" }
        return "openapi: 3.0.3\ninfo: {title: billing, version: '1'}\npaths:\n" + entries.joined()
    }

    static func calls(_ names: String...) -> String {
        "{\"format\": 1, \"calls\": [" + names.map { "{\"name\": \"\($0)\"}" }.joined(separator: ", ") + "]}\n"
    }
}
