/// What the calls of a service write into the audit index, compared with its last release.
///
/// The gate unites these of every record between what is deployed and the candidate.
public struct AuditFacts: Equatable, Sendable, Codable {
    /// The catalogue that was read; nil when none is there, which makes the item unknown.
    public var catalogue: Path?
    public var base: ReleasedBase?
    /// Calls whose document changed, at most 200, the worst first.
    public var calls: [Call]
    /// How many calls the catalogue has.
    public var examined: Int
    /// What is wrong with the index names: two calls in one index, a name the index refuses.
    public var findings: [Finding]

    /// One call, and what became of the document it writes.
    public struct Call: Equatable, Sendable, Codable {
        public var call: String
        public var index: String
        public var shapeBase: Digest?
        public var shapeHead: Digest?
        public var change: Change
        /// The paths that changed, at most 20.
        public var places: [String]
        /// Twelve hexadecimal digits: a waiver names it.
        public var fingerprint: String
        /// What makes the index ready for a breaking change; nil when nothing does.
        public var evidence: Evidence?

        public init(call: String, index: String, change: Change, fingerprint: String) {
            (self.call, self.index, self.change, self.fingerprint) = (call, index, change, fingerprint)
            (shapeBase, shapeHead, places, evidence) = (nil, nil, [], nil)
        }
    }

    public enum Change: String, Codable, Sendable {
        case same, additive, breaking, removed, renamed
    }

    /// What was added with the change so that the index takes the new documents.
    public struct Evidence: Equatable, Sendable, Codable {
        public var kind: Kind
        public var path: Path
        public var sha256: Digest
        public var templateVersion: Int?

        public enum Kind: String, Codable, Sendable {
            case template, reindex, pipeline, newIndexName, failureStore
        }

        public init(kind: Kind, path: Path, sha256: Digest, templateVersion: Int? = nil) {
            (self.kind, self.path, self.sha256, self.templateVersion) = (kind, path, sha256, templateVersion)
        }
    }

    public struct Finding: Hashable, Sendable, Codable {
        public var rule: String
        /// Whether it blocks, or is only said.
        public var isError: Bool
        public var place: String
        public var fingerprint: String
        public var text: String

        public init(rule: String, isError: Bool, place: String, fingerprint: String, text: String) {
            (self.rule, self.isError, self.place) = (rule, isError, place)
            (self.fingerprint, self.text) = (fingerprint, text)
        }
    }

    public init(catalogue: Path?, base: ReleasedBase?) {
        (self.catalogue, self.base) = (catalogue, base)
        (calls, examined, findings) = ([], 0, [])
    }
}
