import Fixtures
import Foundation
import Pipeline
import SystemPackage
import Testing

@testable import Git

/// Git's own file of commits: with it histories are what they are without.
struct GraphFileTests {
    /// Two lines, a merge of three, and a folder each.
    private func history(_ fixture: GitFixture) async throws {
        for index in 0..<6 { try await fixture.commit("fix: \(index)", ["a/\(index % 2)": "\(index)"]) }
        for side in ["left", "right"] {
            try await fixture.git("checkout", "-q", "-b", side, "HEAD~2")
            try await fixture.commit("feat: \(side)", ["\(side)/1": "1"])
            try await fixture.git("checkout", "-q", "main")
        }
        try await fixture.git("merge", "-q", "--no-ff", "-m", "merge", "left", "right")
        try await fixture.commit("fix: last", ["a/0": "last"])
    }

    /// The commits of each folder, and whether the file was used.
    private func read(_ fixture: GitFixture) throws -> (commits: [[String]], usesFile: Bool) {
        let repository = try Repository(at: fixture.root.string)
        let graph = try CommitGraph(from: repository.commit(named: "HEAD"), in: repository) { UInt32($0.count) }
        let folders = ["a", "left", "right"]
        let question = TouchQuestion(
            areas: Areas(folders.enumerated().map { (folder: Path(bytes: Array($1.utf8)), area: $0) }), marks: [nil],
            marksOf: folders.map { _ in [0] })
        let span = try graph.span(of: question)
        var commits: [[String]] = Array(repeating: [], count: folders.count)
        try TouchFindings(span, 0..<span.count, in: repository) { UInt32($0.count) }
            .each(of: span, in: repository) { touch in
                for area in touch.changed { commits[area].append("\(touch.commit) \(touch.grade)") }
            }
        return (commits, graph.nodes.contains { if case .file = $0.origin { true } else { false } })
    }

    private func file(_ fixture: GitFixture) -> FilePath {
        fixture.root.appending(".git").appending("objects").appending("info").appending("commit-graph")
    }

    @Test func `a history is the same with a file, with a chain of them, and with commits newer than any`() async throws
    {
        try await withRepository { fixture in
            try await history(fixture)
            let plain = try read(fixture)
            #expect(!plain.usesFile)
            try await fixture.git("commit-graph", "write", "--reachable")
            let whole = try read(fixture)
            #expect(whole.usesFile && whole.commits == plain.commits)
            try fixture.remove(".git/objects/info/commit-graph")
            try await sh("git rev-parse main~3 | git commit-graph write --split --stdin-commits", in: fixture.root)
            try await sh(
                "git rev-parse main~1 | git commit-graph write --split=no-merge --stdin-commits", in: fixture.root)
            let layers = try await sh("wc -l < .git/objects/info/commit-graphs/commit-graph-chain", in: fixture.root)
            #expect(layers.hasPrefix("2"))
            let chain = try read(fixture)
            #expect(chain.usesFile && chain.commits == plain.commits)
        }
    }

    @Test func `a file is not asked in shallow clones, beside grafts and replaced commits, and where it is forbidden`()
        async throws
    {
        try await withRepository { fixture in
            try await history(fixture)
            try await fixture.git("commit-graph", "write", "--reachable")
            try await fixture.git("config", "core.commitGraph", "off")
            #expect(try !read(fixture).usesFile)
            try await fixture.git("config", "--unset", "core.commitGraph")
            #expect(try read(fixture).usesFile)
            try await fixture.git("replace", "HEAD~1", "HEAD~2")
            #expect(try !read(fixture).usesFile)
            try await fixture.git("pack-refs", "--all")
            #expect(try !read(fixture).usesFile)
            try await fixture.git("replace", "-d", "HEAD~1")
            #expect(try read(fixture).usesFile)
            try await sh("git rev-parse HEAD > .git/info/grafts", in: fixture.root)
            #expect(try !read(fixture).usesFile)
            try fixture.remove(".git/info/grafts")
            let shallow = try await fixture.clone(
                to: fixture.root.removingLastComponent().appending("shallow"), "--depth=2")
            try await sh("git -c core.commitGraph=true commit-graph write --reachable || true", in: shallow.root)
            let copy = shallow.root.appending(".git").appending("objects").appending("info").appending("commit-graph")
            try await sh("cp '\(file(fixture))' '\(copy)'", in: shallow.root)
            #expect(try !read(shallow).usesFile)
        }
    }

    @Test func `a damaged file is passed over, or believed as far as it makes sense, and never leads outside`()
        async throws
    {
        try await withRepository { fixture in
            try await history(fixture)
            let plain = try read(fixture)
            try await fixture.git("commit-graph", "write", "--reachable")
            let whole = try Data(contentsOf: URL(filePath: file(fixture).string))
            var numbers = Numbers(seed: 5)
            for round in 0..<300 {
                var bytes = whole
                if round % 3 == 0 { bytes.removeLast(numbers.next(below: bytes.count - 1)) }
                for _ in 0..<(1 + round % 4) {
                    // Mostly in its head, where all the rest follows from.
                    let limit = round % 2 == 0 ? min(bytes.count, 96) : bytes.count
                    bytes[numbers.next(below: limit)] = UInt8(numbers.next(below: 256))
                }
                try fixture.remove(".git/objects/info/commit-graph")
                try file(fixture).put(bytes)
                do {
                    let found = try read(fixture)
                    if !found.usesFile { #expect(found.commits == plain.commits) }
                } catch is GitError {
                    // An id that is none of this clone.
                }
            }
        }
    }

    @Test func `a commit that was read goes on as an object when git wrote another file meanwhile`() async throws {
        try await withRepository { fixture in
            try await history(fixture)
            let first = try await fixture.git("rev-list", "--max-parents=0", "HEAD")
            try await sh("git rev-parse main~1 | git commit-graph write --stdin-commits", in: fixture.root)
            let repository = try Repository(at: fixture.root.string)
            let graph = try CommitGraph(from: repository.commit(named: "HEAD"), in: repository)
            for _ in 0..<3 { try graph.read() }
            let reading = graph.reading
            #expect(try CommitGraph(resuming: reading, in: repository).contains(#require(ObjectID(parsing: first))))
            try await fixture.git("commit-graph", "write", "--reachable")
            #expect(try CommitGraph(resuming: reading, in: repository).contains(#require(ObjectID(parsing: first))))
        }
    }
}
