/// What became of images that were to have another name.
public struct ImagePromotion: Equatable, Sendable, Codable {
    public var schema = 1
    public var images: [Promoted]

    public struct Promoted: Equatable, Sendable, Codable {
        public var source: String
        public var destination: String
        public var digest: Digest
        public var state: State
        /// What the tag stood for before.
        public var before: Digest?
        /// The bytes that had to be sent.
        public var sent: Int64
        /// Why it was refused, with both images.
        public var reason: String?

        public init(source: String, destination: String, digest: Digest, state: State) {
            (self.source, self.destination, self.digest, self.state) = (source, destination, digest, state)
            sent = 0
        }
    }

    public enum State: String, Codable, Sendable {
        case promoted
        /// It had that name before.
        case already = "already-published"
        case refused
    }

    public init(images: [Promoted]) {
        self.images = images
    }

    public var isRefused: Bool { images.contains { $0.state == .refused } }
}

/// What a deletion takes with it.
public struct ImageDeletion: Equatable, Sendable, Codable {
    public var schema = 1
    public var repository: String
    public var digest: Digest
    /// Every tag that stands for it: all of them go.
    public var tags: [String]
    public var state: State
    /// Why it stays.
    public var reason: String?

    public enum State: String, Codable, Sendable {
        /// Nothing was done yet.
        case planned
        case deleted, refused
    }

    /// Judges a deletion: released versions stay unless they are named as such.
    public init(repository: String, digest: Digest, tags: [ImageTag], records: [Stability], takesReleases: Bool) {
        (self.repository, self.digest) = (repository, digest)
        self.tags = tags.map(\.text)
        let versions = tags.filter { if case .version(let version) = TagKind($0) { version.isStable } else { false } }
        let releases = records.filter { $0.has(digest) }.compactMap { $0.release?.tag }
        state = .planned
        guard !takesReleases else { return }
        if let version = versions.first {
            state = .refused
            reason = "\(version) is a released version, and deployments may run it; --released takes it all the same"
        } else if let release = releases.first {
            state = .refused
            reason = "a record says that it was released as \(release); --released takes it all the same"
        }
    }
}
