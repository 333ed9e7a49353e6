/// What builds an image that cannot be assembled natively.
public enum BuilderKind: String, Codable, Sendable, CaseIterable {
    case docker, buildah, podman

    /// In the order in which they are looked for.
    public static let preferred: [BuilderKind] = [.docker, .buildah, .podman]
}

/// Which builders a service may be built by.
public enum BuilderChoice: String, Codable, Sendable {
    /// None: what is not native is refused.
    case native
    case docker, buildah, podman

    public var kinds: [BuilderKind] { BuilderKind(rawValue: rawValue).map { [$0] } ?? [] }
}
