import Fixtures
import Pipeline
import SystemPackage
import Testing

@testable import Driver

struct FolderLedgerTests {
    private static let names = ["stable", "unstable", "failed", "testless", "library", "unsigned"]

    private func withLedger(_ body: (FolderLedger) throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let ledger = FolderLedger(root: folder)
            for name in Self.names { try ledger.append(Kept.record(name)) }
            try body(ledger)
        }
    }

    @Test func `records are found by key, by image, by service, by id`() async throws {
        try await withLedger { ledger in
            let stable = try Kept.record("stable")
            let byKey = try ledger.records(withKey: stable.record.inputs.key)
            #expect(byKey.records.map(\.id) == [stable.id])
            let image = try #require(stable.record.image?.digest)
            #expect(try ledger.envelopes(about: image).map(\.bytes) == [stable.envelope.bytes])
            // The one of the later run comes first.
            let solo = try ledger.newest(of: "solo", limit: 9).records.map(\.id)
            let expected = [try Kept.record("unsigned").id, try Kept.record("testless").id]
            #expect(solo == expected)
            #expect(try ledger.newest(of: "solo", limit: 1).records.map(\.id) == [expected[0]])
            #expect(try ledger.record(id: stable.id)?.envelope.bytes == stable.envelope.bytes)
            #expect(try ledger.services() == ["app", "bad", "lib", "solo", "web"])
            #expect(try ledger.all().records.count == 6)
        }
    }

    @Test func `an empty ledger knows nothing, and that is no error`() async throws {
        try await withTemporaryFolder { folder in
            let ledger = FolderLedger(root: folder.appending("nowhere"))
            let (all, services) = (try ledger.all().records, try ledger.services())
            let found = try ledger.records(withKey: Digest.sha256([])).records
            #expect(all.isEmpty && services.isEmpty && found.isEmpty)
        }
    }

    @Test(arguments: ["", "{", "\u{0}\u{1}", "{\"payload\":\"!\",\"payloadType\":\"x\",\"signatures\":[]}"])
    func `a damaged record is absent, and named`(content: String) async throws {
        try await withLedger { ledger in
            let stable = try Kept.record("stable")
            let file = ledger.root.appending("records").appending(stable.id + ".jsonl")
            try file.put(content)
            let found = try ledger.records(withKey: stable.record.inputs.key)
            #expect(found.records.isEmpty)
            #expect(found.damaged.count == 1 && found.damaged[0].hasPrefix("\(file): "))
            #expect(try ledger.all().records.count == 5)
        }
    }

    @Test(arguments: [
        ("00000000-0000-4000-8000-000000000000", "named by the index and not there"),
        ("../../../etc/passwd", "which is no id"), ("0000", "which is no id"),
    ])
    func `an index that names what is not there is damage, and hides nothing else`(line: String, problem: String)
        async throws
    {
        try await withLedger { ledger in
            let stable = try Kept.record("stable")
            let index = ledger.root.appending("by-key").appending(stable.record.inputs.key.hex)
            try index.put("\n\(line)" + index.text)
            let found = try ledger.records(withKey: stable.record.inputs.key)
            #expect(found.records.count == 1)
            #expect(found.damaged.count == 1 && found.damaged[0].hasSuffix(problem))
        }
    }

    @Test func `a record no index names yet, as a kill leaves it, is whole and found by its id`() async throws {
        try await withTemporaryFolder { folder in
            let stable = try Kept.record("stable")
            try folder.appending("records").appending(stable.id + ".jsonl").put(
                String(decoding: stable.envelope.bytes, as: UTF8.self))
            let ledger = FolderLedger(root: folder)
            let found = try ledger.records(withKey: stable.record.inputs.key).records
            #expect(found.isEmpty)
            #expect(try ledger.record(id: stable.id)?.id == stable.id)
        }
    }
}
