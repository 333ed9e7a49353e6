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

    /// Commits that touched areas and are new to the mark of each, newest first.
    private func touches(
        _ folders: [String], since marks: [ObjectID?], from head: String = "HEAD", in repository: borrowing Repository
    ) throws -> (commits: [[String]], incomplete: Set<Int>) {
        let graph = try CommitGraph(from: repository.commit(named: head), in: repository)
        // Each folder once a mark.
        let pairs = folders.flatMap { folder in marks.indices.map { (folder, $0) } }
        let areas = Areas(
            pairs.enumerated().map { index, pair in
                (folder: pair.0 == "." ? .root : Path(bytes: Array(pair.0.utf8)), area: index)
            })
        var commits: [[String]] = Array(repeating: [], count: pairs.count)
        let question = TouchQuestion(areas: areas, marks: marks, marksOf: pairs.map { [$0.1] })
        let span = try graph.span(of: question)
        let middle = span.count / 2
        for part in [0..<middle, middle..<span.count] {
            try TouchFindings(span, part, in: repository) { _ in 0 }.each(of: span, in: repository) { touch in
                for area in touch.changed where touch.concerns(area) { commits[area].append("\(touch.commit)") }
            }
        }
        return (commits, span.incomplete)
    }

    @Test(arguments: ["a", "b", "c", "."])
    func `the commits of a folder since a tag are those of git log`(folder: String) async throws {
        try await withRepository { fixture in
            try await tangled(fixture)
            let repository = try Repository(at: fixture.root.string)
            let marks = try ["base", "middle"].map { Optional(try repository.commit(named: $0)) } + [nil]
            let ours = try touches([folder], since: marks, in: repository)
            #expect(ours.incomplete.isEmpty)
            for (index, range) in ["base..HEAD", "middle..HEAD", "HEAD"].enumerated() {
                let theirs = try await fixture.git(
                    "log", "--full-history", "--no-merges", "--format=%H", range, "--", folder)
                let known = Set(theirs.split(separator: "\n").map(String.init))
                // A commit that changes nothing touches no folder, not even the root; git lists it for the root.
                let empty = try await fixture.git("log", "--grep=old clock", "--format=%H", "HEAD")
                #expect(
                    Set(ours.commits[index]) == known.subtracting(folder == "." ? [empty] : []), "\(range) \(folder)")
            }
        }
    }

    @Test func `a folder in another is not part of it`() async throws {
        try await withRepository { fixture in
            try await fixture.commit("feat: 1", ["a/x": "1", "a/inner/y": "1", "b": "1"])
            let inner = try await fixture.commit("feat: 2", ["a/inner/y": "2"])
            let outer = try await fixture.commit("feat: 3", ["a/x": "2"])
            try await fixture.commit("feat: 4", ["b": "2"])
            let repository = try Repository(at: fixture.root.string)
            let first = try repository.commit(named: "HEAD~3")
            let found = try touches(["a", "a/inner"], since: [first], in: repository)
            #expect(found.commits == [[outer], [inner]])
        }
    }

    @Test func `random histories with wrong clocks are read as git reads them`() async throws {
        for seed in [3, 11, 2024] {
            try await withRepository { fixture in
                try await sh(Self.randomHistory(seed), in: fixture.root)
                let repository = try Repository(at: fixture.root.string)
                let all = try await fixture.git("rev-list", "--all").split(separator: "\n").map(String.init)
                var numbers = Numbers(seed: UInt64(seed))
                for _ in 0..<6 {
                    let (head, base) = (all[numbers.next(below: all.count)], all[numbers.next(below: all.count)])
                    let graph = try CommitGraph(from: #require(ObjectID(parsing: head)), in: repository)
                    let isAncestor = try await run(
                        "git", ["merge-base", "--is-ancestor", base, head], in: fixture.root,
                        environment: GitFixture.environment)
                    let contains = try graph.contains(#require(ObjectID(parsing: base)))
                    #expect(contains == (isAncestor.exit == 0))
                    guard contains else { continue }
                    let ours = try touches(
                        ["d0", "d1", "d2"], since: [ObjectID(parsing: base)], from: head, in: repository)
                    for (index, commits) in ours.commits.enumerated() {
                        let theirs = try await fixture.git(
                            "log", "--full-history", "--no-merges", "--format=%H", "\(base)..\(head)", "--", "d\(index)"
                        )
                        #expect(Set(commits) == Set(theirs.split(separator: "\n").map(String.init)))
                    }
                }
            }
        }
    }

    /// Branches, merges and clocks within half a day of the truth, from a number.
    private static func randomHistory(_ seed: Int) -> String {
        var numbers = Numbers(seed: UInt64(seed))
        var script = "git config merge.ours.driver true; mkdir -p d0 d1 d2\n"
        for step in 0..<40 {
            let time = 1_700_000_000 + step * 600 + numbers.next(below: 40_000)
            script += "export GIT_AUTHOR_DATE='\(time) +0000' GIT_COMMITTER_DATE='\(time) +0000'\n"
            let folder = "d\(numbers.next(below: 3))"
            switch numbers.next(below: 6) {
            case 0 where step > 3: script += "git checkout -q -b b\(step) HEAD~1\n"
            case 1 where step > 5:
                script += "git merge -q -s ours -m merge \"$(git branch --format='%(refname)' | tail -1)\" || true\n"
            case 2 where step > 3: script += "git checkout -q main\n"
            default: break
            }
            script +=
                "echo \(step) > \(folder)/f\(numbers.next(below: 4)); git add -A; git commit -q --allow-empty -m 'fix: \(step)'\n"
        }
        return script
    }

    @Test func `the newest commit that changed a path, merges that changed it themselves included`() async throws {
        try await withRepository { fixture in
            let first = try await fixture.commit("feat: 1", ["a": "1", "b": "1", "c": "1"])
            try await fixture.git("checkout", "-q", "-b", "side")
            let side = try await fixture.commit("fix: a", ["a": "2"])
            try await fixture.git("checkout", "-q", "main")
            try await fixture.commit("fix: b", ["b": "2"])
            try await sh(
                "git merge -q --no-commit side; echo evil > c; git add -A; git commit -qm merge", in: fixture.root)
            let merge = try await fixture.head()
            let last = try await fixture.commit("fix: b again", ["b": "3"])
            let repository = try Repository(at: fixture.root.string)
            let graph = try CommitGraph(from: repository.commit(named: "HEAD"), in: repository)
            let found = try graph.newestChanges(
                of: ["a", "b", "c", "gone"].map { (path: Path(bytes: Array($0.utf8)), mark: 0) },
                marks: [ObjectID(parsing: first)])
            #expect(found.map { $0.map { "\($0)" } } == [side, last, merge, nil])
        }
    }

    @Test func `a shallow boundary is named, not mistaken for the beginning`() async throws {
        try await withRepository { fixture in
            try await tangled(fixture)
            let shallow = try await fixture.clone(
                to: fixture.root.removingLastComponent().appending("shallow"), "--depth=3")
            let repository = try Repository(at: shallow.root.string)
            #expect(try repository.facts().shallow)
            #expect(try touches(["."], since: [nil], in: repository).incomplete == [0])
        }
    }

    @Test func `a base within a shallow clone has a complete answer`() async throws {
        try await withRepository { fixture in
            for index in 0..<6 { try await fixture.commit("fix: \(index)", ["a": "\(index)"]) }
            let base = try await fixture.git("rev-parse", "HEAD~2")
            let shallow = try await fixture.clone(
                to: fixture.root.removingLastComponent().appending("shallow"), "--depth=5")
            let repository = try Repository(at: shallow.root.string)
            let found = try touches(["."], since: [ObjectID(parsing: base)], in: repository)
            #expect(found.incomplete.isEmpty)
            #expect(found.commits[0].count == 2)
        }
    }

    @Test func `a missing commit in a whole clone is an error, not an end`() async throws {
        try await withRepository { fixture in
            let first = try await fixture.commit("fix: 1", ["a": "1"])
            try await fixture.commit("fix: 2", ["a": "2"])
            try fixture.remove(".git/objects/\(first.prefix(2))/\(first.dropFirst(2))")
            let repository = try Repository(at: fixture.root.string)
            let error = #expect(throws: GitError.self) { _ = try touches(["a"], since: [nil], in: repository) }
            #expect(error == .missing(object: "commit \(first)", clone: .complete))
        }
    }
}

/// Numbers that are the same in every run.
struct Numbers {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    mutating func next(below limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(limit))
    }
}
