import Fixtures
import Foundation
import Pipeline
import Signing
import SystemPackage
import Testing

@testable import Driver

/// Records that earlier versions wrote: they are read for ever, so these files never change.
enum Kept {
    static let folder = folder(of: "1.0")

    /// Where the records of a minor version of the format are.
    static func folder(of minor: String) -> FilePath {
        Golden.project.appending("Tests/DriverTests/Records").appending(minor)
    }

    static func bytes(_ name: String, of minor: String = "1.0") throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: folder(of: minor).appending(name + ".jsonl").string)))
    }

    static func record(_ name: String) throws -> SealedRecord { try SealedRecord(parsing: bytes(name)) }

    static func trust(of minor: String = "1.0", _ change: (String) -> String = { $0 }) throws -> Trust {
        let text = try String(contentsOfFile: folder(of: minor).appending("trust.json").string, encoding: .utf8)
        return try Trust(json: JSON(parsing: change(text)))
    }
}

struct KeptRecordTests {
    struct Expected: Sendable, CustomTestStringConvertible {
        let name: String
        let service: ServiceName
        let state: Verdict.State
        var reason: Verdict.Code?
        var hasImage = false
        var isSigned = true

        var testDescription: String { name }
    }

    @Test(arguments: [
        Expected(name: "stable", service: "app", state: .stable, hasImage: true),
        Expected(name: "unstable", service: "web", state: .unstable, reason: .testsFailed),
        Expected(name: "failed", service: "bad", state: .failed, reason: .buildFailed),
        Expected(name: "testless", service: "solo", state: .stable, reason: .testless),
        Expected(name: "library", service: "lib", state: .stable),
        Expected(name: "flaky", service: "moody", state: .flaky, reason: .failedBefore, hasImage: true),
        Expected(name: "red-image", service: "moody", state: .unstable, reason: .testsFailed, hasImage: true),
        Expected(name: "incomplete", service: "app", state: .incomplete, reason: .notAsked),
        Expected(name: "unsigned", service: "solo", state: .stable, reason: .testless, isSigned: false),
    ])
    func `a record of schema 1.0 is read, verified and judged as it was`(_ expected: Expected) throws {
        let sealed = try Kept.record(expected.name)
        let record = sealed.record
        #expect(record.service.name == expected.service)
        #expect(record.verdict.state == expected.state)
        #expect(record.verdict.reasons.first?.code == expected.reason)
        #expect(record.recomputedVerdict.state == expected.state)
        #expect((record.image != nil) == expected.hasImage)
        #expect(record.source.commit.description == "2f327ac3242c2bf662ddb329e3f91548313d8a8a")
        switch try sealed.signatures(trusting: Kept.trust()) {
        case .by(let keys): #expect(expected.isSigned && keys.map(\.id) == ["ci"])
        case .none: #expect(!expected.isSigned)
        case .broken, .unknown: Issue.record("the signature was good when it was made")
        }
        // What is read is written again byte for byte.
        let written = try sealed.statement.payload
        #expect(written == sealed.envelope.payload)
    }

    struct Whole: Sendable, CustomTestStringConvertible {
        let name: String
        let service: ServiceName
        let state: Verdict.State
        /// How many statements were sealed with it.
        var companions = 2
        var key = "ci"

        var testDescription: String { name }
    }

    @Test(arguments: [
        Whole(name: "stable", service: "app", state: .stable),
        Whole(name: "curve", service: "app", state: .stable, key: "curve"),
        Whole(name: "unstable", service: "web", state: .unstable, companions: 1),
        Whole(name: "failed", service: "bad", state: .failed, companions: 0),
        Whole(name: "testless", service: "solo", state: .stable, companions: 0),
        Whole(name: "library", service: "lib", state: .stable, companions: 1),
        Whole(name: "flaky", service: "moody", state: .flaky),
        Whole(name: "red-image", service: "moody", state: .unstable, companions: 1),
        Whole(name: "incomplete", service: "app", state: .incomplete, companions: 0),
        Whole(name: "evidence", service: "billing", state: .stable),
        Whole(name: "released", service: "billing", state: .stable, companions: 1),
    ])
    func `a record of schema 1.1 is verified with all that was sealed with it, and judged as it was`(
        _ expected: Whole
    ) throws {
        let bundle = try Kept.bytes(expected.name, of: "1.1")
        let question = Verification.Question(service: expected.service)
        let verification = Verification(ofBundle: bundle, trusting: try Kept.trust(of: "1.1"), question)
        #expect(verification.objections == [])
        let record = try #require(verification.statement?.predicate)
        #expect((record.schema, record.verdict.state) == ("1.1", expected.state))
        #expect(record.run.statements?.count ?? 0 == expected.companions)
        let sealed = try SealedRecord(parsing: bundle)
        guard case .by(let keys) = try sealed.signatures(trusting: Kept.trust(of: "1.1")) else {
            Issue.record("the signature was good when it was made")
            return
        }
        #expect(keys.map(\.id) == [expected.key])
        // What is read is written again byte for byte.
        let written = try sealed.statement.payload
        #expect(written == sealed.envelope.payload)
    }

