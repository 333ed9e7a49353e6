/// What git holds about the versions of one service: all that its next version follows from.
public struct VersionHistory: Equatable, Sendable {
    /// The commit that is asked about.
    public var head: ObjectID
    /// Whether uncommitted work is on top of it.
    public var isDirty: Bool
    /// Every tag that states a version of the service, wherever it leads.
    public var tags: [TaggedVersion]
    /// What is new since the base, newest first.
    public var commits: [ServiceCommit]
    /// What is odd about tags: a code and the tag.
    public var tagLints: [TagLint]
    /// Whether the clone ends before the history does, so that nobody knows what is new.
    public var isCutOff = false

    public init(
        head: ObjectID, isDirty: Bool = false, tags: [TaggedVersion] = [], commits: [ServiceCommit] = [],
        tagLints: [TagLint] = []
    ) {
        (self.head, self.isDirty) = (head, isDirty)
        (self.tags, self.commits, self.tagLints) = (tags, commits, tagLints)
    }

    /// A tag that was passed over.
    public struct TagLint: Equatable, Sendable {
        public let lint: VersionLint
        public let tag: String

        public init(_ lint: VersionLint, tag: String) {
            (self.lint, self.tag) = (lint, tag)
        }
    }

    /// The highest stable version that leads to HEAD; of one version under two tags the first tag.
    public var base: TaggedVersion? {
        tags.filter { $0.leadsToHead && $0.version.isStable }.reduce(nil) { best, next in
            guard let best else { return next }
            return best.version.precedes(next.version) ? next : best
        }
    }
}

/// A version, the tag that states it, and where that leads.
public struct TaggedVersion: Equatable, Sendable {
    public let version: SemanticVersion
    public let tag: String
    public let commit: ObjectID
    /// Whether the commit is the one that is asked about, or one of its ancestors.
    public let leadsToHead: Bool

    public init(version: SemanticVersion, tag: String, commit: ObjectID, leadsToHead: Bool) {
        (self.version, self.tag) = (version, tag)
        (self.commit, self.leadsToHead) = (commit, leadsToHead)
    }
}

/// A commit since the base, and what it has to do with the service.
public struct ServiceCommit: Equatable, Sendable {
    public let id: ObjectID
    public let author: String
    public internal(set) var message: CommitMessage
    public var relation: Relation
    /// The paths of the service that it changes and that are delivered.
    public var paths: [Path]
    /// The other services, and the libraries, that it changes something of.
    public var others: [ServiceName]
    /// The pre-releases that already had it.
    public var candidates: [SemanticVersion]

    public enum Relation: Equatable, Sendable {
        /// It changes paths of the service.
        case own
        /// It changes a library, or something else that the service needs.
        case needed(ServiceName, VersionPolicy.Propagation)
        /// It counts for the service because a footer says so.
        case named
        /// It asks for a version of the service, and changes nothing of it.
        case asked
        /// It is a merge with changes of its own.
        case merge
    }

    public init(
        id: ObjectID, author: String, message: CommitMessage, relation: Relation = .own, paths: [Path] = [],
        others: [ServiceName] = [], candidates: [SemanticVersion] = []
    ) {
        (self.id, self.author, self.message, self.relation) = (id, author, message, relation)
        (self.paths, self.others, self.candidates) = (paths, others, candidates)
    }

    /// Whether what is delivered changes with it.
    public var ships: Bool { relation == .named || !paths.isEmpty }
}
