import Disk
public import Pipeline
import Signing
public import SystemPackage

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
    public init(making name: String, _ algorithm: KeyAlgorithm = .ed25519, in folder: FilePath) throws {
        let key = SigningKey(algorithm)
        (privateFile, publicFile) = (folder.appending(name + ".key"), folder.appending(name + ".pub"))
        trustFile = folder.appending(name + ".trust.json")
        id = key.verifyingKey.id
        try folder.makeFolders()
        try privateFile.create(Array(key.pem.utf8), permissions: .secret, durable: true)
        try publicFile.write(Array(key.verifyingKey.pem.utf8))
        let entry = JSON.object([
            "id": .string(name), "alg": .string(algorithm.rawValue), "role": .string("build"),
            "spki": .string(key.verifyingKey.spki),
        ])
        let trust = JSON.object(["version": .integer(1), "keys": .array([entry])])
        try trustFile.write(Array(trust.prettyText.utf8))
    }
}

extension VerifyingKey {
    /// Reads the file of a public key.
    init(of file: FilePath) throws(ConfigurationError) {
        let text = String(decoding: try configurationBytes(of: file), as: UTF8.self)
        do {
            try self.init(pem: text)
        } catch {
            throw ConfigurationError(file: file.string, line: 1, error.description, hint: error.hint)
        }
    }
}