    @Test func `records of schema 1.1 say of migrations, interface, audit index and release what they said`() throws {
        let evidence = try SealedRecord(parsing: Kept.bytes("evidence", of: "1.1")).record
        #expect(evidence.migrations?.added.flatMap(\.findings).map(\.rule) == ["drop-column"])
        #expect(evidence.interface?.surfaces.flatMap(\.changes).map(\.place) == ["GET /b"])
        #expect((evidence.interface?.requiredBump, evidence.audit?.calls.map(\.change)) == (.major, [.breaking]))
        #expect((evidence.version?.current, evidence.version?.next) == ("1.0.0", "2.0.0"))
        let released = try SealedRecord(parsing: Kept.bytes("released", of: "1.1")).record
        #expect((released.release?.version, released.image?.from) == ("2.0.0", evidence.run.recordId))
        let trust = try Kept.trust(of: "1.1")
        var nobody = Verification.Question()
        let unsigned = try Kept.bytes("unsigned", of: "1.1")
        #expect(Verification(ofBundle: unsigned, trusting: trust, nobody).objections.map(\.step) == [.signatures])
        nobody.allowsUnsigned = true
        #expect(Verification(ofBundle: unsigned, trusting: trust, nobody).objections == [])
    }

    @Test func `a record of a later major version is refused with a sentence`() throws {
        let payload = try String(decoding: Kept.record("stable").envelope.payload, as: UTF8.self)
            .replacing("urn:slipway:stability:v1", with: "urn:slipway:stability:v2")
        let envelope = Envelope(payload: Array(payload.utf8), payloadType: Statement.payloadType)
        let error = #expect(throws: RecordError.self) { try SealedRecord(parsing: envelope.bytes) }
        #expect(error == .otherFormat("urn:slipway:stability:v2", wanted: "urn:slipway:stability:v1"))
        #expect(error?.fault == .unverifiable)
        #expect(error?.description.contains("urn:slipway:stability:v2") == true)
        #expect(error?.hint?.contains("upgrade Slipway") == true)
    }

    @Test(arguments: [
        (#""scope":"branch""#, #""scope":"branch","later":{"x":1}"#),
        (#""schema":"1.0""#, #""schema":"1.7""#),
    ])
    func `what a later minor version adds is passed over`(old: String, new: String) throws {
        let payload = try String(decoding: Kept.record("stable").envelope.payload, as: UTF8.self)
        let more = Array(payload.replacing(old, with: new).utf8)
        #expect(more.count > payload.utf8.count || new.contains("1.7"))
        let envelope = Envelope(payload: more, payloadType: Statement.payloadType)
        #expect(try SealedRecord(parsing: envelope.bytes).record.verdict.state == .stable)
    }

    // MARK: - Acceptance

    private func objection(
        _ name: String, trust: Trust, scope: Scope, key: Digest? = nil, wanted: [Step.Kind] = [.build, .test]
    ) throws -> String? {
        let sealed = try Kept.record(name)
        return Acceptance(
            trust: trust, scope: scope, key: key ?? sealed.record.inputs.key, image: nil, wanted: wanted,
            repositories: [], now: Timestamp(seconds: 1_800_000_000)
        ).objection(to: sealed)
    }

    @Test func `which records stand in for building again`() throws {
        let trust = try Kept.trust()
        let id = try Kept.record("stable").id
        #expect(try objection("stable", trust: trust, scope: .branch) == nil)
        #expect(try objection("stable", trust: trust, scope: .local) == nil)
        #expect(
            try objection("unsigned", trust: Trust(keys: [], prevented: []), scope: .local, wanted: [.build]) == nil)
        #expect(try objection("stable", trust: trust, scope: .branch, wanted: [.test, .image]) == nil)
        #expect(
            try objection("stable", trust: trust, scope: .branch, wanted: [.image, .push])
                == "the run of record \(id) did not push")
        #expect(
            try objection("unsigned", trust: trust, scope: .local)?.hasSuffix("did not test") == true)
        let other = try Kept.trust {
            $0.replacing("\"alg\": \"ed25519\"", with: "\"alg\": \"ed25519\", \"services\": [\"web\"]")
        }
        #expect(
            try objection("stable", trust: other, scope: .branch) == "record \(id): key ci may not sign for app")
        #expect(
            try objection("stable", trust: trust, scope: .branch, key: Digest.sha256([]))
                == "record \(id) is about another key")
        #expect(
            try objection("stable", trust: Trust(keys: [], prevented: []), scope: .branch)
                == "record \(id) is of scope pr, not signed by a trusted key, and branch is needed")
        #expect(try objection("unstable", trust: trust, scope: .local)?.hasSuffix("says unstable") == true)
        #expect(try objection("failed", trust: trust, scope: .local)?.hasSuffix("says failed") == true)
        let poor = try Kept.trust {
            $0.replacing("\"alg\": \"ed25519\"", with: "\"alg\": \"ed25519\", \"scope\": \"pr\"")
        }
        #expect(try objection("stable", trust: poor, scope: .branch)?.contains("is of scope pr") == true)
    }

    @Test func `a record that was changed after signing stands for nothing`() throws {
        let sealed = try Kept.record("stable")
        let forged = String(decoding: sealed.envelope.payload, as: UTF8.self)
            .replacing(#""executed":2"#, with: #""executed":9"#).replacing(#""passed":2"#, with: #""passed":9"#)
        let text = String(decoding: sealed.envelope.bytes, as: UTF8.self)
        let old = Data(sealed.envelope.payload).base64EncodedString()
        let bytes = Array(text.replacing(old, with: Data(forged.utf8).base64EncodedString()).utf8)
        let other = try SealedRecord(parsing: bytes)
        #expect(other.record.tests?.totals.executed == 9)
        let acceptance = Acceptance(
            trust: try Kept.trust(), scope: .local, key: other.record.inputs.key, image: nil, wanted: [],
            repositories: [], now: Timestamp(seconds: 1_800_000_000))
        #expect(acceptance.objection(to: other) == "record \(sealed.id) was changed after it was signed")
    }
}
