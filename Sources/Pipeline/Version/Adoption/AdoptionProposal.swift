/// What the tags of a repository come to, and the settings and tags with which their versions go on.
public struct AdoptionProposal: Equatable, Sendable, Codable {
    /// In the order of their names.
    public let services: [Service]
    /// Tags that are no release of any service, and why.
    public let unfit: [Leftover]
    /// Tags that name more than one service.
    public let contested: [Contest]
    public let versioning: Versioning

    /// One service: how it was tagged, and from where it goes on.
    public struct Service: Equatable, Sendable, Codable {
        public let name: ServiceName
        /// The schemes of its tags, that of the baseline first.
        public let schemes: [Scheme]
        /// Its highest stable release; nil where there is none.
        public let baseline: Baseline?
        /// The first version, for a service without a baseline.
        public let initial: SemanticVersion?
        public let legacy: [Legacy]
        /// Whether its tags name no service, and others go by them too.
        public let isShared: Bool
        public let notes: [String]
    }

    /// A way to tag, as the setting `tag` is written.
    public struct Scheme: Hashable, Sendable, Codable {
        public let template: String
        /// How many tags follow it.
        public let tags: Int
    }

    /// The release from which versions are counted.
    public struct Baseline: Hashable, Sendable, Codable {
        public let version: SemanticVersion
        public let tag: String
        public let commit: ObjectID
        /// The same release under the proposed template.
        public let proposedTag: String
        /// Whether that tag is there already.
        public let isTagged: Bool
    }

    /// A tag that needs an entry of the setting `legacy`.
    public struct Legacy: Hashable, Sendable, Codable {
        public let tag: String
        public let version: SemanticVersion
        public let note: String

        public var entry: LegacyTags.Entry { LegacyTags.Entry(tag: tag, version: version) }
    }

    /// A tag that is left alone.
    public struct Leftover: Hashable, Sendable, Codable {
        public let tag: String
        public let reason: String
    }

    /// A tag and the services it may be of.
    public struct Contest: Hashable, Sendable, Codable {
        public let tag: String
        public let services: [ServiceName]
    }

    /// The settings under `versioning:`.
    public struct Versioning: Equatable, Sendable, Codable {
        public let tag: String
        public let legacy: [Legacy]
        /// The oldest baseline; nil when it is not known which is the oldest.
        public let horizon: ObjectID?
    }
}
