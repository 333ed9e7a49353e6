import Fixtures
import Foundation
import Pipeline
import Signing
import SystemPackage
import Testing

@testable import Driver

/// The published schema says of a record what the reader says of it, judged by a validator that is not ours.
struct RecordSchemaTests {
    private static let validator = """
        import json, sys, jsonschema
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft202012Validator.check_schema(schema)
        judge = jsonschema.Draft202012Validator(schema)
        for name in sys.argv[2:]:
            errors = list(judge.iter_errors(json.load(open(name))))
            print(name, errors[0].json_path + ": " + errors[0].message[:200] if errors else "valid")
        """

    /// What the validator says of each payload.
    private static func said(of payloads: [[UInt8]]) async throws -> [String] {
        try await withTemporaryFolder { folder in
            var names: [String] = []
            for (index, payload) in payloads.enumerated() {
                names.append("\(index).json")
                try folder.appending(names[index]).put(Data(payload))
            }
            let schema = Golden.project.appending("docs/reference/stability.schema.json").string
            let said = try await run("python3", ["-c", validator, schema] + names, in: folder)
            #expect(said.exit == 0, "\(said.errors)")
            return said.output.split(separator: "\n").map { String($0.split(separator: " ", maxSplits: 1).last ?? "") }
        }
    }

    /// A record with everything that can be in one.
    private static var full: Stability {
        VerificationCase.record { record in
            record.scope = .branch
            record.run.prev = [VerificationCase.other]
            record.run.reports = [.init(path: "r.xml", sha256: VerificationCase.other, bytes: 5)]
            record.image?.manifests = [.init(platform: "linux/amd64", digest: VerificationCase.other)]
            record.otherImages = record.images
            record.migrations = Samples.migrations
            record.interface = Samples.interface
            record.audit = Samples.audit
        }
    }

    @Test func `real records of every version are valid`() async throws {
        let kept = try ["stable", "unstable", "failed", "testless", "library", "flaky", "red-image", "incomplete"].map {
            try Kept.record($0).envelope.payload
        }
        let later = try ["stable", "unstable", "failed", "library", "flaky", "evidence", "released", "unsigned"].map {
            try SealedRecord(parsing: Kept.bytes($0, of: "1.1")).envelope.payload
        }
        let full = try SealedRecord(Self.full, signedWith: nil).envelope.payload
        let said = try await Self.said(of: kept + later + [VerificationCase.sealed().envelope.payload, full])
        #expect(said.allSatisfy { $0 == "valid" }, "\(said)")
    }

    @Test func `what the reader refuses for its form is not valid either`() async throws {
        let changes = [
            ("\"scope\":\"branch\",", ""), ("\"scope\":\"branch\"", "\"scope\":\"earth\""),
            ("\"pushed\":false", "\"pushed\":\"no\""), ("\"state\":\"stable\"", "\"state\":\"fine\""),
            ("\"sealedAt\":\"2026-11-21T17:15:56Z\"", "\"sealedAt\":\"yesterday\""),
            ("sha256:dcabc17f", "sha256:DCABC17F"),
            ("\"dirty\":false,", ""), ("\"bump\":\"initial\"", "\"bump\":\"big\""),
            ("\"executed\":2", "\"executed\":\"2\""),
        ]
        let payloads = changes.map { Array(VerificationCase.payload($0, $1).utf8) }
        for payload in payloads { #expect(throws: (any Error).self) { try Statement(payload: payload) } }
        let said = try await Self.said(of: payloads)
        #expect(!said.contains("valid"), "\(said)")
    }

    @Test func `the schema names every member that the reader knows`() throws {
        let text = try Golden.project.appending("docs/reference/stability.schema.json").text
        let schema = try JSON(parsing: Array(text.utf8), profile: .lenient)
        let members = try #require(schema["properties"]?["predicate"]?["properties"]?.object)
        #expect(Set(members.keys) == Stability.knownMembers)
    }
}

/// Facts that no run here would find.
private enum Samples {
    static var migrations: MigrationFacts? {
        decoded(
            #"""
            {"engine":"flyway","folders":["db"],"headVersion":"2","setDigest":"@","base":{"version":"1.0.0","commit":"#"},
             "added":[{"path":"db/V2__x.sql","version":"2","sha256":"@","engineChecksum":-5,"kind":"sql","phase":"expand",
              "tables":["a"],"creates":["table a"],"findings":[]}],"changed":[],"removed":[],
             "findings":[{"rule":"bad-name","tier":"O","fingerprint":"0123456789ab","text":"is overlooked"}],
             "runBefore":[{"service":"orders"}],"job":{"manifest":"k8s/job.yaml","name":"migrate",
             "kind":"hook","image":"app:1","args":["migrate"]},"jobProblem":"none","trial":{"system":"PostgreSQL 15.1",
             "applied":false,"findings":[],"previousTests":false,"problem":"none","mayBeRepeated":true,
             "errors":[{"path":"db/V2__x.sql","line":3,"text":"42P01"}],"difference":{"added":{"count":1,"names":["table a"]},
             "removed":{"count":0,"names":[]},"changed":{"count":0,"names":[]}}}}
            """#)
    }

    static var interface: InterfaceFacts? {
        decoded(
            #"""
            {"requiredBump":"minor","surfaces":[{"kind":"openapi","path":"api.yaml","tool":{"name":"slipway","version":"1"},
             "changes":[{"id":"added","level":"minor","place":"GET /x","fingerprint":"0123456789ab"}],"changeCount":1,
             "examined":4,"state":"compared","headDigest":"@"}]}
            """#)
    }

    static var audit: AuditFacts? {
        decoded(
            #"""
            {"catalogue":"audit.json","calls":[{"call":"pay","index":"http_logs_pay","change":"additive","places":["a.b"],
             "fingerprint":"0123456789ab"}],"examined":3,"findings":[]}
            """#)
    }

    private static func decoded<Facts: Decodable>(_ text: String) -> Facts? {
        let digest = "sha256:" + String(repeating: "a", count: 64)
        let full = text.replacing("@", with: digest).replacing("#\"", with: String(repeating: "b", count: 40) + "\"")
        do { return try Facts(json: JSON(parsing: full)) } catch { preconditionFailure("\(error)") }
    }
}
