import Fixtures
import Pipeline
import Signing
import Testing

struct SemverCatalogueTests {
    @Test(arguments: SemverCatalogue.texts("semver_valid"))
    func `what is a version is read and written back`(text: String) {
        #expect(SemanticVersion(parsing: text)?.description == text)
    }

    @Test(arguments: SemverCatalogue.texts("semver_invalid"))
    func `what is no version is refused`(text: String) {
        #expect(SemanticVersion(parsing: text) == nil)
    }

    @Test(arguments: [SemverCatalogue.texts("precedence_chain")] + SemverCatalogue.chains("more_precedence_chains"))
    func `each version of a chain precedes those behind it and no other`(chain: [String]) throws {
        let versions = try chain.map { try #require(SemanticVersion(parsing: $0)) }
        #expect(versions.count > 1)
        for (i, left) in versions.enumerated() {
            for (j, right) in versions.enumerated() { #expect(left.precedes(right) == (i < j), "\(left) \(right)") }
        }
    }

    @Test(arguments: SemverCatalogue.chains("equal_precedence"))
    func `build metadata makes no order`(pair: [String]) throws {
        let versions = try pair.map { try #require(SemanticVersion(parsing: $0)) }
        try #require(versions.count == 2)
        #expect(versions[0].hasSamePrecedence(as: versions[1]))
        #expect(!versions[0].precedes(versions[1]) && !versions[1].precedes(versions[0]))
        #expect(versions[0] != versions[1])
    }

    @Test func `the catalogue holds what these tests are about`() {
        let kinds = ["docker-tags": 9, "snapshot": 5, "docker-tag-grammar": 12, "git-ref": 6, "push": 8]
        for (kind, count) in kinds { #expect(SemverCatalogue.cases(kind).count == count, "\(kind)") }
        #expect(SemverCatalogue.texts("semver_valid").count == 31)
        #expect(SemverCatalogue.texts("semver_invalid").count == 40)
    }

    @Test(arguments: SemverCatalogue.cases("git-ref"))
    func `names of tags, N01 to N06`(entry: SemverCatalogue.Case) {
        #expect(.bool(GitRefName(parsing: entry.text("tag")) != nil) == entry.expected["valid_ref"])
    }

    @Test(arguments: SemverCatalogue.cases("docker-tag-grammar"))
    func `the grammar of image tags, M01 to M12`(entry: SemverCatalogue.Case) {
        #expect(.bool(ImageTag(parsing: entry.text("tag")) != nil) == entry.expected["valid"])
    }

    @Test(arguments: SemverCatalogue.cases("docker-tags"))
    func `the image tags of a release, K01 to K09`(entry: SemverCatalogue.Case) throws {
        let version = try #require(SemanticVersion(parsing: entry.text("version")))
        let existing = try (entry.input["existing"]?.array ?? []).map {
            try #require(SemanticVersion(parsing: $0.string ?? ""))
        }
        let commit = try #require(SemverCatalogue.commit(entry.text("sha")))
        let expected = (entry.expected["tags"]?.array ?? []).compactMap(\.string)
        // A release that is repaired is among the existing ones.
        for others in [existing, existing.reversed(), existing + [version]] {
            let tags = try #require(ImageTags(release: version, commit: commit, existing: others))
            #expect(tags.all.map(\.text) == expected)
        }
    }

    @Test(arguments: SemverCatalogue.cases("snapshot"))
    func `snapshots, L01 to L05`(entry: SemverCatalogue.Case) throws {
        let next = try #require(SemanticVersion(parsing: entry.text("next")))
        let commit = try #require(SemverCatalogue.commit(entry.text("sha")))
        let distance = try #require(entry.input["distance"]?.integer)
        let snapshot = Snapshot(branch: entry.text("branch"), commit: commit, isDirty: false, hash: Digest.sha256)
        let version = snapshot.version(before: next, commits: Int(distance))
        #expect(version.description == entry.expected["version"]?.string)
        #expect(ImageTag(version)?.text == entry.expected["docker_tag"]?.string)
        #expect(SemanticVersion(parsing: "\(version)") == version)
        for text in entry.expected["sorts_below"]?.array ?? [] {
            #expect(version.precedes(try #require(SemanticVersion(parsing: text.string ?? ""))))
        }
    }
}
