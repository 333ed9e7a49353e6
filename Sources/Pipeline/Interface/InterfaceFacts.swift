/// What became of the interfaces of a service since its last release, as its record states it.
///
/// The gate unites these of every record between what is deployed and the candidate.
public struct InterfaceFacts: Equatable, Sendable, Codable {
    public var surfaces: [Surface]
    /// The bump that the changes demand, over the base of each surface.
    public var requiredBump: Level

    /// One interface that was compared.
    public struct Surface: Equatable, Sendable, Codable {
        public var kind: Kind
        /// The document; nil for an adapter that has none.
        public var path: Path?
        /// Who compared.
        public var tool: Tool
        /// Nil when there was no release before.
        public var base: ReleasedBase?
        public var baseDigest: Digest?
        public var headDigest: Digest?
        /// At most 200, the most severe first.
        public var changes: [Change]
        /// How many there are in all.
        public var changeCount: Int
        /// How many elements were looked at: none is no evidence.
        public var examined: Int
        public var state: State
        /// Whether the tool saw a change that breaks on purpose; nil for what is built in.
        public var canary: Bool?
        /// Why it could not be compared, in a sentence.
        public var problem: String?

        public enum Kind: String, Codable, Sendable {
            case openapi, calls, adapter
        }

        /// Whether it could be compared at all.
        public enum State: String, Codable, Sendable {
            case compared, unknown, error
        }

        public init(kind: Kind, path: Path?, tool: Tool, base: ReleasedBase?, state: State) {
            (self.kind, self.path, self.tool, self.base, self.state) = (kind, path, tool, base, state)
            (changes, changeCount, examined) = ([], 0, 0)
            (baseDigest, headDigest, canary) = (nil, nil, nil)
        }
    }

    public struct Tool: Equatable, Sendable, Codable {
        public var name: String
        public var version: String
        public var sha256: Digest?

        public init(name: String, version: String, sha256: Digest? = nil) {
            (self.name, self.version, self.sha256) = (name, version, sha256)
        }
    }

    public struct Change: Hashable, Sendable, Codable {
        public var id: String
        public var level: Level
        public var place: String
        /// Twelve hexadecimal digits: a waiver names it.
        public var fingerprint: String

        public init(id: String, level: Level, place: String, fingerprint: String) {
            (self.id, self.level, self.place, self.fingerprint) = (id, level, place, fingerprint)
        }
    }

    public init(surfaces: [Surface], requiredBump: Level) {
        (self.surfaces, self.requiredBump) = (surfaces, requiredBump)
    }
}
