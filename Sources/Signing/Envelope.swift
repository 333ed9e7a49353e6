public import Pipeline

// DSSE: canonical bytes, sign, verify. Small enough to audit in one sitting.

/// A signed document: DSSE v1 (https://github.com/secure-systems-lab/dsse/blob/master/envelope.md).
///
/// The payload is kept as the bytes that were signed; nobody re-serialises before verifying.
public struct Envelope: Equatable, Sendable {
    public let payload: [UInt8]
    public let payloadType: String
    /// Empty for a document that nobody signed.
    public internal(set) var signatures: [Signature]

    public struct Signature: Equatable, Sendable {
        /// A hint which key it may be, never a decision.
        public let keyID: String?
        public let bytes: [UInt8]
    }

    public init(payload: [UInt8], payloadType: String) {
        (self.payload, self.payloadType, signatures) = (payload, payloadType, [])
    }

    /// The same document with one more signature.
    public func signed(with key: SigningKey) throws -> Envelope {
        var copy = self
        copy.signatures.append(Signature(keyID: key.verifyingKey.id, bytes: try key.signature(of: preAuthentication)))
        return copy
    }

    /// What is signed: the pre-authentication encoding, which binds the payload to its type
    /// (https://github.com/secure-systems-lab/dsse/blob/master/protocol.md).
    public var preAuthentication: [UInt8] {
        let type = Array(payloadType.utf8)
        return Array("DSSEv1 \(type.count) ".utf8) + type + Array(" \(payload.count) ".utf8) + payload
    }

    /// Whether this key made one of the signatures.
    ///
    /// The key id in the envelope plays no part.
    public func isSigned(by key: VerifyingKey) -> Bool {
        let message = preAuthentication
        return signatures.contains { key.verifies($0.bytes, of: message) }
    }

    /// Whether a signature claims to be by this key.
    public func names(_ key: VerifyingKey) -> Bool { signatures.contains { $0.keyID == key.id } }
}

extension Envelope {
    /// More signatures than anybody needs; each costs whoever verifies some time.
    private static let signatureLimit = 64

    /// Reads one envelope.
    ///
    /// Unknown members are ignored; base64 is taken in both alphabets.
    public init(parsing bytes: [UInt8]) throws(RecordError) {
        let json: JSON
        do {
            json = try JSON(parsing: bytes, profile: .strict.limited(to: 3 << 20))
        } catch {
            throw .malformed("\(error)")
        }
        guard let payload = json["payload"]?.string.flatMap({ [UInt8](base64: $0) }) else {
            throw .malformed("the envelope has no payload in base64")
        }
        guard let payloadType = json["payloadType"]?.string else { throw .malformed("the envelope has no payloadType") }
        guard let signatures = json["signatures"]?.array else { throw .malformed("the envelope has no signatures") }
        guard signatures.count <= Self.signatureLimit else {
            throw .malformed("the envelope has more than \(Self.signatureLimit) signatures")
        }
        self.init(payload: payload, payloadType: payloadType)
        for signature in signatures {
            guard let bytes = signature["sig"]?.string.flatMap({ [UInt8](base64: $0) }) else {
                throw .malformed("a signature is not base64")
            }
            self.signatures.append(Signature(keyID: signature["keyid"]?.string, bytes: bytes))
        }
    }

    /// The envelope as one line of JSON, with a final line break.
    public var bytes: [UInt8] {
        let signatures = signatures.map { signature -> JSON in
            var members: [String: JSON] = ["sig": .string(signature.bytes.base64)]
            if let keyID = signature.keyID { members["keyid"] = .string(keyID) }
            return .object(members)
        }
        let json = JSON.object([
            "payload": .string(payload.base64), "payloadType": .string(payloadType), "signatures": .array(signatures),
        ])
        return json.canonicalBytes + [UInt8(ascii: "\n")]
    }
}
