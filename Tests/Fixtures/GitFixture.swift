import Foundation
import SystemPackage

/// A repository that a test builds step by step, with pinned names and dates: the same steps give the same ids anywhere.
public struct GitFixture: Sendable {
    public let root: FilePath

    /// No configuration of this machine reaches git.
    public static let environment: [String: String] = [
        "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
        "HOME": "/nonexistent", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
        "GIT_AUTHOR_NAME": "Ada Lovelace", "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada Lovelace", "GIT_COMMITTER_EMAIL": "ada@example.org", "LC_ALL": "C.UTF-8",
        "TERM": "dumb",
    ]

    public init(at root: FilePath) async throws {
        self.root = root
        try await sh("mkdir -p '\(root)' && git init -q -b main '\(root)'", in: "/")
    }

    public init(existing root: FilePath) {
        self.root = root
    }

    @discardableResult
    public func git(_ arguments: String...) async throws -> String {
        let said = try await run("git", arguments, in: root, environment: Self.environment)
        guard said.exit == 0 else { throw FixtureError("git \(arguments): \(said.errors)") }
        return said.output.trimmingCharacters(in: .newlines)
    }

    public func put(_ path: String, _ text: String, executable: Bool = false) throws {
        try root.appending(FilePath(path).components).put(text, executable: executable)
    }

    public func remove(_ path: String) throws {
        try FileManager.default.removeItem(atPath: root.appending(FilePath(path).components).string)
    }

    /// Commits everything; each commit is a minute after the one before it.
    @discardableResult
    public func commit(
        _ message: String, _ files: [String: String] = [:], author: String = "Ada Lovelace"
    ) async throws -> String {
        for (path, text) in files { try put(path, text) }
        try await git("add", "-A")
        let count = try await run("git", ["rev-list", "--all", "--count"], in: root, environment: Self.environment)
        let seconds = 1_700_000_000 + 60 * (Int(count.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0)
        let mail = author.split(separator: " ").first.map { $0.lowercased() } ?? "nobody"
        let dated = [
            "GIT_AUTHOR_DATE": "\(seconds) +0000", "GIT_COMMITTER_DATE": "\(seconds) +0000", "GIT_AUTHOR_NAME": author,
            "GIT_AUTHOR_EMAIL": "\(mail)@example.org",
        ]
        let said = try await run(
            "git", ["commit", "-q", "--allow-empty", "-m", message], in: root,
            environment: Self.environment.merging(dated) { $1 })
        guard said.exit == 0 else { throw FixtureError("git commit: \(said.errors)") }
        return try await head()
    }

    public func head() async throws -> String { try await git("rev-parse", "HEAD") }

    /// A clone beside it, made with these arguments.
    public func clone(to target: FilePath, _ arguments: String...) async throws -> GitFixture {
        let said = try await run(
            "git", ["clone", "-q"] + arguments + ["file://\(root)", target.string], in: "/",
            environment: Self.environment)
        guard said.exit == 0 else { throw FixtureError("git clone: \(said.errors)") }
        return GitFixture(existing: target)
    }
}

/// Runs a test on a repository in a folder of its own.
public func withRepository<Value>(_ body: (GitFixture) async throws -> Value) async throws -> Value {
    try await withTemporaryFolder { folder in
        try await body(GitFixture(at: folder.appending("repository")))
    }
}
