/// What may become of a tag.
public enum TagKind: Equatable, Sendable {
    /// A version, which never names another image.
    case version(SemanticVersion)
    /// `sha-abcdef123456`, which never names another image.
    case commit
    /// `latest`, `2`, `2.1`, `rc`: moves on to later versions only.
    case floating
    /// Where Slipway keeps records and finds them.
    case ledger
    /// Anything else, `production` or `staging`: moves as people say.
    case free

    public init(_ tag: ImageTag, channels: Set<String> = FloatingTags.channels) {
        let text = tag.text
        if let version = SemanticVersion(parsing: text) {
            self = .version(version)
        } else if text.hasPrefix("sha-") {
            self = .commit
        } else if ["key-", "image-key-", "base-key-", "stability-", "sha256-"].contains(where: { text.hasPrefix($0) }) {
            self = .ledger
        } else if text == "latest" || channels.contains(text) || Self.isLine(text) {
            self = .floating
        } else {
            self = .free
        }
    }

    /// Whether it is `2` or `2.1`.
    private static func isLine(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count <= 2 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(\.isDigit) }
    }

    public var neverMoves: Bool {
        switch self {
        case .version, .commit: true
        case .floating, .ledger, .free: false
        }
    }
}

/// Whether a tag may be given to an image: the rules of tags, one place for all who move them.
public struct TagMove: Equatable, Sendable {
    public var tag: ImageTag
    public var new: Stand
    /// What it stands for now.
    public var existing: Stand?

    /// An image as far as tags go by it.
    public struct Stand: Equatable, Sendable, Codable {
        public var digest: Digest
        public var revision: String?
        /// The highest version it is known by.
        public var version: SemanticVersion?

        public init(digest: Digest, revision: String?, version: SemanticVersion?) {
            (self.digest, self.revision, self.version) = (digest, revision, version)
        }
    }

    public enum Judgement: Equatable, Sendable {
        /// It stands for that image already.
        case done
        case move
        case refused(String)
    }

    public init(tag: ImageTag, new: Stand, existing: Stand?) {
        (self.tag, self.new, self.existing) = (tag, new, existing)
    }

    public var judgement: Judgement {
        let kind = TagKind(tag)
        if kind == .ledger { return .refused("is where records are found, and stands for no image") }
        if existing?.digest == new.digest { return .done }
        if kind.neverMoves, existing != nil {
            return .refused("never names another image: build under another version")
        }
        guard kind == .floating else { return .move }
        guard let version = new.version else {
            return .refused("goes by versions, and the image has none: give it its version first")
        }
        guard FloatingTags.names(of: version, channels: FloatingTags.channels).contains(tag) else {
            return .refused("is not for version \(version)")
        }
        if let known = existing?.version, version.precedes(known) {
            return .refused("moves forward only, and is at \(known), ahead of \(version)")
        }
        return .move
    }
}
