import Crypto
import NIOHTTP1
import OCI
public import Pipeline

/// One registry: manifests and tags.
///
/// Blobs, pushes and referrers are beside it.
public struct RegistryClient: Sendable {
    let transport: Transport
    /// How a stranger would be served: what is public is proved by its eyes.
    let stranger: Transport
    /// Where reading is tried first.
    let mirror: Mirror?
    public var host: String { transport.host }

    /// Connections of one process, closed when `body` ends on whatever path.
    ///
    /// `environment` says where proxies and certificates are; `report` is told what a person may want to know.
    public static func withConnections<Value>(
        limits: RegistryLimits = RegistryLimits(), environment: [String: String] = [:],
        report: @escaping @Sendable (String) -> Void = { _ in }, _ body: (Connections) async throws -> Value
    ) async throws -> Value {
        try await Connections.lend(limits, environment, report: report, body)
    }

    /// `isPlain` is for registries that are configured to speak plain HTTP; those on this machine do so anyway.
    public init(_ connections: Connections, host: String, isPlain: Bool, credentials: CredentialSource) {
        let settings = RegistrySettings(http: isPlain ? true : nil)
        self.init(connections, host: host, settings: settings, credentials: credentials)
    }

    /// A client by what the configuration says of its host; its mirror is for `forReading` alone.
    public init(
        _ connections: Connections, host: String, settings: RegistrySettings, credentials: CredentialSource
    ) {
        let trust = Result {
            try TrustFiles(host: host, settings: settings, folders: TrustFiles.folders(connections.environment))
        }
        // Whoever keeps certificates for a host means TLS, on this machine as well.
        let hasTrust = if case .success(let files) = trust { !files.isEmpty } else { true }
        let isPlain = settings.http ?? (Origin.isOnThisMachine(host) && !hasTrust)
        let origin = Origin(host: host, isPlain: isPlain)
        func way(_ name: String, _ source: CredentialSource, isAnonymous: Bool) -> Transport {
            let login = connections.login(host, as: name) {
                Login(host: host, source: source, isAnonymous: isAnonymous)
            }
            return Transport(connections: connections, host: host, origin: origin, trust: trust, login: login)
        }
        transport = way("user", credentials, isAnonymous: false)
        stranger = way("stranger", .nobody, isAnonymous: true)
        mirror = nil
    }

    /// The same registry for whoever has no password at all.
    public var asStranger: RegistryClient { RegistryClient(stranger: self) }

    private init(stranger client: RegistryClient) {
        (transport, stranger, mirror) = (client.stranger, client.stranger, nil)
    }

    init(_ client: RegistryClient, through mirror: Mirror) {
        (transport, stranger, self.mirror) = (client.transport, client.stranger, mirror)
    }

    // MARK: - Manifests

    /// A manifest as the registry serves it, its bytes compared with their digest.
    public struct ServedManifest: Sendable {
        public let bytes: [UInt8]
        public let digest: Pipeline.Digest
        public let mediaType: String
    }

    /// The manifest of a tag or digest; nil when there is none.
    public func manifest(_ reference: String, in repository: RepositoryName) async throws -> ServedManifest? {
        if let mirror, let served = await mirror.manifest(reference, in: repository) { return served }
        return try await manifest(reference, in: repository, by: transport)
    }

    /// The same by the eyes of somebody; bytes that are not what their digest says are asked for once more.
    func manifest(
        _ reference: String, in repository: RepositoryName, by transport: Transport
    ) async throws -> ServedManifest? {
        let operation = "reading \(reference)"
        let request = Request(
            method: .GET, target: "/v2/\(repository.text)/manifests/\(reference)", repository: repository,
            operation: operation, headers: Self.accept)
        var hasRepeated = false
        while true {
            let reply = try await transport.send(request)
            guard reply.status != 404 else {
                try refuseWebPage(reply, operation)
                return nil
            }
            try await expect(reply, [200], repository, operation)
            try refuseWebPage(reply, operation)
            let served = ServedManifest(
                bytes: reply.body, digest: Pipeline.Digest(bytes: Array(SHA256.hash(data: reply.body))),
                mediaType: try Self.mediaType(of: reply, "\(host)/\(repository.text):\(reference)"))
            guard let asked = Pipeline.Digest(parsing: reference), asked != served.digest else {
                warn(of: reply, served.digest, "\(host)/\(repository.text):\(reference)")
                return served
            }
            guard !hasRepeated else {
                throw RegistryError.mismatch("\(host)/\(repository.text)", expected: asked, found: "\(served.digest)")
            }
            hasRepeated = true
        }
    }

    /// The registry's own word for a digest is only its word: ours is believed.
    private func warn(of reply: Reply, _ digest: Pipeline.Digest, _ name: String) {
        guard let said = reply.headers.first(name: "Docker-Content-Digest"), said != "\(digest)" else { return }
        transport.connections.report("\(name): the registry calls it \(said.printable), but it is \(digest)")
    }

    /// What kind of manifest a reply is; the old forms name no configuration, and are not read.
    private static func mediaType(of reply: Reply, _ name: String) throws -> String {
        let said = reply.headers.first(name: "Content-Type").map { String($0.prefix { $0 != ";" }) } ?? ""
        guard !said.hasPrefix("application/vnd.docker.distribution.manifest.v1") else {
            throw RegistryError.unusable(
                name, reason: "is a manifest of schema 1, from before 2016: push the image again")
        }
        guard reply.body.count <= Manifest.maximumBytes else {
            throw RegistryError.unusable(name, reason: "is a manifest of more than 4 MiB, which no registry takes")
        }
        if MediaType.acceptedManifests.contains(said) { return said }
        let stated: String?
        do {
            let json = try JSON(parsing: reply.body, profile: .lenient)
            if json["schemaVersion"]?.integer == 1 {
                throw RegistryError.unusable(
                    name, reason: "is a manifest of schema 1, from before 2016: push the image again")
            }
            stated = json["mediaType"]?.string
        } catch let error as JSONError {
            throw RegistryError.unusable(name, reason: "is no manifest: \(error)")
        }
        guard let stated, MediaType.acceptedManifests.contains(stated) else {
            throw RegistryError.unusable(name, reason: "is of a kind that is no image: \((stated ?? said).printable)")
        }
        return stated
    }

    /// The digest a tag stands for, by reading what it serves; nil when there is no such tag.
    public func digest(of reference: String, in repository: RepositoryName) async throws -> Pipeline.Digest? {
        try await manifest(reference, in: repository)?.digest
    }

    static let accept = [("Accept", MediaType.acceptedManifests.joined(separator: ", "))]
}
