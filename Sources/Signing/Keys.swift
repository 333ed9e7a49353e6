import Crypto
import FoundationEssentials
public import Pipeline

/// What makes signatures: a private key as `openssl genpkey` writes it (PKCS #8), or an `EC PRIVATE KEY` (RFC 5915).
public struct SigningKey: Sendable {
    private let key: Key

    private enum Key: Sendable {
        case ed25519(Curve25519.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
    }

    /// The DER of an Ed25519 key before its 32 bytes: version 0, algorithm 1.3.101.112, octets in octets (RFC 8410).
    private static let prefix: [UInt8] = [
        0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]
    private static let label = "PRIVATE KEY"

    /// A new key.
    public init(_ algorithm: KeyAlgorithm = .ed25519) {
        key =
            switch algorithm {
            case .ed25519: .ed25519(Curve25519.Signing.PrivateKey())
            case .p256: .p256(P256.Signing.PrivateKey())
            }
    }

    /// Reads the PEM text of a key.
    public init(pem: String) throws(KeyError) {
        guard !pem.contains("ENCRYPTED") else { throw .encrypted }
        guard let der = PEM.der(in: pem, label: Self.label) ?? PEM.der(in: pem, label: "EC PRIVATE KEY") else {
            throw .malformed("no private key (PKCS #8 in PEM)")
        }
        do {
            if der.count == Self.prefix.count + 32, der.starts(with: Self.prefix) {
                key = .ed25519(try .init(rawRepresentation: der.dropFirst(Self.prefix.count)))
            } else {
                key = .p256(try .init(derRepresentation: der))
            }
        } catch {
            throw .malformed("neither an Ed25519 nor a P-256 private key")
        }
    }

    public var pem: String {
        switch key {
        case .ed25519(let key): PEM.text(of: Self.prefix + Array(key.rawRepresentation), label: Self.label)
        case .p256(let key): PEM.text(of: Array(key.derRepresentation), label: Self.label)
        }
    }

    public var verifyingKey: VerifyingKey {
        switch key {
        case .ed25519(let key): VerifyingKey(.ed25519(key.publicKey))
        case .p256(let key): VerifyingKey(.p256(key.publicKey))
        }
    }

    /// One signature; of P-256 in DER, as most tools write and read it.
    ///
    /// It need not be the same twice.
    func signature(of message: [UInt8]) throws -> [UInt8] {
        switch key {
        case .ed25519(let key): Array(try key.signature(for: message))
        case .p256(let key): Array(try key.signature(for: message).derRepresentation)
        }
    }
}

/// What checks signatures: a SubjectPublicKeyInfo (RFC 5280, 8410, 5480).
public struct VerifyingKey: Sendable {
    private let key: Key

    fileprivate enum Key: Sendable {
        case ed25519(Curve25519.Signing.PublicKey)
        case p256(P256.Signing.PublicKey)
    }

    private static let prefix: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]

    fileprivate init(_ key: Key) {
        self.key = key
    }

    private init(der: [UInt8], from form: String) throws(KeyError) {
        do {
            if der.count == Self.prefix.count + 32, der.starts(with: Self.prefix) {
                key = .ed25519(try .init(rawRepresentation: der.dropFirst(Self.prefix.count)))
            } else {
                key = .p256(try .init(derRepresentation: der))
            }
        } catch {
            throw .malformed("no Ed25519 or P-256 public key (\(form))")
        }
    }

    /// Reads the base64 of the DER, as trust files hold it.
    public init(spki: String) throws(KeyError) {
        try self.init(der: [UInt8](base64: spki) ?? [], from: "SubjectPublicKeyInfo in base64")
    }

    /// Reads the PEM text of a public key.
    public init(pem: String) throws(KeyError) {
        try self.init(der: PEM.der(in: pem, label: "PUBLIC KEY") ?? [], from: "SubjectPublicKeyInfo in PEM")
    }

    private var der: [UInt8] {
        switch key {
        case .ed25519(let key): Self.prefix + Array(key.rawRepresentation)
        case .p256(let key): Array(key.derRepresentation)
        }
    }

    public var algorithm: KeyAlgorithm {
        switch key {
        case .ed25519: .ed25519
        case .p256: .p256
        }
    }

    public var spki: String { der.base64 }
    public var pem: String { PEM.text(of: der, label: "PUBLIC KEY") }
    /// The SHA-256 of the DER in hexadecimal digits: two texts of one key have the same.
    public var id: String { Pipeline.Digest.sha256(der).hex }

    /// Whether a signature is by this key; of P-256 both DER and the two raw numbers are taken.
    func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        switch key {
        case .ed25519(let key): key.isValidSignature(signature, for: message)
        case .p256(let key): Self.readings(of: signature).contains { key.isValidSignature($0, for: message) }
        }
    }

    /// What the bytes may mean; nothing when they are no signature at all.
    private static func readings(of signature: [UInt8]) -> [P256.Signing.ECDSASignature] {
        var readings: [P256.Signing.ECDSASignature] = []
        do { readings.append(try .init(derRepresentation: signature)) } catch {}
        do { readings.append(try .init(rawRepresentation: signature)) } catch {}
        return readings
    }
}

/// Why a text is no key that can be used.
public enum KeyError: Failure, Equatable {
    case malformed(String)
    case encrypted

    public var fault: Fault { .input }

    public var hint: String? {
        switch self {
        case .malformed: "make one: slipway record key"
        case .encrypted: "decrypt it into the secret store of your CI: openssl pkey -in KEY"
        }
    }

    public var description: String {
        switch self {
        case .malformed(let reason): reason
        case .encrypted: "the private key is encrypted, and nobody is there to give its passphrase"
        }
    }
}
