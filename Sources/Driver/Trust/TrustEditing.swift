import Disk
public import Pipeline
import Signing
public import SystemPackage

/// A trust file in the hands of whoever keeps it: keys come and go, the version grows, a root key signs.
public struct TrustEditing: Sendable {
    public private(set) var trust: Trust
    private let file: FilePath

    /// Opens a file in JSON, signed or not; one that is not there yet trusts nobody.
    public init(_ file: FilePath) throws {
        self.file = file
        guard try file.status() != nil else {
            trust = Trust(keys: [])
            trust.version = 0
            return
        }
        let bytes = try configurationBytes(of: file)
        guard Self.isJSON(bytes) else {
            let hint = "edit it by hand, and count its version up"
            throw ConfigurationError(file: file.string, line: 1, "is not JSON, and would lose its comments", hint: hint)
        }
        trust = try TrustFile.read(file).trust
    }

    private static func isJSON(_ bytes: [UInt8]) -> Bool {
        do {
            _ = try JSON(parsing: bytes)
            return true
        } catch { return false }
    }

    /// Trusts one key more.
    public mutating func add(_ publicKey: FilePath, _ describe: (inout Trust.Key) throws -> Void) throws {
        let key = try VerifyingKey(of: publicKey)
        var entry = Trust.Key(id: publicKey.stem ?? key.id, spki: key.spki, role: .build)
        try describe(&entry)
        guard !trust.keys.contains(where: { $0.id == entry.id }) else {
            throw ConfigurationError(
                file: file.string, line: 1, "has a key called \(entry.id.printable)", hint: "name it with --id")
        }
        trust.keys.append(entry)
    }

    /// Takes trust from a key: from a sequence on, or from a moment on.
    ///
    /// It stays in the file, so that what it signed before can still be verified.
    public mutating func revoke(_ id: String, from sequence: Int64?, after moment: Timestamp?) throws {
        let named = trust.keys.indices.filter { trust.keys[$0].id == id }
        guard !named.isEmpty else {
            let near = nearest(to: id, among: trust.keys.map(\.id)).map { "did you mean \"\($0)\"?" }
            throw ConfigurationError(file: file.string, line: 1, "has no key \"\(id.printable)\"", hint: near)
        }
        for index in named {
            // Nobody gets back what was taken before.
            let known = trust.keys[index]
            trust.keys[index].revokedFromSequence = [sequence, known.revokedFromSequence].compactMap(\.self).min()
            trust.keys[index].notAfter = [moment, known.notAfter].compactMap(\.self).min()
        }
    }

    /// Writes the next version; whoever signed the one before has to sign it again.
    public mutating func write() throws {
        trust.version += 1
        try file.write(Array(try JSON(encoding: trust).prettyText.utf8), durable: true)
    }

    /// Writes the same version under one more signature.
    public func sign(with root: FilePath, to out: FilePath) throws {
        let key = try Keyring.key(
            String(decoding: configurationBytes(of: root), as: UTF8.self), from: root.string)
        let known = TrustFile.envelope(in: try configurationBytes(of: file))
        let plain = Envelope(
            payload: try JSON(encoding: trust).canonicalBytes, payloadType: TrustFile.payloadType)
        let envelope = known.map { $0.payloadType == plain.payloadType ? $0 : plain } ?? plain
        if envelope.isSigned(by: key.verifyingKey) { return try out.write(envelope.bytes, durable: true) }
        try out.write(envelope.signed(with: key).bytes, durable: true)
    }
}
