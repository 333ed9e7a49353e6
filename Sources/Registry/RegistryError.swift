public import Pipeline

// The distribution protocol over HTTP: authenticate, upload, verify, tag, referrers. Knows no services.

/// What a registry did not do; each a sentence that a person can act on.
public enum RegistryError: Failure, Equatable {
    case unreachable(host: String, reason: String, remedy: String? = nil)
    /// It wants to be left alone for longer than a run waits.
    case busy(host: String, operation: String, wait: String)
    /// 401 or 403: who asked, and where the credentials came from.
    case denied(repository: String, operation: String, status: UInt, who: String?, detail: String)
    case refused(repository: String, operation: String, status: UInt, detail: String)
    /// Something before the registry answered in its place.
    case proxy(host: String, operation: String, status: UInt, server: String)
    case tooLarge(host: String, operation: String, server: String, bytes: Int64?)
    /// The disk of the registry.
    case full(host: String, operation: String)
    case noRegistry(host: String, operation: String, status: UInt, server: String)
    case notFound(String)
    /// The registry serves other bytes than were asked for.
    case mismatch(String, expected: Digest, found: String)
    /// The registry said that it has something, and does not give it.
    case notServed(String, Digest)
    case tagTaken(ImageTag, in: String, existing: Published, new: Published)
    case unusable(String, reason: String)

    /// A manifest with the commit it says it was built from.
    public struct Published: Equatable, Sendable {
        public let digest: Digest
        public let revision: String?
        /// Whether it says that Slipway made it.
        public let isOurs: Bool

        init(digest: Digest, annotations: [String: String]?) {
            self.digest = digest
            revision = annotations?["org.opencontainers.image.revision"]
            isOurs = annotations?["slipway.key"] != nil
        }
    }

    public var fault: Fault { .environment }

    public var hint: String? {
        switch self {
        case .unreachable(_, _, let remedy):
            remedy ?? "is the address right and the registry up? a later run continues where this one stopped"
        case .busy(_, _, let wait): "come back in \(wait): what was sent until now is kept"
        case .denied(_, _, _, nil, let detail) where detail.contains("docker-credential-"):
            "mend that program, or give SLIPWAY_REGISTRY_USER and SLIPWAY_REGISTRY_PASSWORD"
        case .denied(_, _, _, nil, _):
            "give credentials: SLIPWAY_REGISTRY_USER and SLIPWAY_REGISTRY_PASSWORD, or docker login"
        case .denied(_, _, 403, _, _): "ask the owner of the registry for write access to this repository"
        case .denied(_, _, _, .some, let detail) where detail.contains("insufficient_scope"):
            "ask the owner of the registry for write access to this repository"
        case .denied: "check the password, and which user it belongs to"
        case .refused(_, _, 405, _): "the registry is read-only: push to another one, or end its maintenance"
        case .proxy: "is the registry behind the proxy up? a later run continues where this one stopped"
        case .tooLarge(let host, _, let server, _):
            server.lowercased().contains("nginx")
                ? "raise client_max_body_size on \(host) (0 lifts the limit)" : "raise its limit for bodies"
        case .full: "free space on the registry: delete what nobody needs, and collect the garbage"
        case .noRegistry: "is this the address of a registry, and does the proxy in front of it pass /v2/ on?"
        case .mismatch: "something between here and the registry changes bytes, or its disk is damaged"
        case .notServed: "restart the registry after its garbage collection, and push again"
        case .tagTaken: "a published version never changes: build under another version"
        case .refused, .notFound, .unusable: nil
        }
    }

    public var description: String {
        switch self {
        case .unreachable(let host, let reason, _): "\(host): registry not reachable: \(reason)"
        case .busy(let host, let operation, let wait): "\(host): \(operation): it wants to be asked again in \(wait)"
        case .denied(let repository, let operation, let status, let who, let detail):
            "\(repository): \(operation) denied \(who.map { "as \($0)" } ?? "without credentials") "
                + Self.answer(status, detail)
        case .refused(let repository, let operation, let status, let detail):
            "\(repository): \(operation) refused \(Self.answer(status, detail))"
        case .proxy(let host, let operation, let status, let server):
            "\(host): \(operation): proxy answered \(status) (\(server))"
        case .tooLarge(let host, let operation, let server, let bytes):
            "\(host): \(operation): proxy answered 413 (\(server)), for it \(bytes.map(Self.size) ?? "this") is too much"
        case .full(let host, let operation): "\(host): \(operation): the disk of the registry is full"
        case .noRegistry(let host, let operation, let status, let server):
            "\(host): \(operation) answered with a web page (\(status), \(server)), not as a registry does"
        case .notFound(let name): "\(name): not in the registry"
        case .mismatch(let name, let expected, let found): "\(name): the registry has \(expected) but serves \(found)"
        case .notServed(let name, let digest): "\(name): the registry accepted \(digest) but serves nothing of it"
        case .tagTaken(let tag, let repository, let existing, let new):
            "\(repository):\(tag) is already \(Self.text(existing)), and this is \(Self.text(new))"
        case .unusable(let name, let reason): "\(name): \(reason)"
        }
    }

    private static func answer(_ status: UInt, _ detail: String) -> String {
        "(\(status)\(detail.isEmpty ? "" : " \(detail)"))"
    }

    private static func text(_ published: Published) -> String {
        "\(published.digest)" + (published.revision.map { " of revision \($0.prefix(12))" } ?? "")
    }

    /// Bytes as people say them.
    static func size(_ bytes: Int64) -> String {
        bytes < 1 << 20 ? "\((bytes + 1023) >> 10) KiB" : "\((bytes + (1 << 19)) >> 20) MiB"
    }
}
