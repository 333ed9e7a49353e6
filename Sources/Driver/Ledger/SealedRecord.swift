import Pipeline
import Signing

/// A stability record as it lies in a ledger.
typealias SealedRecord = Sealed<Stability>

/// A statement as it is kept: the envelope, and what it says.
struct Sealed<Content: Predicate>: Sendable {
    let envelope: Envelope
    let statement: InTotoStatement<Content>
    /// What was sealed with it: the provenance of an image, the tests in words that others read.
    private(set) var companions: [Envelope] = []

    var record: Content { statement.predicate }

    /// Reads one statement and what was sealed with it: an envelope, or one a line.
    ///
    /// Signatures are judged by whoever knows which keys to trust.
    init(parsing bytes: [UInt8]) throws {
        var envelopes = try RecordBundle.envelopes(in: bytes)
        let index = Self.place(among: envelopes)
        try self.init(envelopes.remove(at: index))
        companions = envelopes
    }

    /// Where the statement stands: first, unless somebody sorted the lines.
    private static func place(among envelopes: [Envelope]) -> Int {
        guard envelopes.count > 1 else { return 0 }
        let name = Array("\"predicateType\":\"\(Content.predicateType)\"".utf8)
        return envelopes.firstIndex { $0.payload.has(name) } ?? 0
    }

    /// Takes an envelope for the statement in it.
    init(_ envelope: Envelope) throws {
        self.envelope = envelope
        guard envelope.payloadType == StatementForm.payloadType else {
            throw RecordError.malformed("the payload is \(envelope.payloadType.prefix(80).description.printable)")
        }
        statement = try InTotoStatement(payload: envelope.payload)
    }

    init(_ statement: InTotoStatement<Content>, signedWith key: SigningKey?) throws {
        self.statement = statement
        envelope = try Self.sealed(try statement.payload, with: key)
    }

    private static func sealed(_ payload: [UInt8], with key: SigningKey?) throws -> Envelope {
        guard payload.count <= JSONProfile.strict.maximumBytes else { throw RecordError.tooLarge(payload.count) }
        let plain = Envelope(payload: payload, payloadType: StatementForm.payloadType)
        return try key.map { try plain.signed(with: $0) } ?? plain
    }

    /// The same with these beside it.
    func holding(_ companions: [Envelope]) -> Sealed {
        var copy = self
        copy.companions = companions
        return copy
    }

    /// As it is written: the statement first, then what belongs to it, one envelope a line.
    var bytes: [UInt8] { ([envelope] + companions).flatMap(\.bytes) }

    /// The SHA-256 of the payload, by which later records name this one.
    var payloadDigest: Digest { .sha256(envelope.payload) }

    /// The same with one more signature under each envelope.
    func signed(with key: SigningKey) throws -> Sealed {
        try Sealed(envelope.signed(with: key)).holding(companions.map { try $0.signed(with: key) })
    }

    /// What its signatures are worth to somebody who trusts these keys.
    func signatures(trusting trust: Trust) -> Exhibit.Signatures { envelope.worth(trusting: trust) }
}

extension Envelope {
    /// What the signatures are worth to somebody who trusts these keys.
    func worth(trusting trust: Trust) -> Exhibit.Signatures {
        let opened = opened(trusting: trust.keys)
        guard opened.isSigned else { return .none }
        let keys = opened.signers.map(\.key)
        return keys.isEmpty ? (opened.isBroken ? .broken : .unknown) : .by(keys)
    }
}

extension Sealed where Content == Stability {
    var id: String { record.run.recordId }

    /// Seals a record, and what is derived from it.
    init(_ record: Stability, signedWith key: SigningKey?) throws {
        let set = try StatementSet(record, hash: Digest.sha256)
        try self.init(set.statement, signedWith: key)
        companions = try set.companions.map { try Self.sealed($0, with: key) }
    }
}

extension [UInt8] {
    /// Whether some bytes are in it; looked for from the end, where sorted members have their type.
    fileprivate func has(_ wanted: [UInt8]) -> Bool {
        guard count >= wanted.count else { return false }
        return (0...count - wanted.count).reversed().contains { start in
            wanted.indices.allSatisfy { self[start + $0] == wanted[$0] }
        }
    }
}
