import Fixtures
import Foundation
import Pipeline
import Signing
import SystemPackage
import Testing

@testable import Driver

/// Decisions as they are handed on: signed by real keys, changed on the way, read by whoever deploys.
struct SignedDecisionTests {
    private static let image = Digest.sha256([1])
    private static let now = Timestamp(seconds: 1_800_000_000)

    private static func question(demanding decisions: Int, by keys: [Trust.Key]) throws -> GateQuestion {
        let text = #"{"allowUnsigned":true,"signers":{"decisions":\#(decisions)}}"#
        return GateQuestion(
            service: "app", image: image, environment: "production",
            policy: (try Policy(json: JSON(parsing: text)), .sha256([2])), trust: (Trust(keys: keys), .sha256([3])),
            now: now, hash: Digest.sha256)
    }

    /// A decision that says yes, about the stable record of schema 1.1.
    private static func decision() throws -> (Decision, ImageReference) {
        let bundle = try Kept.bytes("stable", of: "1.1")
        let trust = try Kept.trust(of: "1.1")
        let opened = try RecordBundle.envelopes(in: bundle).map { $0.opened(trusting: trust.keys) }
        let exhibit = Exhibit(origin: "folder", digest: .sha256(bundle), content: .bundle(opened))
        let digest = try #require(exhibit.record?.image?.digest)
        var question = try question(demanding: 0, by: trust.keys)
        question.image = digest
        let decision = Decision(question, GateEvidence(exhibits: [exhibit]), verifier: Builder.gate)
        let image = try #require(ImageReference(parsing: "registry.example:5000/acme/app@\(digest)"))
        return (decision, image)
    }

    private static func key(_ signing: SigningKey, _ role: Trust.Key.Role = .decision, id: String = "gate") -> Trust.Key
    {
        Trust.Key(id: id, spki: signing.verifyingKey.spki, role: role)
    }

    /// What whoever deploys is told about a file.
    private static func check(
        _ bytes: [UInt8], demanding decisions: Int, by keys: [Trust.Key]
    ) async throws -> DecisionCheck {
        let (decision, _) = try decision()
        var question = try question(demanding: decisions, by: keys)
        (question.image, question.trustDigest) = (decision.image, decision.trust)
        return try await withTemporaryFolder { folder in
            let file = folder.appending("decision")
            try file.put(Data(bytes))
            let handed = try DecisionFile.read(
                file, about: question.image, trusting: question.trust, isDemanded: decisions > 0)
            return DecisionCheck(of: handed, question, GateEvidence(exhibits: []))
        }
    }

    @Test(arguments: [KeyAlgorithm.ed25519, .p256])
    func `a signed decision is believed, and none that was changed by a byte`(algorithm: KeyAlgorithm) async throws {
        let (decision, image) = try Self.decision()
        #expect(decision.exit == 0, "\(decision.items)")
        let signer = SigningKey(algorithm)
        let keys = [Self.key(signer)]
        let line = try DecisionFile.line(decision, of: image, by: signer)
        #expect(try await Self.check(line, demanding: 1, by: keys).exit == 0)
        let envelope = try Envelope(parsing: line)
        for place in stride(from: 0, to: envelope.payload.count, by: 97) {
            var payload = envelope.payload
            payload[place] ^= 1
            let text = String(decoding: line, as: UTF8.self).replacing(
                Data(envelope.payload).base64EncodedString(), with: Data(payload).base64EncodedString())
            do {
                let check = try await Self.check(Array(text.utf8), demanding: 1, by: keys)
                #expect(check.exit == 21, "byte \(place): \(check.detail)")
            } catch let error as GateError {
                #expect(error.fault == .unverifiable, "byte \(place): \(error)")
            }
        }
    }

