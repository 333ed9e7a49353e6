import Disk
import Pipeline
import SystemPackage

/// The values of declared secrets, read once before anything begins, and what hides them.
struct SecretVault: Sendable {
    private var values: [ServiceName: [String: String]] = [:]
    /// Hides all of them: one service may print what another was given.
    let redaction: Redaction?

    /// Reads the secrets of these services.
    ///
    /// Throws when one is not there or cannot be hidden, without telling its value.
    init(of services: [Service], from environment: [String: String], in root: FilePath) throws {
        for service in services {
            for secret in service.conditions.secrets {
                let value = try Self.value(of: secret, for: service.name, from: environment, in: root)
                values[service.name, default: [:]][secret.name] = value
            }
        }
        redaction = Redaction(hiding: values.values.flatMap { $0.values.map { Array($0.utf8) } })
    }

    /// What the commands of a service see.
    func variables(of name: ServiceName) -> [String: String] { values[name] ?? [:] }

    private static func value(
        of secret: Secret, for service: ServiceName, from environment: [String: String], in root: FilePath
    ) throws -> String {
        let bytes: [UInt8]
        if let file = secret.file {
            do {
                bytes = try root.pushing(FilePath(file)).contents(limit: 1 << 20).withoutLineEnd
            } catch {
                throw SecretError.unreadable(service, secret, reason: error.reason)
            }
        } else {
            guard let text = environment[secret.name], !text.isEmpty else { throw SecretError.missing(service, secret) }
            bytes = Array(text.utf8)
        }
        if let objection = Secret.objection(to: bytes) { throw SecretError.refused(service, secret, objection) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SecretError.refused(service, secret, "is no text in UTF-8")
        }
        return text
    }
}

extension [UInt8] {
    /// Without the end of the last line, which editors and `echo` add.
    fileprivate var withoutLineEnd: [UInt8] {
        guard last == UInt8(ascii: "\n") else { return self }
        return dropLast().last == UInt8(ascii: "\r") ? dropLast(2) : dropLast()
    }
}

/// Why a service cannot be given a secret that it declares.
enum SecretError: Failure, Equatable {
    case missing(ServiceName, Secret)
    case unreadable(ServiceName, Secret, reason: String)
    case refused(ServiceName, Secret, String)

    var fault: Fault { .input }

    var hint: String? {
        switch self {
        case .missing(let service, let secret):
            "set the variable, or give a file: secrets: [{name: \(secret.name), file: PATH}]; without it \(service) cannot be run"
        case .unreadable: "a file of a secret is named relative to the root of the checkout"
        case .refused: nil
        }
    }

    var description: String {
        switch self {
        case .missing(let service, let secret): "\(service): its secret \(secret.name) is not set"
        case .unreadable(let service, let secret, let reason):
            "\(service): its secret \(secret.name) cannot be read from \(secret.file?.printable ?? ""): \(reason)"
        case .refused(let service, let secret, let objection): "\(service): its secret \(secret.name) \(objection)"
        }
    }
}
