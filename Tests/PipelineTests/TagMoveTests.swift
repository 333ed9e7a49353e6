import Fixtures
import Pipeline
import Testing

/// Which tags may be given to which images.
struct TagMoveTests {
    private static func stand(_ name: String, _ version: SemanticVersion? = nil) -> TagMove.Stand {
        TagMove.Stand(digest: digest(name), revision: nil, version: version)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let tag: String
        let new: TagMove.Stand
        let existing: TagMove.Stand?
        let expected: String
        var testDescription: String { "\(tag) \(expected)" }
    }

    static let cases: [Case] = [
        Case(tag: "2.1.0", new: stand("a"), existing: nil, expected: "move"),
        Case(tag: "2.1.0", new: stand("a"), existing: stand("a"), expected: "done"),
        Case(tag: "2.1.0", new: stand("b"), existing: stand("a"), expected: "refused"),
        Case(tag: "2.1.0-rc.1", new: stand("b"), existing: stand("a"), expected: "refused"),
        Case(tag: "sha-abcdef123456", new: stand("b"), existing: stand("a"), expected: "refused"),
        Case(tag: "production", new: stand("b"), existing: stand("a"), expected: "move"),
        Case(tag: "latest", new: stand("b", "2.1.0"), existing: stand("a", "2.0.9"), expected: "move"),
        Case(tag: "latest", new: stand("b", "2.0.9"), existing: stand("a", "2.1.0"), expected: "refused"),
        Case(tag: "latest", new: stand("b", "2.1.0"), existing: stand("a"), expected: "move"),
        Case(tag: "latest", new: stand("b"), existing: nil, expected: "refused"),
        Case(tag: "latest", new: stand("b", "2.1.0-rc.1"), existing: nil, expected: "refused"),
        Case(tag: "2", new: stand("b", "2.1.0"), existing: nil, expected: "move"),
        Case(tag: "2", new: stand("b", "3.0.0"), existing: nil, expected: "refused"),
        Case(tag: "0", new: stand("b", "0.3.0"), existing: nil, expected: "refused"),
        Case(tag: "2.1", new: stand("b", "2.1.1"), existing: stand("a", "2.1.0"), expected: "move"),
        Case(tag: "rc", new: stand("b", "2.1.0-rc.2"), existing: stand("a", "2.1.0-rc.10"), expected: "refused"),
        Case(tag: "rc", new: stand("b", "2.1.0"), existing: nil, expected: "refused"),
        Case(tag: "key-0123", new: stand("b"), existing: nil, expected: "refused"),
        Case(tag: "stability-1", new: stand("b"), existing: stand("b"), expected: "refused"),
    ]

    @Test(arguments: cases) func `a tag`(row: Case) throws {
        let tag = try #require(ImageTag(parsing: row.tag))
        let judgement = TagMove(tag: tag, new: row.new, existing: row.existing).judgement
        switch (judgement, row.expected) {
        case (.move, "move"), (.done, "done"), (.refused, "refused"): break
        default: Issue.record("\(judgement)")
        }
    }

    // MARK: - Audit

    private func record(_ image: String, _ tags: [String], release: String? = nil, at second: Int64 = 0) throws
        -> Stability
    {
        let world = World()
        let service = try #require(world.planning.catalog.services.first)
        let parts = try #require(world.planning.parts[service.name])
        let facts = try release.map { release in
            let version = try #require(SemanticVersion(parsing: release))
            let trailer = ReleaseTrailer(
                service: "app", version: version, images: [], run: .init(id: "x"), evidence: .init(records: []))
            return Stability.ReleaseFacts(trailer, tag: "v\(release)", changelog: "", accepted: [])
        }
        return Sample.record(service, parts, image: digest(image)) { record in
            record.image?.repository = "r.example/app"
            record.image?.tags = tags
            record.run.sealedAt = Timestamp(seconds: 1_700_000_000 + second)
            record.release = facts
        }
    }

    private func seen(_ tag: String, _ image: String?, isServed: Bool = true) throws -> TagAudit.Seen {
        TagAudit.Seen(tag: try #require(ImageTag(parsing: tag)), digest: image.map { digest($0) }, isServed: isServed)
    }

    @Test func `tags are told apart by what records say of them`() throws {
        let records = try [
            record("a", ["1.0.0", "latest"], release: "1.0.0"),
            record("b", ["1.1.0", "latest"], release: "1.1.0", at: 1),
            record("c", ["1.2.0-0.main.1.gabc", "sha-abc"], at: 2), record("d", ["1.3.0"], release: "1.3.0", at: 3),
        ]
        let audit = TagAudit(
            repository: "r.example/app",
            seen: try [
                seen("1.0.0", "a"), seen("1.1.0", "z"), seen("latest", "a"), seen("sha-abc", "c"), seen("9.9.9", "c"),
                seen("hand", "y"), seen("production", "b"), seen("sha-other", "a"), seen("dead", "x", isServed: false),
                seen("key-1", nil),
            ], records: records)
        #expect(
            audit.findings.map { "\($0.tag) \($0.state.rawValue)" } == [
                "1.0.0 recorded", "1.1.0 moved", "1.3.0 missing", "9.9.9 unrecorded", "dead unserved",
                "hand unrecorded",
                "latest floating", "production floating", "sha-abc recorded", "sha-other known",
            ])
        #expect(audit.ledgerTags == 1)
        #expect(!audit.isGood)
        let moved = try #require(audit.findings.first { $0.tag == "1.1.0" })
        #expect(moved.recorded == digest("b"))
        #expect(moved.digest == digest("z"))
    }

    @Test func `a deletion keeps what was released, unless it is said`() throws {
        let version = try #require(ImageTag(parsing: "1.0.0"))
        let snapshot = try #require(ImageTag(parsing: "1.1.0-0.main.1.gabc"))
        func deletion(_ tags: [ImageTag], _ records: [Stability], takes: Bool = false) -> ImageDeletion.State {
            ImageDeletion(
                repository: "r/app", digest: digest("a"), tags: tags, records: records, takesReleases: takes
            ).state
        }
        #expect(deletion([snapshot], []) == .planned)
        #expect(deletion([snapshot, version], []) == .refused)
        #expect(deletion([snapshot], [try record("a", [], release: "1.0.0")]) == .refused)
        #expect(deletion([version], [], takes: true) == .planned)
    }
}
