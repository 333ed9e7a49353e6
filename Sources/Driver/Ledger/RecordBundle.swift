import Pipeline
import Signing

/// Envelopes that were written down together, one a line.
enum RecordBundle {
    /// More than any record has.
    private static let limit = 64

    /// Reads the envelopes of a file, one a line.
    static func envelopes(in bytes: [UInt8]) throws(RecordError) -> [Envelope] {
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        guard lines.count <= limit else { throw .malformed("more than \(limit) envelopes in one bundle") }
        guard !lines.isEmpty else { throw .malformed("it is empty") }
        var envelopes: [Envelope] = []
        for line in lines { envelopes.append(try Envelope(parsing: Array(line))) }
        return envelopes
    }

    /// The bundles of several records in one file, whatever the order of its lines: what belongs to a record is named by it.
    static func records(in bytes: [UInt8]) throws -> [SealedRecord] {
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        let envelopes = try lines.map { try Envelope(parsing: Array($0)) }
        let opened = envelopes.map { $0.opened(trusting: []) }
        var byDigest: [Digest: Envelope] = [:]
        for envelope in envelopes { byDigest[.sha256(envelope.payload)] = envelope }
        // Whoever hands over something else is told what it is.
        guard opened.contains(where: { $0.predicateType == Stability.predicateType }) else {
            return try envelopes.prefix(1).map { try SealedRecord($0) }
        }
        return try zip(envelopes, opened).filter { $0.1.predicateType == Stability.predicateType }.map { envelope, _ in
            let record = try SealedRecord(envelope)
            return record.holding((record.record.run.statements ?? []).compactMap { byDigest[$0.sha256] })
        }
    }
}

extension Envelope {
    /// Checks the signatures: which of some keys made one of them.
    func opened(trusting keys: [Trust.Key]) -> OpenedEnvelope {
        var isNamed = false
        var signers: [OpenedEnvelope.Signer] = []
        for key in signatures.isEmpty ? [] : keys {
            do {
                let verifying = try VerifyingKey(spki: key.spki)
                isNamed = isNamed || names(verifying)
                guard isSigned(by: verifying) else { continue }
                signers.append(.init(keyID: verifying.id, key: key))
            } catch {
                // A text that is no key signs nothing.
                continue
            }
        }
        return OpenedEnvelope(
            payloadType: payloadType, payload: payload, isSigned: !signatures.isEmpty, signers: signers,
            isBroken: isNamed && signers.isEmpty)
    }
}

extension Verification {
    /// Judges the bytes of a bundle by the keys of a trust file.
    init(ofBundle bytes: [UInt8], trusting trust: Trust, _ question: Question) {
        do {
            let envelopes = try RecordBundle.envelopes(in: bytes)
            let opened = envelopes.map { $0.opened(trusting: trust.keys) }
            self.init(of: opened, question, hash: Digest.sha256)
        } catch {
            self.init(unreadable: "\(error)")
        }
    }
}
