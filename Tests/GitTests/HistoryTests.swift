import Fixtures
import Pipeline
import SystemPackage
import Testing

@testable import Git

/// Trees and histories compared with what git itself says.
struct HistoryTests {
    /// Commits on two lines with merges, moves, deletions and clocks that go backwards.
    private func tangled(_ fixture: GitFixture) async throws {
        try await fixture.commit("feat: begin", ["a/1": "1", "b/1": "1", "c/deep/1": "1", "root": "1"])
        try await fixture.git("tag", "base")
        try await fixture.git("checkout", "-q", "-b", "side")
        try await fixture.commit("fix: a on side", ["a/1": "2"])
        try await fixture.commit("fix: b on side", ["b/2": "1"])
        try await fixture.git("checkout", "-q", "main")
        try await fixture.commit("fix: c on main", ["c/deep/1": "2"])
        try await fixture.git("tag", "middle")
        try await sh("git mv a/1 b/moved && git commit -qm 'refactor: move'", in: fixture.root)
        try await fixture.git("merge", "-q", "--no-ff", "-m", "merge side", "-X", "theirs", "side~1")
        try await fixture.commit("fix: root only", ["root": "2"])
        try await sh(
            "GIT_COMMITTER_DATE='1600000000 +0000' git commit -q --allow-empty -m 'chore: old clock'", in: fixture.root)
        try await sh("git rm -qr c && git commit -qm 'feat: remove c'", in: fixture.root)
        try await fixture.git("merge", "-q", "--no-ff", "-m", "merge rest", "side")
    }

    @Test func `the files that differ between two trees are those git names`() async throws {
        try await withRepository { fixture in
            try await tangled(fixture)
            let repository = try Repository(at: fixture.root.string)
            let commits = try await fixture.git("rev-list", "HEAD").split(separator: "\n").map(String.init)
            for (old, new) in zip(commits, commits.dropFirst()) + [(commits[0], commits[commits.count - 1])] {
                let theirs = try await fixture.git("diff", "--no-renames", "--name-only", old, new)
                let ours = try repository.tree(repository.commit(repository.commit(named: new)).tree)
                    .changes(since: repository.commit(repository.commit(named: old)).tree)
                #expect(Set(ours.map { "\($0.path)" }) == Set(theirs.split(separator: "\n").map(String.init)))
            }
        }
    }

    @Test func `a file that becomes a folder is deleted and added`() async throws {
        try await withRepository { fixture in
            try await fixture.commit("feat: a", ["x": "1", "x.y": "1", "z": "1"])
            let old = try await fixture.git("rev-parse", "HEAD^{tree}")
            try fixture.remove("x")
            try await fixture.commit("feat: b", ["x/inner": "1"])
            let repository = try Repository(at: fixture.root.string)
            let changes = try repository.tree(repository.facts().tree).changes(since: ObjectID(parsing: old))
            #expect(
                changes.map { "\($0.path) \($0.old != nil) \($0.new != nil)" }.sorted() == [
                    "x true false", "x/inner false true",
                ])
        }
    }

    @Test func `a change of mode alone is a change`() async throws {
        try await withRepository { fixture in
            try await fixture.commit("feat: a", ["run.sh": "1"])
            let old = try await fixture.git("rev-parse", "HEAD^{tree}")
            try await sh("chmod +x run.sh && git commit -qam mode", in: fixture.root)
            let repository = try Repository(at: fixture.root.string)
            let changes = try repository.tree(repository.facts().tree).changes(since: ObjectID(parsing: old))
            #expect(changes.map(\.new?.mode) == [.executable])
        }
    }

    @Test(arguments: ["a", "b", "c", "."])
    func `the commits of a folder since a tag are those of git log`(folder: String) async throws {
        try await withRepository { fixture in
            try await tangled(fixture)
            let repository = try Repository(at: fixture.root.string)
            let graph = try CommitGraph(from: repository.commit(named: "HEAD"), in: repository)
            let bases = try ["base", "middle"].map { Optional(try repository.commit(named: $0)) } + [nil]
            var ours: [[String]] = [[], [], []]
            let path: Path = folder == "." ? .root : Path(bytes: Array(folder.utf8))
            let incomplete = try graph.visit(since: bases, within: PathSet([path])) { step in
                for base in step.bases { ours[base].append("\(step.commit)") }
            }
            #expect(incomplete.isEmpty)
            for (index, range) in ["base..HEAD", "middle..HEAD", "HEAD"].enumerated() {
                let theirs = try await fixture.git(
                    "log", "--full-history", "--no-merges", "--format=%H", range, "--", folder)
                let known = Set(theirs.split(separator: "\n").map(String.init))
                // A commit that changes nothing touches no folder, not even the root; git lists it for the root.
                let empty = try await fixture.git("log", "--grep=old clock", "--format=%H", "HEAD")
                #expect(Set(ours[index]) == known.subtracting(folder == "." ? [empty] : []), "\(range) \(folder)")
            }
        }
    }

    @Test func `newest first, children before parents`() async throws {
        try await withRepository { fixture in
            try await tangled(fixture)
            let repository = try Repository(at: fixture.root.string)
            let graph = try CommitGraph(from: repository.commit(named: "HEAD"), in: repository)
            let pairs = try await fixture.git("rev-list", "--parents", "HEAD").split(separator: "\n")
            for line in pairs {
                let ids = try line.split(separator: " ").map { try #require(ObjectID(parsing: $0)) }
                for parent in ids.dropFirst() {
                    #expect(try #require(graph.age(of: ids[0])) < #require(graph.age(of: parent)))
                }
            }
        }
    }

    @Test func `a shallow boundary is named, not mistaken for the beginning`() async throws {
        try await withRepository { fixture in
            try await tangled(fixture)
            let shallow = try await fixture.clone(
                to: fixture.root.removingLastComponent().appending("shallow"), "--depth=3")
            let repository = try Repository(at: shallow.root.string)
            #expect(try repository.facts().shallow)
            let graph = try CommitGraph(from: repository.commit(named: "HEAD"), in: repository)
            #expect(graph.isTruncated)
            let incomplete = try graph.visit(since: [nil], within: nil) { _ in }
            #expect(incomplete == [0])
        }
    }

    @Test func `a base within a shallow clone has a complete answer`() async throws {
        try await withRepository { fixture in
            for index in 0..<6 { try await fixture.commit("fix: \(index)", ["a": "\(index)"]) }
            let base = try await fixture.git("rev-parse", "HEAD~2")
            let shallow = try await fixture.clone(
                to: fixture.root.removingLastComponent().appending("shallow"), "--depth=5")
            let repository = try Repository(at: shallow.root.string)
            let graph = try CommitGraph(from: repository.commit(named: "HEAD"), in: repository)
            var count = 0
            let incomplete = try graph.visit(since: [ObjectID(parsing: base)], within: nil) { _ in count += 1 }
            #expect(incomplete.isEmpty)
            #expect(count == 2)
        }
    }

    @Test func `a missing commit in a whole clone is an error, not an end`() async throws {
        try await withRepository { fixture in
            let first = try await fixture.commit("fix: 1", ["a": "1"])
            try await fixture.commit("fix: 2", ["a": "2"])
            try fixture.remove(".git/objects/\(first.prefix(2))/\(first.dropFirst(2))")
            let repository = try Repository(at: fixture.root.string)
            let head = try repository.commit(named: "HEAD")
            let error = #expect(throws: GitError.self) { _ = try CommitGraph(from: head, in: repository) }
            #expect(error == .missing(object: "commit \(first)", clone: .complete))
        }
    }
}
