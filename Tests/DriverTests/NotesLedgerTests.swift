import Fixtures
import Foundation
import Pipeline
import Signing
import SystemPackage
import Testing

@testable import Driver

/// Records as notes of commits, and what becomes of them when many push.
struct NotesLedgerTests {
    private func notes(_ world: ReleaseWorld, at clone: GitFixture? = nil) -> NotesLedger {
        let root = (clone ?? world.git).root
        return NotesLedger(world.program(at: root), commonFolder: root.appending(".git"))
    }

    private func shown(_ git: GitFixture, _ commit: ObjectID) async throws -> [String] {
        try await git.git("notes", "--ref=stability", "show", "\(commit)").split(separator: "\n").map(String.init)
    }

    private static let names = ["stable", "unstable", "failed", "testless", "library", "unsigned"]

    @Test func `each record is a line of the note of its commit, once`() async throws {
        try await withReleaseWorld { world in
            let notes = notes(world)
            for name in Self.names + Self.names { try await notes.append(Kept.record(name).envelope, to: world.head) }
            let lines = try await shown(world.git, world.head)
            let expected = try Self.names.map { String(decoding: try Kept.bytes($0).dropLast(), as: UTF8.self) }
            #expect(lines == expected.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
            let found = try await notes.find(LedgerQuery())
            #expect(found.items.count == 6 && found.damaged.isEmpty)
            var query = LedgerQuery()
            query.service = "solo"
            #expect(try await notes.find(query).items.count == 2)
            query.kinds = [.waiver]
            #expect(try await notes.find(query).items.isEmpty)
        }
    }

    @Test func `a clone without notes has none, and one without a name for commits can write them`() async throws {
        try await withReleaseWorld { world in
            let variables = GitFixture.environment.filter {
                !$0.key.hasPrefix("GIT_AUTHOR") && !$0.key.hasPrefix("GIT_COMMITTER")
            }
            let git = GitProgram(at: world.git.root, environment: variables, scratch: world.scratch)
            let notes = NotesLedger(git, commonFolder: world.git.root.appending(".git"))
            #expect(try await notes.find(LedgerQuery()).items.isEmpty)
            #expect(try await notes.push(to: GitRemote("origin", of: git)) == nil)
            try await notes.append(Kept.record("stable").envelope, to: world.head)
            #expect(try await notes.find(LedgerQuery()).items.count == 1)
            let author = try await world.git.git("log", "-1", "--format=%an", "refs/notes/stability")
            #expect(author == "Slipway")
        }
    }

    @Test func `what was sealed with a record is in the note as well, and found with it`() async throws {
        try await withReleaseWorld { world in
            let notes = notes(world)
            #expect(try await notes.isThere == false)
            let sealed = try SealedRecord(parsing: Kept.bytes("stable", of: "1.1"))
            for _ in 0..<2 { try await notes.append(sealed.envelope, with: sealed.companions, to: world.head) }
            #expect(try await shown(world.git, world.head).count == 3)
            let found = try await notes.find(LedgerQuery())
            #expect(found.damaged.isEmpty && found.items.map(\.id) == [sealed.id])
            let verification = Verification(
                ofBundle: try #require(found.items.first).bytes, trusting: try Kept.trust(of: "1.1"), .init())
            #expect(verification.objections == [])
            #expect(try await notes.isThere)
        }
    }

    @Test func `writers in one clone at once lose nothing`() async throws {
        try await withReleaseWorld { world in
            let notes = notes(world)
            let envelopes = try Self.names.map { try Kept.record($0).envelope }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for envelope in envelopes { group.addTask { try await notes.append(envelope, to: world.head) } }
                try await group.waitForAll()
            }
            #expect(try await notes.find(LedgerQuery()).items.count == envelopes.count)
        }
    }

    @Test func `damage in a note is named by its line, and hides nothing else`() async throws {
        try await withReleaseWorld { world in
            let notes = notes(world)
            try await notes.append(Kept.record("stable").envelope, to: world.head)
            try await world.git.git("notes", "--ref=stability", "append", "-m", "hello", "\(world.head)")
            let found = try await notes.find(LedgerQuery())
            #expect(found.items.count == 1)
            #expect(
                found.damaged.count == 1
                    && found.damaged[0].hasPrefix("refs/notes/stability of \(world.head.short), line "))
        }
    }

    @Test func `clones that push at once lose nothing, and all of them have all of it in the end`() async throws {
        try await withReleaseWorld { world in
            let other = try await world.git.commit("feat: more")
            try await world.git.git("push", "-q", "origin", "main")
            var clones: [(git: GitFixture, name: String)] = []
            for (index, name) in Self.names.enumerated() { clones.append((try await world.clone("c\(index)"), name)) }
            let commits = [world.head, try ReleaseWorld.id(other)]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, clone) in clones.enumerated() {
                    group.addTask {
                        let notes = notes(world, at: clone.git)
                        try await notes.append(Kept.record(clone.name).envelope, to: commits[index % 2])
                        let pushed = try await notes.push(to: world.remote(at: clone.git.root))
                        #expect(pushed?.remote == "origin")
                    }
                }
                try await group.waitForAll()
            }
            let late = notes(world)
            #expect(try await late.push(to: world.remote())?.rounds == 0)
            let found = try await late.find(LedgerQuery())
            let expected = Set(try Self.names.map { try Kept.record($0).id })
            #expect(Set(found.items.map(\.id)) == expected)
            #expect(found.damaged.isEmpty)
            let first = try await late.find(
                {
                    var query = LedgerQuery()
                    query.commit = "\(commits[0])"
                    return query
                }())
            #expect(
                first.items.isEmpty, "those records are about another commit than the note's, and are named by theirs")
        }
    }

    @Test func `a server that wants no notes is no faster colleague`() async throws {
        try await withReleaseWorld { world in
            try world.hook("update", "case $1 in refs/notes/*) echo no notes here >&2; exit 1;; esac\n")
            let notes = notes(world)
            try await notes.append(Kept.record("stable").envelope, to: world.head)
            let error = await #expect(throws: GitCommandError.self) { try await notes.push(to: world.remote()) }
            #expect(error?.description.contains("no notes here") == true)
        }
    }
}
