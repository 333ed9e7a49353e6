/// The kinds of keys there are, as trust files call them.
public enum KeyAlgorithm: String, CaseIterable, Sendable {
    /// RFC 8032; what `slipway record key` makes unless told otherwise.
    case ed25519
    /// ECDSA on P-256 with SHA-256 (FIPS 186-5), which smart cards and key services have.
    case p256
}
