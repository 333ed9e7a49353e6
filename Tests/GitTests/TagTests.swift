import Fixtures
import Pipeline
import SystemPackage
import Testing

@testable import Git

/// Tags, packed and loose, compared with what git itself says.
struct TagTests {
    private func tags(_ fixture: GitFixture) throws -> [String] {
        try Repository(at: fixture.root.string).tags { _ in true }.map { tag in
            "\(tag.name) \(tag.commit.map { "\($0)" } ?? "-") \(tag.isAnnotated)"
        }
    }

    /// The same from git, sorted by bytes.
    private func theirs(_ fixture: GitFixture) async throws -> [String] {
        let format = "%(refname:strip=2) %(objecttype) %(objectname) %(*objecttype) %(*objectname)"
        let lines = try await fixture.git("for-each-ref", "--format=\(format)", "refs/tags").split(separator: "\n")
        return lines.map { line in
            let words = line.split(separator: " ").map(String.init)
            let last = words.suffix(2)
            return "\(words[0]) \(last.first == "commit" ? last.last ?? "" : "-") \(words.count > 3)"
        }
    }

    @Test func `tags of commits, trees and blobs, annotated and not, are those of git however they are kept`()
        async throws
    {
        try await withRepository { fixture in
            try await fixture.commit("feat: 1", ["a": "1"])
            for (name, target) in [("c", "HEAD"), ("t", "HEAD^{tree}"), ("b", "HEAD:a")] {
                try await fixture.git("tag", "x/\(name)", target)
                try await fixture.git("tag", "-a", "-m", "m", "y/\(name)", target)
            }
            #expect(try await tags(fixture) == theirs(fixture))
            try await fixture.git("pack-refs", "--all")
            #expect(try await tags(fixture) == theirs(fixture))
            try await fixture.git("gc", "-q")
            #expect(try await tags(fixture) == theirs(fixture))
            // Moved and new ones lie beside the file, which still has the old one.
            try await fixture.commit("feat: 2", ["a": "2"])
            try await fixture.git("tag", "-f", "x/c")
            try await fixture.git("tag", "-a", "-m", "m", "z")
            #expect(try await tags(fixture) == theirs(fixture))
            // As other programs write it, without what tags lead to.
            try await sh("sed -i -e '/^[#^]/d' .git/packed-refs", in: fixture.root)
            #expect(try await tags(fixture) == theirs(fixture))
        }
    }

    @Test func `a file of packed references that is damaged is an error`() async throws {
        try await withRepository { fixture in
            try await fixture.commit("feat: 1", ["a": "1"])
            try await fixture.git("tag", "v1")
            try await fixture.git("pack-refs", "--all")
            try await sh("echo nonsense >> .git/packed-refs", in: fixture.root)
            #expect(throws: GitError.self) { try tags(fixture) }
        }
    }
}
