import Disk
import Pipeline
import Signing
public import SystemPackage

/// The key that records are signed with, and those whose records are believed when it is decided what need not be built.
struct Keyring: Sendable {
    let signer: SigningKey?
    let trust: Trust

    static let variable = "SLIPWAY_KEY"

    init(_ survey: Survey) throws {
        signer = try Self.signer(survey.request)
        var keys = signer.map { [Trust.Key(held: $0.verifyingKey.spki)] } ?? []
        if let name = survey.configuration.file.trust {
            let file = survey.root.appending(FilePath(name).components)
            keys += try TrustFile.read(file).trust.keys
        }
        trust = Trust(keys: keys)
    }

    private static func signer(_ request: Request) throws -> SigningKey? {
        if let file = request.key {
            return try key(String(decoding: configurationBytes(of: file), as: UTF8.self), from: file.string)
        }
        guard let text = request.environment[variable], !text.isEmpty else { return nil }
        return try key(text, from: variable)
    }

    private static func key(_ pem: String, from source: String) throws -> SigningKey {
        do {
            return try SigningKey(pem: pem)
        } catch {
            throw ConfigurationError(file: source, line: 1, error.description, hint: error.hint)
        }
    }
}

/// A file of trusted keys, with the digest of its bytes for decisions.
struct TrustFile {
    let trust: Trust
    let digest: Digest

    static func read(_ file: FilePath) throws -> TrustFile {
        let bytes = try configurationBytes(of: file)
        let document = try Document(yaml: bytes, fileName: file.string)
        let trust = try Schema.trustFile.decode(Trust.self, from: document, fileName: file.string)
        for key in trust.keys {
            do { _ = try VerifyingKey(spki: key.spki) } catch {
                throw ConfigurationError(file: file.string, line: document.line(of: "keys"), "key \(key.id): \(error)")
            }
        }
        return TrustFile(trust: trust, digest: .sha256(bytes))
    }
}

/// The bytes of a file somebody named; whatever keeps it from being read is the fault of that name.
func configurationBytes(of file: FilePath) throws(ConfigurationError) -> [UInt8] {
    do {
        return try file.contents(limit: 1 << 20)
    } catch {
        throw ConfigurationError(file: file.string, line: 1, "cannot be read: \(error.reason)")
    }
}

/// A new pair of keys on disk: the private one for its owner's eyes only.
public struct KeyPair: Sendable {
    public let privateFile: FilePath
    public let publicFile: FilePath
    /// A trust file that believes this key, to begin with.
    public let trustFile: FilePath
    /// The SHA-256 of the public key.
    public let id: String

    /// Makes `<name>.key`, `<name>.pub` and `<name>.trust.json` in a folder.
    ///
    /// Never replaces a key.
    public init(making name: String, in folder: FilePath) throws {
        let key = SigningKey()
        (privateFile, publicFile) = (folder.appending(name + ".key"), folder.appending(name + ".pub"))
        trustFile = folder.appending(name + ".trust.json")
        id = key.verifyingKey.id
        try folder.makeFolders()
        try privateFile.create(Array(key.pem.utf8), permissions: .secret, durable: true)
        try publicFile.write(Array(key.verifyingKey.pem.utf8))
        let entry = JSON.object([
            "id": .string(name), "alg": .string("ed25519"), "role": .string("build"),
            "spki": .string(key.verifyingKey.spki),
        ])
        let trust = JSON.object(["version": .integer(1), "keys": .array([entry])])
        try trustFile.write(Array(trust.prettyText.utf8))
    }
}
