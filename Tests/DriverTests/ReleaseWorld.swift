import Fixtures
import Foundation
import Pipeline
import Signing
import SystemPackage

@testable import Driver

/// A server's repository and the clone of somebody who releases from it.
struct ReleaseWorld: Sendable {
    let folder: FilePath
    /// The clone.
    let git: GitFixture
    let head: ObjectID

    var server: GitFixture { GitFixture(existing: folder.appending("server.git")) }
    var scratch: FilePath { folder.appending("scratch") }

    init(in folder: FilePath) async throws {
        self.folder = folder
        try await sh("git init -q --bare -b main server.git && mkdir scratch", in: folder)
        git = try await GitFixture(at: folder.appending("clone"))
        head = try Self.id(try await git.commit("feat: begin", ["a.txt": "a\n"]))
        try await git.git("remote", "add", "origin", folder.appending("server.git").string)
        try await git.git("push", "-q", "-u", "origin", "main")
    }

    static func id(_ text: String) throws -> ObjectID {
        guard let id = ObjectID(parsing: text) else { throw FixtureError("\(text) is no object id") }
        return id
    }

    func program(_ variables: [String: String] = [:], at clone: FilePath? = nil) -> GitProgram {
        GitProgram(
            at: clone ?? git.root, environment: GitFixture.environment.merging(variables) { $1 }, scratch: scratch)
    }

    func remote(_ name: String = "origin", at clone: FilePath? = nil) async throws -> GitRemote {
        try await GitRemote(name, of: program(at: clone))
    }

    /// Another clone of the same server.
    func clone(_ name: String, _ arguments: String...) async throws -> GitFixture {
        let target = folder.appending(name)
        let said = try await run(
            "git", ["clone", "-q"] + arguments + ["file://\(server.root)", target.string], in: "/",
            environment: GitFixture.environment)
        guard said.exit == 0 else { throw FixtureError("git clone: \(said.errors)") }
        return GitFixture(existing: target)
    }

    /// A hook of the server.
    func hook(_ name: String, _ script: String) throws {
        try server.root.appending("hooks").appending(name).put("#!/bin/sh\n" + script, executable: true)
    }

    static func draft(
        _ name: String, _ commit: ObjectID, run: String = "run-1", signing: TagSigning = .none
    ) throws -> TagDraft {
        guard let name = GitRefName(parsing: name) else { throw FixtureError("\(name) is no name") }
        let release = ReleaseTrailer(
            service: "billing", version: "1.0.0",
            images: [.init(name: "registry.example/billing", digest: .sha256([1]))],
            run: .init(id: run, buildUrl: "https://ci.example/\(run)/"), evidence: .init(plan: .sha256([2])))
        return TagDraft(
            name: name, commit: commit,
            message: TagMessage(
                subject: "billing 1.0.0", changelog: "### Fixes\n\n# no comment\n- größe", release: release),
            signing: signing, time: Timestamp(seconds: 1_700_000_000))
    }

    /// A tag made in a clone, ready to be pushed.
    func tag(_ name: String, run: String = "run-1", at clone: FilePath? = nil) async throws -> Push.Tag {
        let draft = try Self.draft(name, head, run: run)
        return Push.Tag(name: draft.name, object: try await program(at: clone).make(draft))
    }

    /// Every ref with its object, as git lists them.
    static func refs(_ git: GitFixture) async throws -> [String] {
        try await git.git("for-each-ref", "--format=%(refname) %(objectname)").split(separator: "\n").map(String.init)
    }
}

/// Runs a test on a server and a clone in a folder of its own.
func withReleaseWorld<Value>(_ body: (ReleaseWorld) async throws -> Value) async throws -> Value {
    try await withTemporaryFolder { try await body(ReleaseWorld(in: $0)) }
}
