/// A signed document whose signatures were checked by whoever has the cryptography.
public struct OpenedEnvelope: Equatable, Sendable {
    public let payloadType: String
    /// The bytes that were signed; nobody writes them anew before they are judged.
    public let payload: [UInt8]
    /// Whether anybody signed it at all.
    public let isSigned: Bool
    /// The trusted keys whose signatures fit.
    public let signers: [Signer]
    /// Whether a signature claims to be by a trusted key, and does not fit.
    public let isBroken: Bool
    /// What the payload says it is about; nil for what is no statement.
    public let predicateType: String?

    /// A key of the trust file that made one of the signatures.
    public struct Signer: Equatable, Sendable {
        /// The SHA-256 of the key itself: a key that a trust file lists twice is still one key.
        public let keyID: String
        public let key: Trust.Key

        public init(keyID: String, key: Trust.Key) {
            (self.keyID, self.key) = (keyID, key)
        }
    }

    public init(payloadType: String, payload: [UInt8], isSigned: Bool, signers: [Signer], isBroken: Bool) {
        (self.payloadType, self.payload) = (payloadType, payload)
        (self.isSigned, self.signers, self.isBroken) = (isSigned, signers, isBroken)
        predicateType = payloadType == StatementForm.payloadType ? Self.predicateType(of: payload) : nil
    }

    private static func predicateType(of payload: [UInt8]) -> String? {
        do {
            return try JSON(parsing: payload)["predicateType"]?.string
        } catch {
            return nil
        }
    }

    /// The SHA-256 of each key that signed, of those that one of its entries allows.
    func keys(_ isAllowed: (Trust.Key) -> Bool) -> Set<String> {
        Set(signers.filter { isAllowed($0.key) }.map(\.keyID))
    }
}
