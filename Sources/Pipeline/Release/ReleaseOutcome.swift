/// What a release came to, or would come to: each service that was asked for.
public struct ReleaseOutcome: Equatable, Sendable, Codable {
    public let schema: Int
    public let commit: ObjectID
    /// Where tags are pushed; nil where this clone is all there is.
    public let remote: String?
    /// Whether anything was to be done, and not only said.
    public let isReal: Bool
    public var services: [ServiceRelease]

    private enum CodingKeys: String, CodingKey {
        case schema, commit, remote, services
        case isReal = "real"
    }

    public init(commit: ObjectID, remote: String?, isReal: Bool, services: [ServiceRelease]) {
        schema = 1
        (self.commit, self.remote, self.isReal, self.services) = (commit, remote, isReal, services)
    }
}

/// The release of one service.
public struct ServiceRelease: Equatable, Sendable, Codable {
    public let name: ServiceName
    public var state: State
    public var number: Number
    public var images: [Image]
    /// The id of the record it rests on.
    public var record: String?
    public var changelog: Changelog
    /// What keeps it from being released, or should be known about it.
    public var because: [Reason]

    /// How far it got.
    public enum State: String, Codable, Sendable {
        /// It can be released.
        case planned
        /// It can be released once it was built and tested.
        case unbuilt
        case released
        case alreadyReleased = "already-released"
        /// There is nothing to release.
        case nothing
        case blocked
        /// Its tag is there, and not all that comes after.
        case unfinished
    }

    /// Which number it gets, and after which.
    public struct Number: Equatable, Sendable, Codable {
        public var version: SemanticVersion?
        public var previous: SemanticVersion?
        public var bump: VersionAnswer.Bump
        public var tag: String?
        /// The tag of the candidate that is released as it is.
        public var promotes: String?
        /// How many commits touch the service since the last release.
        public var commits: Int
    }

    /// An image, and the tags it has as a release.
    public struct Image: Equatable, Sendable, Codable {
        /// `host/repository`, or the name in the local layout.
        public let name: String
        public let digest: Digest
        public var tags: [String]
        /// Tags that moved to it, and from where.
        public var moved: [MovedTag]

        public init(name: String, digest: Digest, tags: [String], moved: [MovedTag] = []) {
            (self.name, self.digest, self.tags, self.moved) = (name, digest, tags, moved)
        }
    }

    /// One thing to know, as a word for machines and a sentence for people.
    public struct Reason: Equatable, Sendable, Codable {
        public let code: String
        public let text: String

        public init(_ code: String, _ text: String) {
            (self.code, self.text) = (code, text)
        }
    }

    public init(_ answer: VersionAnswer) {
        name = answer.name
        number = Number(
            version: answer.next, previous: answer.current, bump: answer.bump, tag: answer.tag,
            promotes: answer.promotes, commits: answer.evidence.count { $0.kind == .commit })
        changelog = Changelog(answer.evidence)
        (images, record, because) = ([], nil, [])
        switch answer.outcome {
        case .release: state = .planned
        case .none: state = answer.reason == .alreadyReleased ? .alreadyReleased : .nothing
        case .error:
            state = .blocked
            if let error = answer.error { because = [Reason(error.code.rawValue, error.text)] }
        }
    }

    /// The service cannot be released for this reason.
    public mutating func block(_ code: String, _ text: String) {
        state = .blocked
        because.append(Reason(code, text))
    }
}

/// A tag that named another image before.
public struct MovedTag: Equatable, Sendable, Codable {
    public let tag: String
    /// Nil when there was no such tag.
    public let from: Digest?
    /// Of which image, where the service has several.
    public var image: String?

    public init(tag: String, from: Digest?) {
        (self.tag, self.from, image) = (tag, from, nil)
    }
}
