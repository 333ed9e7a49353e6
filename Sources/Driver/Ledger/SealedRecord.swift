import Pipeline
import Signing

/// A stability record as it lies in a ledger.
typealias SealedRecord = Sealed<Stability>

/// A statement as it is kept: the envelope, and what it says.
struct Sealed<Content: Predicate>: Sendable {
    let envelope: Envelope
    let statement: InTotoStatement<Content>

    var record: Content { statement.predicate }

    /// Reads an envelope and the statement in it.
    ///
    /// Signatures are judged by whoever knows which keys to trust.
    init(parsing bytes: [UInt8]) throws {
        envelope = try Envelope(parsing: bytes)
        guard envelope.payloadType == StatementForm.payloadType else {
            throw RecordError.malformed("the payload is \(envelope.payloadType.prefix(80).description.printable)")
        }
        statement = try InTotoStatement(payload: envelope.payload)
    }

    init(_ statement: InTotoStatement<Content>, signedWith key: SigningKey?) throws {
        self.statement = statement
        let plain = Envelope(payload: try statement.payload, payloadType: StatementForm.payloadType)
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

extension Sealed where Content == Stability {
    var id: String { record.run.recordId }

    init(_ record: Stability, signedWith key: SigningKey?) throws {
        try self.init(Statement(record), signedWith: key)
    }
}
