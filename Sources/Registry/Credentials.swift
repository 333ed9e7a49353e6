import Disk
import FoundationEssentials
import Pipeline
import SystemPackage

/// What one registry is asked with, and where that came from.
public struct Credentials: Equatable, Sendable {
    public let user: String
    let secret: String
    public let source: String
    /// Whether the secret is a token that only a token service takes.
    let isIdentityToken: Bool

    public init(user: String, password: String, source: String) {
        self.init(user: user, secret: password, source: source)
    }

    /// A user called `<token>` is none: then the secret is an identity token.
    init(user: String, secret: String, source: String, isIdentityToken: Bool = false) {
        (self.user, self.secret, self.source) = (user, secret, source)
        self.isIdentityToken = isIdentityToken || user == "<token>"
    }

    /// The header of Basic; nil for what is no password.
    var basic: String? {
        isIdentityToken ? nil : "Basic " + Data("\(user):\(secret)".utf8).base64EncodedString()
    }

    var description: String { isIdentityToken ? "the token from \(source)" : "\(user) (from \(source))" }
}

/// Where credentials are looked for, in this order: variables, Docker's configuration, the files of podman and skopeo.
public struct CredentialSource: Sendable {
    private let explicit: Credentials?
    /// The only registry that the variables are for.
    private let explicitHost: String?
    private let files: [FilePath]
    private let helper: CredentialHelper

    /// `host` is the registry that is pushed to; what the variables hold is for nobody else.
    public init(environment: [String: String], host: String?, helper: CredentialHelper = .none) {
        explicitHost = host
        self.helper = helper
        if let user = environment["SLIPWAY_REGISTRY_USER"], let password = environment["SLIPWAY_REGISTRY_PASSWORD"] {
            explicit = Credentials(user: user, password: password, source: "SLIPWAY_REGISTRY_USER")
        } else {
            explicit = nil
        }
        let docker = environment["DOCKER_CONFIG"] ?? environment["HOME"].map { $0 + "/.docker" }
        files = [
            docker.map { FilePath($0).appending("config.json") },
            environment["REGISTRY_AUTH_FILE"].map { FilePath($0) },
            environment["XDG_RUNTIME_DIR"].map { FilePath($0).appending("containers/auth.json") },
        ]
        .compactMap(\.self)
    }

    /// None at all: how a stranger is served.
    static let nobody = CredentialSource(environment: [:], host: nil)

    /// The credentials for a repository; nil when there are none, and reading may do without.
    ///
    /// `complaint` is what went wrong with a program that was asked: reading goes on, and a refusal says it.
    func credentials(for host: String, _ repository: RepositoryName) async throws -> (Credentials?, complaint: String?)
    {
        if let explicit, host == explicitHost { return (explicit, nil) }
        var complaint: String?
        for file in files {
            guard let bytes = try file.contentsIfPresent(limit: 1 << 20) else { continue }
            let json: JSON
            do {
                json = try JSON(parsing: bytes, profile: .lenient)
            } catch {
                throw RegistryError.unusable(file.string, reason: "cannot be read: \(error)")
            }
            for name in Self.helpers(in: json, for: host) {
                switch await helper.answer(of: name, for: Self.serverName(host)) {
                case .credentials(let user, let secret):
                    return (
                        Credentials(user: user, secret: secret, source: "docker-credential-\(name), named in \(file)"),
                        nil
                    )
                case .nothing: continue
                case .trouble(let reason): complaint = "docker-credential-\(name), named in \(file), \(reason)"
                }
            }
            let auths = json["auths"]?.object ?? [:]
            if let found = Self.entry(for: host, repository, in: auths, source: file.string) { return (found, nil) }
        }
        return (nil, complaint)
    }

    /// The programs that a file says to ask about a host: the one for it, then the one for all.
    private static func helpers(in json: JSON, for host: String) -> [String] {
        let own = (json["credHelpers"]?.object ?? [:]).first { names(host).contains(bare($0.key)) }?.value.string
        return [own, json["credsStore"]?.string].compactMap(\.self).filter { !$0.isEmpty }
    }

    private static func entry(
        for host: String, _ repository: RepositoryName, in auths: [String: JSON], source: String
    ) -> Credentials? {
        let names = names(host)
        let matches = auths.filter { key, _ in
            let plain = bare(key)
            if names.contains(plain) { return true }
            // podman keeps entries for a part of a registry.
            return names.contains { name in
                plain.hasPrefix(name + "/") && "\(name)/\(repository.text)/".hasPrefix(plain + "/")
            }
        }
        // The entry that says most is meant.
        let sorted = matches.sorted {
            bare($0.key).count != bare($1.key).count
                ? bare($0.key).count > bare($1.key).count : $0.key < $1.key
        }
        return sorted.lazy.compactMap { credentials(in: $0.value, source: source) }.first
    }

    private static func credentials(in entry: JSON, source: String) -> Credentials? {
        if let token = entry["identitytoken"]?.string, !token.isEmpty {
            return Credentials(user: "", secret: token, source: source, isIdentityToken: true)
        }
        if let encoded = entry["auth"]?.string, let data = Data(base64Encoded: encoded),
            let text = String(validating: data, as: UTF8.self), let colon = text.firstIndex(of: ":")
        {
            // Docker pads what it writes with zero bytes.
            let secret = text[text.index(after: colon)...].prefix { $0 != "\0" }
            return Credentials(user: String(text[..<colon]), secret: String(secret), source: source)
        }
        guard let user = entry["username"]?.string, let password = entry["password"]?.string else { return nil }
        return Credentials(user: user, secret: password, source: source)
    }

    /// A key of `auths` without what some tools write around the host: scheme, `/v1/` and `/v2/`.
    private static func bare(_ key: String) -> String {
        var text = key.hasPrefix("https://") ? key.dropFirst(8) : key.hasPrefix("http://") ? key.dropFirst(7) : key[...]
        while text.hasSuffix("/") { text = text.dropLast() }
        for suffix in ["/v1", "/v2"] where text.hasSuffix(suffix) { text = text.dropLast(3) }
        return String(text)
    }

    /// The names one registry goes by: Docker Hub has several.
    private static func names(_ host: String) -> Set<String> {
        isHub(host) ? ["docker.io", "index.docker.io", "registry-1.docker.io"] : [host]
    }

    private static func serverName(_ host: String) -> String { isHub(host) ? "https://index.docker.io/v1/" : host }

    private static func isHub(_ host: String) -> Bool {
        ["docker.io", "index.docker.io", "registry-1.docker.io"].contains(host)
    }
}
