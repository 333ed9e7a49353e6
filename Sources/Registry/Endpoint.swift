import Pipeline
public import SystemPackage

/// What a configuration says of one registry host.
public struct RegistrySettings: Equatable, Sendable {
    /// Whether it speaks plain HTTP; nil leaves that to where it is.
    public var http: Bool?
    /// The certificate authority of the registry, a PEM file.
    public var ca: FilePath?
    /// The certificate to show, with its key in the same file or in one that ends in `.key`.
    public var clientCertificate: FilePath?
    /// Where base images are read instead: a host, and perhaps a path below which its repositories are.
    public var mirror: String?

    public init(
        http: Bool? = nil, ca: FilePath? = nil, clientCertificate: FilePath? = nil, mirror: String? = nil
    ) {
        (self.http, self.ca, self.clientCertificate, self.mirror) = (http, ca, clientCertificate, mirror)
    }
}

/// Scheme, name and port that requests go to: what has the same three is the same place, and may see our credentials.
struct Origin: Hashable, Sendable, CustomStringConvertible {
    let isPlain: Bool
    /// In lower case; with brackets around an address of IPv6.
    let name: String
    let port: Int

    /// A host as images name it: `registry.example`, `127.0.0.1:5000`, `[::1]:5000`.
    init(host: String, isPlain: Bool) {
        let (name, port) = Self.split(host)
        (self.isPlain, self.name) = (isPlain, name.lowercased())
        self.port = port ?? (isPlain ? 80 : 443)
    }

    /// The origin of an absolute address; nil for anything else.
    init?(address: String) {
        let parts = address.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, ["http", "https"].contains(parts[0].lowercased()) else { return nil }
        let authority = parts[1].prefix { !"/?#".contains($0) }
        // A user in an address is how one host passes itself off as another.
        guard !authority.isEmpty, !authority.contains("@") else { return nil }
        self.init(host: String(authority), isPlain: parts[0].lowercased() == "http")
    }

    var description: String {
        let standard = isPlain ? 80 : 443
        return (isPlain ? "http://" : "https://") + name + (port == standard ? "" : ":\(port)")
    }

    var isOnThisMachine: Bool { Self.isOnThisMachine(name) }

    /// Loopback literals and `localhost` exactly; a name that only begins so may be anybody's.
    static func isOnThisMachine(_ host: String) -> Bool {
        let name = split(host).name
        if name == "localhost" || name == "[::1]" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).compactMap { UInt8($0) }
        return parts.count == 4 && parts[0] == 127 && name.split(separator: ".").count == 4
    }

    static func split(_ host: String) -> (name: String, port: Int?) {
        let end = host.hasPrefix("[") ? host.firstIndex(of: "]") ?? host.startIndex : host.startIndex
        guard let colon = host[end...].lastIndex(of: ":") else { return (host, nil) }
        guard let port = UInt16(host[host.index(after: colon)...]) else { return (host, nil) }
        return (String(host[..<colon]), Int(port))
    }
}

extension Origin {
    /// The address that a reference in a reply to a request for `base` means (RFC 3986, 5.2), as far as registries use it.
    static func resolve(_ reference: String, against base: String) -> String? {
        if Origin(address: reference) != nil { return reference }
        guard !reference.contains("://"), let origin = Origin(address: base) else { return nil }
        if reference.hasPrefix("//") { return (origin.isPlain ? "http:" : "https:") + reference }
        if reference.hasPrefix("/") { return "\(origin)\(reference)" }
        let path = base.dropFirst(base.hasPrefix("https") ? 8 : 7).drop { $0 != "/" }.prefix { $0 != "?" && $0 != "#" }
        if reference.hasPrefix("?") { return "\(origin)\(path)\(reference)" }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return "\(origin)\(folder)\(reference)"
    }
}
