import Fixtures
import Foundation
import Pipeline
import Signing
import SystemPackage
import Testing

@testable import Driver

/// Statements to put into ledgers.
enum Stated {
    static func record(_ name: String, at place: String = "here") throws -> LedgerItem {
        try LedgerItem(parsing: Kept.bytes(name), at: place)
    }

    static func waiver(
        _ id: String = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", reason: String = "the old release is gone",
        by keys: [SigningKey] = []
    ) throws -> LedgerItem {
        let draft = WaiverDraft(
            .init(service: "app", image: .sha256([1]), environment: "production", items: [.semver], findings: []),
            .init(reason, category: .lowRisk, ticket: nil), approver: .init(id: "grace", role: "lead"),
            limits: .init(holds: Seconds(86_400), uses: 1))
        let waiver = draft.waiver(
            id: id, at: Timestamp(seconds: 1_800_000_000), under: WaiverRules(roles: ["lead"]), policy: .sha256([2]))
        let subject = StatementSubject(image: waiver.image, of: "registry.example/app")
        var sealed = try Sealed<Waiver>(InTotoStatement(waiver, about: [subject]), signedWith: keys.first)
        for key in keys.dropFirst() { sealed = try Sealed<Waiver>(parsing: sealed.envelope.signed(with: key).bytes) }
        return try LedgerItem(sealed, .waiver(waiver), at: ["here"])
    }

    static let everything: LedgerQuery = {
        var query = LedgerQuery()
        query.kinds = Set(LedgerContent.Kind.allCases)
        return query
    }()
}

/// The places of a ledger: folder, file of chained lines; what of several places is one.
struct LedgerPlaceTests {
    private static let names = ["stable", "unstable", "failed", "testless", "library", "unsigned"]

    // MARK: - Folder

