import Crypto
import FoundationEssentials
public import Pipeline

/// What makes Ed25519 signatures (RFC 8032): a PKCS #8 private key (RFC 8410), as `openssl genpkey` writes one.
public struct SigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey
    /// The DER of a PKCS #8 key before its 32 bytes: version 0, algorithm 1.3.101.112, octets in octets.
    private static let prefix: [UInt8] = [
        0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]
    private static let label = "PRIVATE KEY"

    /// A new key.
    public init() {
        key = Curve25519.Signing.PrivateKey()
    }

    /// Reads the PEM text of a key.
    public init(pem: String) throws(KeyError) {
        guard !pem.contains("ENCRYPTED") else { throw .encrypted }
        guard let der = PEM.der(in: pem, label: Self.label), der.count == Self.prefix.count + 32,
            der.starts(with: Self.prefix)
        else { throw .malformed("no Ed25519 private key in PKCS #8") }
        do {
            key = try Curve25519.Signing.PrivateKey(rawRepresentation: der.dropFirst(Self.prefix.count))
        } catch {
            throw .malformed("no Ed25519 private key")
        }
    }

    public var pem: String { PEM.text(of: Self.prefix + Array(key.rawRepresentation), label: Self.label) }

    public var verifyingKey: VerifyingKey { VerifyingKey(key.publicKey) }

    func signature(of message: [UInt8]) throws -> [UInt8] { Array(try key.signature(for: message)) }
}

/// What checks Ed25519 signatures: a SubjectPublicKeyInfo (RFC 8410).
public struct VerifyingKey: Sendable {
    private let key: Curve25519.Signing.PublicKey
    private static let prefix: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]

    fileprivate init(_ key: Curve25519.Signing.PublicKey) {
        self.key = key
    }

    /// Reads the base64 of the DER, as trust files hold it.
    public init(spki: String) throws(KeyError) {
        guard let der = [UInt8](base64: spki), der.count == Self.prefix.count + 32, der.starts(with: Self.prefix) else {
            throw .malformed("no Ed25519 public key (SubjectPublicKeyInfo in base64)")
        }
        do {
            key = try Curve25519.Signing.PublicKey(rawRepresentation: der.dropFirst(Self.prefix.count))
        } catch {
            throw .malformed("no Ed25519 public key")
        }
    }

    private var der: [UInt8] { Self.prefix + Array(key.rawRepresentation) }

    public var spki: String { der.base64 }
    public var pem: String { PEM.text(of: der, label: "PUBLIC KEY") }
    /// The SHA-256 of the DER in hexadecimal digits.
    public var id: String { Pipeline.Digest.sha256(der).hex }

    func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        key.isValidSignature(signature, for: message)
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

extension Pipeline.Digest {
    /// The SHA-256 of what comes in pieces.
    public static func sha256(
        ofPieces feed: (_ take: (ArraySlice<UInt8>) -> Void) throws -> Void
    ) rethrows -> Pipeline.Digest {
        var hash = SHA256()
        try feed { hash.update(data: $0) }
        return Pipeline.Digest(bytes: Array(hash.finalize()))
    }

    /// SHA-256 (FIPS 180-4).
    @Sendable public static func sha256(_ bytes: [UInt8]) -> Pipeline.Digest {
        Pipeline.Digest(bytes: Array(SHA256.hash(data: bytes)))
    }
}

/// Textual encoding of keys (RFC 7468).
private enum PEM {
    static func text(of der: [UInt8], label: String) -> String {
        let base64 = Array(der.base64)
        let lines = stride(from: 0, to: base64.count, by: 64).map { String(base64[$0..<min($0 + 64, base64.count)]) }
        return "-----BEGIN \(label)-----\n" + lines.joined(separator: "\n") + "\n-----END \(label)-----\n"
    }

    static func der(in text: String, label: String) -> [UInt8]? {
        guard let begin = text.firstRange(of: "-----BEGIN \(label)-----"),
            let end = text[begin.upperBound...].firstRange(of: "-----END \(label)-----")
        else { return nil }
        return [UInt8](base64: text[begin.upperBound..<end.lowerBound].filter { !$0.isWhitespace })
    }
}

extension [UInt8] {
    var base64: String { Data(self).base64EncodedString() }

    /// Base64 in the standard or the URL-safe alphabet (RFC 4648), padded or not.
    init?(base64 text: String) {
        var standard = Data(
            text.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "-"): UInt8(ascii: "+")
                case UInt8(ascii: "_"): UInt8(ascii: "/")
                default: byte
                }
            })
        standard.append(contentsOf: repeatElement(UInt8(ascii: "="), count: (4 - standard.count % 4) % 4))
        guard let data = Data(base64Encoded: standard) else { return nil }
        self.init(data)
    }
}
