import Disk
import Pipeline
import Signing
import SystemPackage

/// A decision in the form in which it is handed on.
enum DecisionFile {
    /// Reads the decision about an image: plain JSON, or lines of summaries of which one is about it.
    ///
    /// Throws when the file holds no decision at all: where one has to be signed that is no mistake of whoever asks.
    static func read(
        _ file: FilePath, about image: Digest, trusting trust: Trust, isDemanded: Bool
    ) throws -> HandedDecision {
        let bytes = try configurationBytes(of: file)
        do {
            if let envelopes = try envelopes(in: bytes) {
                return try signed(envelopes, about: image, trusting: trust)
            }
            return HandedDecision(plain: try Decision(json: JSON(parsing: bytes, profile: .lenient)))
        } catch let error as RecordError {
            throw GateError.unverifiable(file.string, "\(error)")
        } catch {
            let problem = "is no decision: \(error)"
            throw isDemanded ? GateError.unverifiable(file.string, problem) : .unreadable(file.string, problem)
        }
    }

    private static func signed(
        _ envelopes: [Envelope], about image: Digest, trusting trust: Trust
    ) throws -> HandedDecision {
        let handed = try envelopes.map { envelope in
            let sealed = try Sealed<VerificationSummary>(envelope)
            return HandedDecision(sealed.statement, sealed.signatures(trusting: trust))
        }
        guard let first = handed.first(where: { $0.decision.image == image }) ?? handed.first else {
            throw RecordError.malformed("there is none in it")
        }
        return first
    }

    /// What a file says of an image, by the JSON of the decision: for whoever needs some of it only.
    static func json(in bytes: [UInt8], about image: Digest) throws -> JSON {
        guard let envelopes = try envelopes(in: bytes) else { return try JSON(parsing: bytes, profile: .lenient) }
        let all = try envelopes.map { try JSON(encoding: Sealed<VerificationSummary>($0).record.extended.decision) }
        guard let first = all.first(where: { $0["image"]?.string == "\(image)" }) ?? all.first else {
            throw RecordError.malformed("there is none in it")
        }
        return first
    }

    /// The envelopes of a file; nil when it is no file of envelopes.
    private static func envelopes(in bytes: [UInt8]) throws -> [Envelope]? {
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        guard let first = lines.first else { return nil }
        do {
            guard try JSON(parsing: Array(first), profile: .lenient)["payload"] != nil else { return nil }
        } catch {
            // JSON over several lines.
            return nil
        }
        return try lines.map { try Envelope(parsing: Array($0)) }
    }

    // MARK: - Writing

    /// The line that is signed for a decision about an image.
    static func line(_ decision: Decision, of image: ImageReference, by key: SigningKey) throws -> [UInt8] {
        let subject = StatementSubject(image: decision.image, of: image.name)
        let statement = InTotoStatement(VerificationSummary(decision, of: image), about: [subject])
        return try Sealed(statement, signedWith: key).envelope.bytes
    }

    /// Where the signed form of a decision lies that is written to a file: `decision.json`, `decision.vsa.jsonl`.
    static func signed(beside file: FilePath) -> FilePath {
        file.removingLastComponent().appending((file.stem ?? "decision") + ".vsa.jsonl")
    }

    /// Why a gate will not believe what a key signs as a decision; nil when one may.
    static func objection(
        to key: SigningKey, of candidate: GateRequest.Candidate, _ terms: GateTerms
    ) -> String? {
        let own = terms.trust.trust.keys.filter { trusted in
            do { return try VerifyingKey(spki: trusted.spki).id == key.verifyingKey.id } catch { return false }
        }
        let objections = own.map {
            $0.objection(toSigningAs: .decision, for: candidate.service, in: terms.environment, at: terms.now)
        }
        if objections.contains(where: { $0 == nil }) { return nil }
        return objections.lazy.compactMap(\.self).first ?? "the trust file does not have the key that signs"
    }
}