    @Test func `who must sign, and how many`() async throws {
        let (decision, image) = try Self.decision()
        let (one, two) = (SigningKey(), SigningKey(.p256))
        let line = try DecisionFile.line(decision, of: image, by: one)
        let plain = try decision.file
        func exit(_ bytes: [UInt8], _ demanded: Int, _ keys: [Trust.Key]) async throws -> Int32 {
            try await Self.check(bytes, demanding: demanded, by: keys).exit
        }
        #expect(try await exit(plain, 0, []) == 0)
        #expect(try await exit(plain, 1, [Self.key(one)]) == 21)
        #expect(try await exit(line, 0, []) == 0)
        #expect(try await exit(line, 1, []) == 21)
        for role in Trust.Key.Role.allCases where role != .decision {
            #expect(try await exit(line, 1, [Self.key(one, role)]) == 21)
        }
        var elsewhere = Self.key(one)
        elsewhere.environments = ["development"]
        #expect(try await exit(line, 1, [elsewhere]) == 21)
        var over = Self.key(one)
        over.notAfter = Timestamp(seconds: Self.now.seconds - 1)
        #expect(try await exit(line, 1, [over]) == 21)
        // One key under two names is one.
        #expect(try await exit(line, 2, [Self.key(one), Self.key(one, id: "again")]) == 21)
        let both = try Envelope(parsing: line).signed(with: two).bytes
        #expect(try await exit(both, 2, [Self.key(one), Self.key(two, id: "other")]) == 0)
    }

    @Test func `a summary that says something else than the decision in it is no decision`() async throws {
        let (decision, image) = try Self.decision()
        let signer = SigningKey()
        func line(_ change: (inout VerificationSummary) -> Void, about digest: Digest? = nil) throws -> [UInt8] {
            var summary = VerificationSummary(decision, of: image)
            change(&summary)
            let subject = StatementSubject(image: digest ?? decision.image, of: image.name)
            return try Sealed(InTotoStatement(summary, about: [subject]), signedWith: signer).envelope.bytes
        }
        func exit(_ bytes: [UInt8]) async throws -> Int32 {
            try await Self.check(bytes, demanding: 1, by: [Self.key(signer)]).exit
        }
        #expect(try await exit(line { _ in }) == 0)
        #expect(try await exit(line { $0.verificationResult = .failed }) == 21)
        #expect(try await exit(line { $0.timeVerified = Timestamp(seconds: 1) }) == 21)
        #expect(try await exit(line { $0.policy.digest = ["sha256": Self.image.hex] }) == 21)
        #expect(try await exit(line { $0.resourceUri = "pkg:oci/app" }) == 21)
        #expect(try await exit(line { $0.inputAttestations = [] }) == 21)
        #expect(try await exit(line({ _ in }, about: Self.image)) == 21)
    }

    @Test func `others read in it what they know`() throws {
        let (decision, image) = try Self.decision()
        let line = try DecisionFile.line(decision, of: image, by: SigningKey())
        let payload = try JSON(parsing: Envelope(parsing: line).payload)
        #expect(payload["predicateType"]?.string == "https://slsa.dev/verification_summary/v1")
        let summary = try #require(payload["predicate"])
        #expect(summary["verificationResult"]?.string == "PASSED")
        #expect(summary["verifiedLevels"] == .array([.string("SLSA_BUILD_LEVEL_1")]))
        #expect(
            summary["resourceUri"]?.string
                == "pkg:oci/app@sha256%3A\(decision.image.hex)?repository_url=registry.example%3A5000%2Facme%2Fapp")
        #expect(summary["slipway_decision"]?["type"]?.string == "urn:slipway:decision:v1")
        #expect(summary["verifier"]?["id"]?.string == "urn:slipway:gate")
        let named = (summary["inputAttestations"]?.array ?? []).compactMap { $0["uri"]?.string }
        let id = try #require(decision.candidate?.recordId)
        #expect(named == named.filter { $0.hasSuffix(id) } && named.count == 2)
        // Who asks for a record is told what it is.
        let verification = Verification(ofBundle: line, trusting: Trust(keys: []), .init())
        #expect(verification.statement == nil)
        let error = #expect(throws: RecordError.self) { try SealedRecord(parsing: line) }
        #expect(error?.description.hasPrefix("it is a decision of a gate") == true)
        #expect(error?.hint == "slipway gate --check tells whether it holds")
    }
}