    @Test func `what is put into a folder is found by key, image, commit, service and branch`() async throws {
        try await withTemporaryFolder { folder in
            let ledger = FolderLedger(root: folder)
            for name in Self.names { #expect(try ledger.put(Stated.record(name)) == .added) }
            #expect(try ledger.put(Stated.waiver()) == .added)
            let stable = try Stated.record("stable")
            let record = try #require(stable.content.record)
            func found(_ change: (inout LedgerQuery) -> Void) throws -> Set<String> {
                var query = LedgerQuery()
                change(&query)
                let found = try ledger.find(query)
                #expect(found.damaged.isEmpty)
                return Set(found.items.map(\.id))
            }
            #expect(try found { $0.key = record.inputs.key } == [stable.id])
            #expect(try found { $0.image = record.image?.digest } == [stable.id])
            #expect(try found { $0.service = "solo" }.count == 2)
            #expect(try found { $0.commit = "2f327ac3" }.count == 6)
            #expect(try found { $0.commit = "0000" }.isEmpty)
            #expect(try found { $0.branch = record.source.branch }.contains(stable.id))
            #expect(try found { $0.branch = "nowhere" }.isEmpty)
            #expect(try found { _ in }.count == 6)
            #expect(try found { $0.kinds = [.waiver] } == [Stated.waiver().id])
            #expect(try found { ($0.kinds, $0.service) = (Stated.everything.kinds, "app") }.count == 2)
            // What a person wrote has no key.
            #expect(try found { ($0.kinds, $0.key) = ([.waiver], record.inputs.key) }.isEmpty)
            // The folder is one that runs read.
            #expect(try ledger.records(withKey: record.inputs.key).records.map(\.id) == [stable.id])
        }
    }

    @Test func `putting in again changes nothing, another signature is added, another content is refused`() async throws
    {
        try await withTemporaryFolder { folder in
            let ledger = FolderLedger(root: folder)
            let (one, two) = (SigningKey(), SigningKey())
            let file = folder.appending("waivers/\(try Stated.waiver().id).jsonl")
            #expect(try ledger.put(Stated.waiver(by: [one])) == .added)
            let first = try file.text
            #expect(try ledger.put(Stated.waiver(by: [one])) == .known)
            #expect(try file.text == first)
            #expect(try ledger.put(Stated.waiver(by: [two])) == .signed)
            let both = try Envelope(parsing: Array(file.text.utf8))
            #expect(both.signatures.count == 2)
            #expect(both.isSigned(by: one.verifyingKey) && both.isSigned(by: two.verifyingKey))
            // Nothing is taken away either.
            #expect(try ledger.put(Stated.waiver(by: [one])) == .known)
            let forged = try Stated.waiver(reason: "another reason, of as many letters", by: [two])
            let error = #expect(throws: LedgerError.self) { try ledger.put(forged) }
            #expect(error?.fault == .unverifiable)
            #expect(try Envelope(parsing: Array(file.text.utf8)) == both)
            try file.put("{")
            #expect(throws: LedgerError.self) { try ledger.put(Stated.waiver(by: [one])) }
            #expect(try file.text == "{")
        }
    }

    @Test func `damage is named, and hides nothing else`() async throws {
        try await withTemporaryFolder { folder in
            let ledger = FolderLedger(root: folder)
            for name in Self.names { try ledger.put(Stated.record(name)) }
            let stable = try Stated.record("stable")
            try folder.appending("records/\(stable.id).jsonl").put("{\"payload\":1}")
            try folder.appending("records/nonsense.jsonl").put("x")
            let found = try ledger.find(LedgerQuery())
            #expect(found.items.count == 5)
            #expect(found.damaged.count == 2)
            #expect(found.damaged.contains { $0.contains("\(stable.id).jsonl: not a signed record") })
            #expect(found.damaged.contains { $0.contains("names nonsense, which is no id") })
        }
    }

    // MARK: - Union

    @Test func `what several places have is one, with all signatures and places`() throws {
        let (one, two) = (SigningKey(), SigningKey())
        var (mine, theirs) = (try Stated.waiver(by: [one]), try Stated.waiver(by: [two, one]))
        (mine.places, theirs.places) = (["folder"], ["registry"])
        let united = LedgerFound(items: [mine, theirs, mine]).united
        #expect(united.items.map(\.places) == [["folder", "registry"]])
        #expect(united.items.first?.envelope.signatures.count == 2)
        #expect(united.damaged.isEmpty)
    }

    @Test func `two contents under one id both stay, and are named`() throws {
        var (mine, theirs) = (try Stated.waiver(), try Stated.waiver(reason: "another reason, of as many letters"))
        (mine.places, theirs.places) = (["folder"], ["registry"])
        let united = LedgerFound(items: [mine, theirs], damaged: ["before"]).united
        #expect(united.items.count == 2)
        #expect(united.damaged.first == "before")
        #expect(united.damaged.last?.hasSuffix("has several contents, one in folder, another in registry") == true)
    }

    @Test func `the newest comes first`() throws {
        let items = try Self.names.map { try Stated.record($0) }
        let ids = LedgerFound(items: items).united.items.map(\.id)
        #expect(ids == LedgerFound(items: items.reversed()).united.items.map(\.id))
        let moments = LedgerFound(items: items).united.items.map(\.content.at)
        #expect(moments == moments.sorted().reversed())
    }

    // MARK: - Worth

    @Test func `a record is worth no more than whoever signed it`() throws {
        let stable = try Stated.record("stable")
        let claimed = try #require(stable.content.record?.scope)
        #expect(claimed == .branch)
        #expect(stable.worth(trusting: try Kept.trust()) == .branch)
        #expect(stable.worth(trusting: Trust(keys: [])) == .pr)
        let poor = try Kept.trust {
            $0.replacing("\"alg\": \"ed25519\"", with: "\"alg\": \"ed25519\", \"scope\": \"pr\"")
        }
        #expect(stable.worth(trusting: poor) == .pr)
        let elsewhere = try Kept.trust {
            $0.replacing("\"alg\": \"ed25519\"", with: "\"alg\": \"ed25519\", \"services\": [\"web\"]")
        }
        #expect(stable.worth(trusting: elsewhere) == .pr)
        let unsigned = try Stated.record("unsigned")
        #expect(unsigned.worth(trusting: try Kept.trust()) ?? .release <= .pr)
    }

    @Test func `one that was changed after it was signed is named, and not listed`() throws {
        let stable = try Stated.record("stable")
        let text = String(decoding: stable.envelope.payload, as: UTF8.self).replacing(
            #""executed":2"#, with: #""executed":9"#)
        let line = String(decoding: stable.envelope.bytes, as: UTF8.self)
            .replacing(Data(stable.envelope.payload).base64EncodedString(), with: Data(text.utf8).base64EncodedString())
        var listing = LedgerListing()
        let forged = try LedgerItem(parsing: Array(line.utf8), at: "folder")
        listing.take(LedgerFound(items: [forged]), LedgerQuery(), trusting: try Kept.trust())
        #expect(listing.rows.isEmpty)
        #expect(listing.damaged == ["record \(stable.id) (folder): was changed after it was signed"])
    }

    @Test(arguments: [(Scope.local, 2), (.pr, 2), (.branch, 1), (.release, 0)])
    func `what is worth too little is left out when asked for`(scope: Scope, count: Int) throws {
        var (query, listing) = (LedgerQuery(), LedgerListing())
        query.scope = scope
        let items = [try Stated.record("stable"), try Stated.record("unstable")]
        var trust = try Kept.trust()
        if scope == .branch {
            trust = try Kept.trust {
                $0.replacing("\"alg\": \"ed25519\"", with: "\"alg\": \"ed25519\", \"services\": [\"app\"]")
            }
        }
        listing.take(LedgerFound(items: items), query, trusting: trust)
        #expect(listing.rows.count == count)
    }

    // MARK: - File

    @Test func `a file of chained lines has what many writers put in at once`() async throws {
        try await withTemporaryFolder { folder in
            let audit = AuditFile(in: folder.appending("audit"))
            let items = try (0..<16).map { try Stated.waiver("00000000-0000-4000-8000-0000000000\($0 + 10)") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for item in items { group.addTask { try audit.append(item.envelope) } }
                try await group.waitForAll()
            }
            for name in Self.names { try audit.append(Stated.record(name).envelope) }
            let found = try audit.find(Stated.everything)
            #expect(found.damaged.isEmpty)
            #expect(Set(found.items.map(\.id)).count == 22)
            let chain = try audit.read { _ in }
            #expect(chain?.count == 22 && chain?.faults.isEmpty == true)
            let head = try #require(chain?.head)
            // A line that is gone, an edited one, and the end.
            let lines = try audit.file.text.split(separator: "\n").map(String.init)
            try audit.file.put((lines[..<4] + lines[5...]).joined(separator: "\n") + "\n")
            #expect(try audit.find(Stated.everything).damaged.count == 1)
            #expect(try audit.find(Stated.everything).items.count == 21)
            try audit.file.put(lines[..<20].joined(separator: "\n") + "\n")
            #expect(try audit.find(Stated.everything).damaged.isEmpty)
            let report = try Request.chain(in: audit.file, head: head)
            #expect(report.faults.map(\.line) == [20])
            #expect(try Request.chain(in: audit.file, head: .sha256(Array(lines[3].utf8))).faults.isEmpty)
        }
    }

    @Test func `what was sealed with a record is with it in a chained file, in whatever order it is found`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let bundles = try ["stable", "evidence", "failed"].map {
                try SealedRecord(parsing: Kept.bytes($0, of: "1.1"))
            }
            let audit = AuditFile(in: folder)
            for sealed in bundles { try audit.append(sealed.envelope, with: sealed.companions) }
            let found = try audit.find(LedgerQuery())
            #expect(found.damaged.isEmpty)
            #expect(found.items.map(\.bytes) == bundles.map(\.bytes))
            #expect(try audit.read { _ in }?.count == 7)
            var lines = LedgerLines(at: "x")
            for line in bundles.flatMap({ [$0.envelope] + $0.companions }).reversed() {
                lines.take(Array(line.bytes.dropLast()), named: "x")
            }
            let reversed = lines.found(LedgerQuery())
            #expect(Set(reversed.items.map(\.bytes)) == Set(bundles.map(\.bytes)) && reversed.damaged.isEmpty)
        }
    }

    @Test func `a line somebody was ended in stays, and shows`() async throws {
        try await withTemporaryFolder { folder in
            let audit = AuditFile(in: folder)
            try audit.append(Stated.waiver().envelope)
            let whole = try audit.file.text
            try audit.file.put(whole + whole.prefix(100))
            try audit.append(Stated.record("stable").envelope)
            let found = try audit.find(Stated.everything)
            #expect(found.items.count == 2)
            #expect(found.damaged.count == 1 && found.damaged[0].contains("line 2 cannot be read"))
            #expect(try audit.file.text.hasPrefix(whole))
        }
    }

    @Test func `no file is an empty ledger, and no error`() async throws {
        try await withTemporaryFolder { folder in
            let audit = AuditFile(in: folder.appending("nowhere"))
            let found = try audit.find(Stated.everything)
            #expect(found.items.isEmpty)
            #expect(throws: ConfigurationError.self) { try Request.chain(in: audit.file, head: nil) }
        }
    }
}
