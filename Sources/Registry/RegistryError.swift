public import Pipeline

// The distribution protocol over HTTP: authenticate, upload, verify, tag, referrers. Knows no services.

/// What a registry did not do; each a sentence that a person can act on.
public enum RegistryError: Failure, Equatable {
    case unreachable(host: String, reason: String)
    /// 401 or 403: who asked, and where the credentials came from.
    case denied(repository: String, operation: String, status: UInt, who: String?, detail: String)
    case refused(repository: String, operation: String, status: UInt, detail: String)
    case noRegistry(host: String, operation: String, status: UInt, server: String)
    case notFound(String)
    /// The registry serves other bytes than were asked for, or none.
    case mismatch(String, expected: Digest, found: String)
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
        case .unreachable: "is the address right and the registry up? a later run continues where this one stopped"
        case .denied(_, _, _, nil, _):
            "give credentials: SLIPWAY_REGISTRY_USER and SLIPWAY_REGISTRY_PASSWORD, or docker login"
        case .denied(_, _, 403, _, _): "ask the owner of the registry for write access to this repository"
        case .denied: "check the password, and which user it belongs to"
        case .refused(_, _, 413, _): "raise client_max_body_size of the proxy in front of the registry"
        case .refused(_, _, 405, _): "the registry is read-only: push to another one, or end its maintenance"
        case .noRegistry: "is this the address of a registry, and does the proxy in front of it pass /v2/ on?"
        case .mismatch: "restart the registry after its garbage collection, and push again"
        case .tagTaken: "a published version never changes: build under another version"
        case .refused, .notFound, .unusable: nil
        }
    }

    public var description: String {
        switch self {
        case .unreachable(let host, let reason): return "\(host): registry not reachable: \(reason)"
        case .denied(let repository, let operation, let status, let who, let detail):
            let person = who.map { "as \($0)" } ?? "without credentials"
            return "\(repository): \(operation) denied \(person) (\(status)\(detail.isEmpty ? "" : " \(detail)"))"
        case .refused(let repository, let operation, let status, let detail):
            return "\(repository): \(operation) refused (\(status)\(detail.isEmpty ? "" : " \(detail)"))"
        case .noRegistry(let host, let operation, let status, let server):
            return "\(host): \(operation) answered with a web page (\(status), \(server)), not as a registry does"
        case .notFound(let name): return "\(name): not in the registry"
        case .mismatch(let name, let expected, let found):
            return "\(name): the registry accepted \(expected) but serves \(found)"
        case .tagTaken(let tag, let repository, let existing, let new):
            return "\(repository):\(tag) is already \(Self.text(existing)), and this is \(Self.text(new))"
        case .unusable(let name, let reason): return "\(name): \(reason)"
        }
    }

    private static func text(_ published: Published) -> String {
        "\(published.digest)" + (published.revision.map { " of revision \($0.prefix(12))" } ?? "")
    }
}
