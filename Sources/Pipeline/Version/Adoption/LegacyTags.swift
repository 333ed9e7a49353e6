/// Tags of old releases, and the versions that people say they stand for.
public struct LegacyTags: Equatable, Sendable {
    /// One line of the setting `legacy`.
    public struct Entry: Hashable, Sendable, Codable {
        public let tag: String
        public let version: SemanticVersion

        public init(tag: String, version: SemanticVersion) {
            (self.tag, self.version) = (tag, version)
        }
    }

    /// A tag that was given two versions.
    public struct Conflict: Failure, Equatable {
        public let tag: String
        public let versions: [SemanticVersion]

        public var fault: Fault { .input }
        public var hint: String? { "keep one of the entries" }
        public var description: String {
            "legacy tag \"\(tag)\" stands for " + versions.map { "\($0)" }.joined(separator: " and ")
        }
    }

    private let versions: [String: SemanticVersion]

    public init(_ entries: [Entry]) throws(Conflict) {
        var versions: [String: SemanticVersion] = [:]
        for entry in entries {
            if let known = versions.updateValue(entry.version, forKey: entry.tag), known != entry.version {
                throw Conflict(tag: entry.tag, versions: [known, entry.version])
            }
        }
        self.versions = versions
    }

    /// Nil for a tag nobody spoke of.
    public func version(of tag: String) -> SemanticVersion? { versions[tag] }
}
