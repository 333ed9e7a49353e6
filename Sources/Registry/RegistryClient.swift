public import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import OCI
public import Pipeline

/// One registry: manifests and tags.
///
/// Blobs, pushes and referrers are beside it.
public struct RegistryClient: Sendable {
    let transport: Transport
    public var host: String { transport.host }

    /// Connections of one process, closed when `body` ends on whatever path.
    public static func withConnections<Value>(_ body: (HTTPClient) async throws -> Value) async throws -> Value {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .follow(max: 5, allowCycles: false)
        configuration.timeout = .init(connect: .seconds(5), read: .seconds(60))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        return try await HTTPClient.withHTTPClient(configuration: configuration, body)
    }

    /// `isPlain` is for registries that are configured to speak plain HTTP; those on this machine do so anyway.
    public init(_ http: HTTPClient, host: String, isPlain: Bool, credentials: CredentialSource) {
        transport = Transport(
            http: http, host: host, isPlain: isPlain || Self.isOnThisMachine(host), credentials: credentials)
    }

    /// Loopback literals and `localhost` exactly; a name that only begins so may be anybody's.
    static func isOnThisMachine(_ host: String) -> Bool {
        let name = host.hasPrefix("[") ? String(host.prefix { $0 != "]" } + "]") : String(host.prefix { $0 != ":" })
        if name == "localhost" || name == "[::1]" { return true }
        let parts = name.split(separator: ".").compactMap { UInt8($0) }
        return parts.count == 4 && parts[0] == 127 && name.split(separator: ".").count == 4
    }

    // MARK: - Manifests

    /// A manifest as the registry serves it, its bytes compared with their digest.
    public struct ServedManifest: Sendable {
        public let bytes: [UInt8]
        public let digest: Digest
        public let mediaType: String
    }

    /// The manifest of a tag or digest; nil when there is none.
    public func manifest(_ reference: String, in repository: RepositoryName) async throws -> ServedManifest? {
        let reply = try await transport.send(
            Request(
                method: .GET, target: "/v2/\(repository.text)/manifests/\(reference)", repository: repository,
                operation: "reading \(reference)", headers: Self.accept))
        guard reply.status != 404 else {
            try refuseWebPage(reply, "reading \(reference)")
            return nil
        }
        try expect(reply, [200], repository, "reading \(reference)")
        try refuseWebPage(reply, "reading \(reference)")
        let digest = Digest(bytes: Array(Self.hash(reply.body)))
        if let asked = Digest(parsing: reference), asked != digest {
            throw RegistryError.mismatch("\(host)/\(repository.text)", expected: asked, found: "\(digest)")
        }
        let type = reply.headers.first(name: "Content-Type") ?? ""
        return ServedManifest(bytes: reply.body, digest: digest, mediaType: type)
    }

    /// The digest a tag stands for, by reading what it serves; nil when there is no such tag.
    public func digest(of reference: String, in repository: RepositoryName) async throws -> Digest? {
        try await manifest(reference, in: repository)?.digest
    }

    /// Stores a manifest under a tag or its digest.
    ///
    /// Returns whether the registry keeps referrers itself.
    @discardableResult
    func put(_ bytes: [UInt8], mediaType: String, as reference: String, in repository: RepositoryName) async throws
        -> Bool
    {
        let operation = "storing \(reference)"
        let request = Request(
            method: .PUT, target: "/v2/\(repository.text)/manifests/\(reference)", repository: repository,
            operation: operation, headers: [("Content-Type", mediaType)], body: { .bytes(bytes) }, scope: .push)
        var reply = try await transport.send(request)
        // While another upload of the same blob ends, a registry may not see the one that is there.
        for delay in [100, 300, 900] where reply.status == 400 && Self.detail(in: reply.body).contains("BLOB_UNKNOWN") {
            try await Task.sleep(for: .milliseconds(delay))
            reply = try await transport.send(request)
        }
        try expect(reply, [201, 202], repository, operation)
        return reply.headers.contains(name: "OCI-Subject")
    }

    private static let accept = [("Accept", MediaType.acceptedManifests.joined(separator: ", "))]
}

// MARK: - Replies

extension RegistryClient {
    /// Throws what a person can act on unless the reply has one of these codes.
    func expect(_ reply: Reply, _ codes: Set<UInt>, _ repository: RepositoryName, _ operation: String) throws {
        guard !codes.contains(reply.status) else { return }
        let name = "\(host)/\(repository.text)"
        let detail = Self.detail(in: reply.body)
        if reply.status == 401 || reply.status == 403 {
            let who = try transport.credentials.credentials(for: host)?.description
            throw RegistryError.denied(
                repository: name, operation: operation, status: reply.status, who: who, detail: detail)
        }
        if reply.status != 413 { try refuseWebPage(reply, operation) }
        throw RegistryError.refused(repository: name, operation: operation, status: reply.status, detail: detail)
    }

    func refuseWebPage(_ reply: Reply, _ operation: String) throws {
        guard reply.headers.first(name: "Content-Type")?.lowercased().hasPrefix("text/html") == true else { return }
        let server = reply.headers.first(name: "Server") ?? "unknown server"
        throw RegistryError.noRegistry(
            host: host, operation: operation, status: reply.status, server: String(server.printable.prefix(60)))
    }

    /// The codes and messages of a registry's error document, or the beginning of a plain text.
    private static func detail(in body: [UInt8]) -> String {
        do {
            let errors = try JSON(parsing: body, profile: .lenient)["errors"]?.array ?? []
            let texts = errors.map { "\($0["code"]?.string ?? "") \($0["message"]?.string ?? "")" }
            return String(texts.joined(separator: "; ").printable.prefix(300))
        } catch {
            let text = String(decoding: body.prefix(200), as: UTF8.self)
            return text.hasPrefix("<") ? "" : text.prefix { !$0.isNewline }.description.printable
        }
    }
}
