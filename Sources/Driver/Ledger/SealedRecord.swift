import Pipeline
import Signing

/// A record as it lies in a ledger: the envelope, and what it says.
struct SealedRecord: Sendable {
    let envelope: Envelope
    let statement: Statement

    var record: Stability { statement.predicate }
    var id: String { record.run.recordId }

    /// Reads an envelope and the statement in it.
    ///
    /// Signatures are judged by whoever knows which keys to trust.
    init(parsing bytes: [UInt8]) throws {
        envelope = try Envelope(parsing: bytes)
        guard envelope.payloadType == Statement.payloadType else {
            throw RecordError.malformed("the payload is \(envelope.payloadType.prefix(80).description.printable)")
        }
        statement = try Statement(payload: envelope.payload)
    }

    init(_ record: Stability, signedWith key: SigningKey?) throws {
        statement = Statement(record)
        let plain = Envelope(payload: try statement.payload, payloadType: Statement.payloadType)
        envelope = try key.map { try plain.signed(with: $0) } ?? plain
    }

    /// The SHA-256 of the payload, by which later records name this one.
    var payloadDigest: Digest { .sha256(envelope.payload) }

    /// What its signatures are worth to somebody who trusts these keys.
    func signatures(trusting trust: Trust) -> Exhibit.Signatures {
        guard !envelope.signatures.isEmpty else { return .none }
        var isNamed = false
        let keys = trust.keys.filter { key in
            do {
                let verifying = try VerifyingKey(spki: key.spki)
                isNamed = isNamed || envelope.names(verifying)
                return envelope.isSigned(by: verifying)
            } catch {
                return false
            }
        }
        return keys.isEmpty ? (isNamed ? .broken : .unknown) : .by(keys)
    }
}
