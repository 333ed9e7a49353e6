import Disk
public import Pipeline
import Signing
public import SystemPackage

/// A file of trusted keys, with the digest of its bytes for decisions.
///
/// It is YAML or JSON as somebody wrote it, or the same signed by a root key: an envelope whose payload is that JSON.
public struct TrustFile: Sendable {
    public let trust: Trust
    /// Of the file as it is.
    public let digest: Digest
    /// Whether a root key that was asked for has signed it.
    public let isProved: Bool

    static let payloadType = "application/vnd.slipway.trust+json"

    /// What makes a trust file more than a file: a root key that must have signed it, and the version seen last.
    public struct Anchor: Sendable {
        /// The public half of the root key.
        public var root: FilePath?
        /// Where the highest version seen is kept: a file of a lower one is refused from then on.
        public var state: FilePath?

        public init(root: FilePath? = nil, state: FilePath? = nil) {
            (self.root, self.state) = (root, state)
        }
    }

    public static func read(_ file: FilePath, _ anchor: Anchor = Anchor()) throws -> TrustFile {
        let bytes = try configurationBytes(of: file)
        let envelope = Self.envelope(in: bytes)
        if let root = anchor.root { try check(envelope, signedBy: root, file) }
        let content = try envelope.map { try payload(of: $0, file) } ?? bytes
        let trust = try decode(content, file)
        try anchor.state.map { try hold(trust, .sha256(content), at: $0, file) }
        return TrustFile(trust: trust, digest: .sha256(bytes), isProved: anchor.root != nil)
    }

    private static func decode(_ content: [UInt8], _ file: FilePath) throws -> Trust {
        let document = try Document(yaml: content, fileName: file.string)
        let trust = try Schema.trustFile.decode(Trust.self, from: document, fileName: file.string)
        for key in trust.keys {
            do { _ = try VerifyingKey(spki: key.spki) } catch {
                throw ConfigurationError(file: file.string, line: document.line(of: "keys"), "key \(key.id): \(error)")
            }
        }
        return trust
    }

    // MARK: - Signatures

    /// The envelope of a signed file; nil for one that nobody signed.
    static func envelope(in bytes: [UInt8]) -> Envelope? {
        do { return try Envelope(parsing: bytes) } catch { return nil }
    }

    private static func payload(of envelope: Envelope, _ file: FilePath) throws -> [UInt8] {
        guard envelope.payloadType == payloadType else {
            throw ConfigurationError(
                file: file.string, line: 1,
                "holds \(envelope.payloadType.prefix(80).description.printable), no trusted keys")
        }
        return envelope.payload
    }

    private static func check(_ envelope: Envelope?, signedBy root: FilePath, _ file: FilePath) throws {
        let key = try VerifyingKey(of: root)
        guard let envelope else {
            let hint = "slipway record trust sign --key ROOT.key \(file.string.printable)"
            throw ConfigurationError(file: file.string, line: 1, "is not signed by the root key", hint: hint)
        }
        guard envelope.isSigned(by: key) else {
            throw ConfigurationError(
                file: file.string, line: 1, "its signature is not by the root key of \(root.string.printable)")
        }
    }

    // MARK: - The version must not go down

    /// The version that was seen last, and of which file.
    private struct Seen: Codable {
        var version: Int64
        var digest: Digest
    }

    private static func hold(_ trust: Trust, _ digest: Digest, at state: FilePath, _ file: FilePath) throws {
        if let known = try state.contentsIfPresent(limit: 1 << 16) {
            let seen: Seen
            do {
                seen = try Seen(json: JSON(parsing: known))
            } catch {
                throw ConfigurationError(file: state.string, line: 1, "holds no version of a trust file: \(error)")
            }
            guard trust.version >= seen.version else {
                throw ConfigurationError(
                    file: file.string, line: 1,
                    "is version \(trust.version), and version \(seen.version) was seen before")
            }
            guard trust.version > seen.version || digest == seen.digest else {
                let hint = "whoever changes the file counts its version up"
                throw ConfigurationError(
                    file: file.string, line: 1, "is another version \(trust.version) than the one seen before",
                    hint: hint)
            }
            if trust.version == seen.version { return }
        }
        let now = try JSON(encoding: Seen(version: trust.version, digest: digest))
        try state.write(Array(now.prettyText.utf8), durable: true)
    }
}
