import Disk
import FoundationEssentials
import Pipeline
import SystemPackage

/// A user and password for one registry, with where they came from.
public struct Credentials: Equatable, Sendable {
    public let user: String
    let password: String
    public let source: String

    public init(user: String, password: String, source: String) {
        (self.user, self.password, self.source) = (user, password, source)
    }

    var basic: String { "Basic " + Data("\(user):\(password)".utf8).base64EncodedString() }
    var description: String { "\(user) (from \(source))" }
}

/// Where credentials are looked for, in this order: variables, Docker's configuration, the file of podman and skopeo.
public struct CredentialSource: Equatable, Sendable {
    private let explicit: Credentials?
    /// The only registry that the variables are for.
    private let explicitHost: String?
    private let files: [FilePath]

    /// `host` is the registry that is pushed to; what the variables hold is for nobody else.
    public init(environment: [String: String], host: String?) {
        explicitHost = host
        if let user = environment["SLIPWAY_REGISTRY_USER"], let password = environment["SLIPWAY_REGISTRY_PASSWORD"] {
            explicit = Credentials(user: user, password: password, source: "SLIPWAY_REGISTRY_USER")
        } else {
            explicit = nil
        }
        let docker = environment["DOCKER_CONFIG"] ?? environment["HOME"].map { $0 + "/.docker" }
        files = [
            docker.map { FilePath($0).appending("config.json") },
            environment["REGISTRY_AUTH_FILE"].map { FilePath($0) },
        ]
        .compactMap(\.self)
    }

    /// The credentials for a host; nil when there are none, and reading may do without.
    public func credentials(for host: String) throws -> Credentials? {
        if let explicit, host == explicitHost { return explicit }
        for file in files {
            guard let bytes = try file.contentsIfPresent(limit: 1 << 20) else { continue }
            let auths: [String: JSON]
            do {
                auths = try JSON(parsing: bytes, profile: .lenient)["auths"]?.object ?? [:]
            } catch {
                throw RegistryError.unusable(file.string, reason: "cannot be read: \(error)")
            }
            if let found = Self.entry(for: host, in: auths, source: file.string) { return found }
        }
        return nil
    }

    private static func entry(for host: String, in auths: [String: JSON], source: String) -> Credentials? {
        let entry = auths.sorted { $0.key < $1.key }.first { key, _ in
            let plain = key.replacing("https://", with: "").replacing("http://", with: "")
            return plain.prefix { $0 != "/" } == host
        }
        guard let encoded = entry?.value["auth"]?.string, let data = Data(base64Encoded: encoded),
            let text = String(validating: data, as: UTF8.self), let colon = text.firstIndex(of: ":")
        else { return nil }
        return Credentials(
            user: String(text[..<colon]), password: String(text[text.index(after: colon)...]), source: source)
    }
}

/// What a 401 reply asks for (RFC 7235): a scheme and its parameters, names in lower case.
struct Challenge: Equatable {
    let scheme: String
    let parameters: [String: String]

    /// All challenges of a header: several may share one line, and commas may stand in quotes.
    static func all(in header: String) -> [Challenge] {
        var challenges: [Challenge] = []
        for part in split(header) {
            let words = part.split(separator: " ", maxSplits: 1).map(String.init)
            if let first = words.first, !first.contains("=") {
                let parameters = words.count == 2 ? pair(words[1]) : [:]
                challenges.append(Challenge(scheme: first.lowercased(), parameters: parameters))
            } else if let last = challenges.popLast() {
                challenges.append(
                    Challenge(scheme: last.scheme, parameters: last.parameters.merging(pair(part)) { $1 }))
            }
        }
        return challenges
    }

    private static func split(_ header: String) -> [String] {
        var parts = [""]
        var isQuoted = false
        for character in header {
            if character == "\"" { isQuoted.toggle() }
            if character == ",", !isQuoted { parts.append("") } else { parts[parts.count - 1].append(character) }
        }
        return parts.map { $0.drop(while: \.isWhitespace) }.filter { !$0.isEmpty }.map(String.init)
    }

    private static func pair(_ text: String) -> [String: String] {
        guard let equals = text.firstIndex(of: "=") else { return [:] }
        let value = text[text.index(after: equals)...].filter { $0 != "\"" }
        return [text[..<equals].lowercased(): value]
    }
}
