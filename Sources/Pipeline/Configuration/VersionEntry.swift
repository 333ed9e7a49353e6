extension ConfigurationFile {
    /// What is written under `versioning:`, or under `version:` of a service.
    public struct VersionEntry: Decodable, Equatable, Sendable {
        public var initial: String?
        public var files: [String]?
        public var changelog: String?
        public var tag: String?
        public var zeroMajor: VersionPolicy.ZeroMajor?
        public var unconventional: Level?
        public var floor: Level?
        public var propagate: VersionPolicy.Propagation?
        public var channel: ChannelEntry?
        public var source: VersionPolicy.Source?
        public var squash: MessagePolicy.Squash?
        public var crossScope: VersionPolicy.CrossScope?
        public var ignoredAuthors: [String]?
        public var mapping: [MappingEntry]?
        public var presets: [MessagePolicy.Preset]?
        public var legacy: [LegacyEntry]?
        public var horizon: String?
        public var maintenance: String?
        public var requiresCandidate: Bool?
        public var sign: TagSigning?
        public var snapshot: String?

        private enum CodingKeys: String, CodingKey {
            case initial, files, changelog, tag, unconventional, floor, propagate, channel, squash, mapping, presets,
                legacy
            case horizon, maintenance, sign, snapshot
            case zeroMajor = "zero-major"
            case source = "commit-source"
            case crossScope = "cross-scope"
            case ignoredAuthors = "ignore-authors"
            case requiresCandidate = "require-candidate"
        }

        public init() {}

        /// What a service says, and where it says nothing what is said for all.
        func over(_ common: VersionEntry?) -> VersionEntry {
            guard let common else { return self }
            var entry = self
            entry.tag = tag ?? common.tag
            entry.changelog = changelog ?? common.changelog
            entry.zeroMajor = zeroMajor ?? common.zeroMajor
            entry.unconventional = unconventional ?? common.unconventional
            entry.floor = floor ?? common.floor
            entry.propagate = propagate ?? common.propagate
            entry.channel = channel ?? common.channel
            entry.source = source ?? common.source
            entry.squash = squash ?? common.squash
            entry.crossScope = crossScope ?? common.crossScope
            entry.ignoredAuthors = ignoredAuthors ?? common.ignoredAuthors
            entry.mapping = mapping ?? common.mapping
            entry.presets = presets ?? common.presets
            entry.horizon = horizon ?? common.horizon
            entry.maintenance = maintenance ?? common.maintenance
            entry.requiresCandidate = requiresCandidate ?? common.requiresCandidate
            entry.sign = sign ?? common.sign
            entry.snapshot = snapshot ?? common.snapshot
            return entry
        }
    }

    /// One channel for all branches, or one for each pattern of branches.
    public struct ChannelEntry: Decodable, Equatable, Sendable {
        public let byBranch: [String: String]

        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                byBranch = [:]
            } else if let channel = try? container.decode(String.self) {
                byBranch = ["**": channel]
            } else {
                byBranch = try container.decode([String: String].self)
            }
        }
    }

    public struct MappingEntry: Decodable, Equatable, Sendable {
        public var match: String?
        public var type: String?
        public var scope: String?
        public var path: String?
        public var level: Level?
    }

    public struct LegacyEntry: Decodable, Equatable, Sendable {
        public var tag: String?
        public var version: String?
    }
}
