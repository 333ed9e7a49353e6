/// The name of a repository in a registry (OCI distribution specification): `acme/billing`.
public struct RepositoryName: Hashable, Sendable {
    public let text: String

    public init?(parsing text: some StringProtocol) {
        let components = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard !components.isEmpty, text.utf8.count <= 255, components.allSatisfy({ Self.isComponent(Array($0)) }) else {
            return nil
        }
        self.text = String(text)
    }

    /// Matches `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`.
    private static func isComponent(_ bytes: [UInt8]) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool { byte.isDigit || byte.isLower }
        guard let first = bytes.first, let last = bytes.last, isAlphanumeric(first), isAlphanumeric(last) else {
            return false
        }
        return bytes.split(whereSeparator: isAlphanumeric).allSatisfy { separator in
            [".", "_", "__"].contains { Array($0.utf8) == Array(separator) }
                || separator.allSatisfy { $0 == UInt8(ascii: "-") }
        }
    }

    public func appending(_ name: String) -> RepositoryName? { RepositoryName(parsing: "\(text)/\(name)") }
}

/// A tag in a registry (OCI distribution specification): at most 128 characters, never a `+`.
public struct ImageTag: Hashable, Comparable, Sendable {
    public let text: String

    public init?(parsing text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, bytes.count <= 128, first != UInt8(ascii: "."), first != UInt8(ascii: "-") else {
            return nil
        }
        guard bytes.allSatisfy(\.isPlainKeyByte) else { return nil }
        self.text = String(text)
    }

    /// The tag of a version.
    ///
    /// Build metadata has no place in one.
    public init?(_ version: SemanticVersion) {
        guard version.build.isEmpty else { return nil }
        self.init(parsing: "\(version)")
    }

    /// The tag of what was built from a commit.
    public init(of commit: ObjectID) {
        text = "sha-" + commit.short
    }

    public static func < (left: ImageTag, right: ImageTag) -> Bool { left.text < right.text }
}

extension ImageTag: CustomStringConvertible {
    public var description: String { text }
}

/// Where an image is: registry host, repository, and a tag, a digest or both.
public struct ImageReference: Hashable, Sendable {
    public let host: String
    public let repository: RepositoryName
    public let tag: ImageTag?
    public let digest: Digest?

    public init(host: String, repository: RepositoryName, tag: ImageTag? = nil, digest: Digest? = nil) {
        (self.host, self.repository, self.tag, self.digest) = (host, repository, tag, digest)
    }

    /// Reads `host/repository[:tag][@digest]` as Docker does: the first component is a host if it holds a dot or a colon
    /// or is `localhost`, else the image is `docker.io`'s, official ones in `library/`.
    public init?(parsing text: String) {
        var rest = text[...]
        var digest: Digest?
        if let at = rest.firstIndex(of: "@") {
            guard let parsed = Digest(parsing: rest[rest.index(after: at)...]) else { return nil }
            digest = parsed
            rest = rest[..<at]
        }
        var tag: ImageTag?
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
            guard let parsed = ImageTag(parsing: rest[rest.index(after: colon)...]) else { return nil }
            tag = parsed
            rest = rest[..<colon]
        }
        var host = "docker.io"
        if let slash = rest.firstIndex(of: "/") {
            let first = rest[..<slash]
            if first.contains(".") || first.contains(":") || first == "localhost" {
                host = String(first)
                rest = rest[rest.index(after: slash)...]
            }
        }
        if host == "docker.io", !rest.contains("/") { rest = "library/" + rest }
        guard let repository = RepositoryName(parsing: rest) else { return nil }
        self.init(host: host, repository: repository, tag: tag, digest: digest)
    }
}

extension ImageReference: CustomStringConvertible {
    public var description: String {
        let tag = tag.map { ":\($0)" } ?? ""
        return "\(host)/\(repository.text)" + tag + (digest.map { "@\($0)" } ?? "")
    }
}
