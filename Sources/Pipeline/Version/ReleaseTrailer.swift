/// What a release tag says to machines: enough to finish a release that was cut off, and to know a tag that was forged.
public struct ReleaseTrailer: Equatable, Sendable, Codable {
    public let schema: Int
    public var service: ServiceName
    public var version: SemanticVersion
    public var images: [Image]
    /// The tag this release follows; nil for the first.
    public var base: String?
    /// The pre-release that became this release.
    public var candidate: SemanticVersion?
    public var run: Run
    public var evidence: Evidence

    public static let currentSchema = 1

    public init(
        service: ServiceName, version: SemanticVersion, images: [Image], run: Run, evidence: Evidence
    ) {
        schema = Self.currentSchema
        (self.service, self.version, self.images) = (service, version, images)
        (self.run, self.evidence) = (run, evidence)
    }

    /// An image of the release: `registry.example/acme/billing` and what it is by content.
    public struct Image: Equatable, Sendable, Codable {
        public let name: String
        public let digest: Digest

        public init(name: String, digest: Digest) {
            (self.name, self.digest) = (name, digest)
        }
    }

    /// Who cut the release: its id makes the tags of two that try at once differ.
    public struct Run: Equatable, Sendable, Codable {
        public let id: String
        public let buildUrl: String?

        public init(id: String, buildUrl: String? = nil) {
            (self.id, self.buildUrl) = (id, buildUrl)
        }
    }

    /// What the release rests on.
    public struct Evidence: Equatable, Sendable, Codable {
        /// Of the plan that was carried out.
        public let plan: Digest?
        /// Of the settings by which the version follows from commits.
        public let rules: Digest?
        /// The ids of the records of the images.
        public let records: [String]

        public init(plan: Digest? = nil, rules: Digest? = nil, records: [String] = []) {
            (self.plan, self.rules, self.records) = (plan, rules, records)
        }
    }
}

/// How tags are signed.
public enum TagSigning: String, Codable, CaseIterable, Sendable {
    case none, ssh, gpg
}

/// Why an object is no release tag that can be used.
public enum ReleaseTagError: Failure, Equatable {
    case malformed(String)
    case otherFormat(Int64)

    public var fault: Fault { .unverifiable }

    public var hint: String? {
        switch self {
        case .malformed: nil
        case .otherFormat: "upgrade Slipway"
        }
    }

    public var description: String {
        switch self {
        case .malformed(let problem): "not a release tag: \(problem)"
        case .otherFormat(let schema):
            "the release tag is of format \(schema), and this version of Slipway reads \(ReleaseTrailer.currentSchema)"
        }
    }
}
