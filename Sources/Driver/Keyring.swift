import Disk
import Pipeline
import Signing
import SystemPackage

/// The key that records are signed with, and those whose records are believed when it is decided what need not be built.
struct Keyring: Sendable {
    let signer: SigningKey?
    let trust: Trust

    static let variable = "SLIPWAY_KEY"

    init(_ survey: Survey) throws {
        try self.init(survey.request, survey.configuration, at: survey.root)
    }

    /// The same where nothing else is looked at.
    init(_ request: Request, _ configuration: Configuration?, at root: FilePath) throws {
        signer = try Self.signer(request.key, request.environment)
        var keys = signer.map { [Trust.Key(held: $0.verifyingKey.spki)] } ?? []
        if let name = configuration?.file.trust {
            let file = root.appending(FilePath(name).components)
            keys += try TrustFile.read(file).trust.keys
        }
        trust = Trust(keys: keys)
    }

    /// The key of a file, else that of the variable.
    static func signer(_ file: FilePath?, _ environment: [String: String]) throws -> SigningKey? {
        if let file {
            return try key(String(decoding: configurationBytes(of: file), as: UTF8.self), from: file.string)
        }
        guard let text = environment[variable], !text.isEmpty else { return nil }
        return try key(text, from: variable)
    }

    static func key(_ pem: String, from source: String) throws -> SigningKey {
        do {
            return try SigningKey(pem: pem)
        } catch {
            throw ConfigurationError(file: source, line: 1, error.description, hint: error.hint)
        }
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
