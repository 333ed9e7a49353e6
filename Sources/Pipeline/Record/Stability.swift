/// The predicate `urn:slipway:stability:v1`: what became of one service at one commit, and what that rests on.
///
/// All that differs between two identical runs is under `run`. No log text, no message of an assertion, no value of a
/// variable: names, counts and digests only.
public struct Stability: Predicate {
    /// The minor version of the format; the major is in the predicate type.
    public var schema: String
    /// Names of members that a reader must understand or refuse the record.
    public var crit: [String]?
    public var run: Run
    public var scope: Scope
    public var service: ServiceFacts
    public var source: Source
    public var version: VersionFacts?
    /// The image the service is called after; nil where it has none.
    public var image: ImageFacts?
    /// Further images of the service, made, tested and released with that one; nil for none.
    public var otherImages: [ImageFacts]?
    public var verdict: Verdict
    public var steps: StepFacts
    public var tests: TestReport?
    public var inputs: KeyParts
    public var builder: Builder
    /// Which release its image became; nil in the record of a run.
    public var release: ReleaseFacts?
    /// Nil for a service without migrations.
    public var migrations: MigrationFacts?
    /// Nil for a service that declares no interface.
    public var interface: InterfaceFacts?
    /// Nil for a service that declares no audit index.
    public var audit: AuditFacts?

    public static let currentSchema = "1.1"
    public static let predicateType = "urn:slipway:stability:v1"
    public static let knownMembers: Set<String> = [
        "schema", "crit", "run", "scope", "service", "source", "version", "image", "otherImages", "verdict", "steps",
        "tests", "inputs", "builder", "release", "migrations", "interface", "audit",
    ]

    public init(
        run: Run, scope: Scope, service: ServiceFacts, source: Source, version: VersionFacts?, image: ImageFacts?,
        steps: StepFacts, tests: TestReport?, verdict: Verdict, inputs: KeyParts, builder: Builder
    ) {
        schema = Self.currentSchema
        crit = nil
        (self.run, self.scope, self.service, self.source) = (run, scope, service, source)
        (self.version, self.image, self.verdict, self.steps) = (version, image, verdict, steps)
        (self.tests, self.inputs, self.builder) = (tests, inputs, builder)
    }

    /// The verdict as its details demand it; what a record states counts only if it is the same.
    public var recomputedVerdict: Verdict { verdict(at: run.sealedAt) }

    /// What the details give at some later moment: a quarantine that held when the record was sealed may be over.
    public func verdict(at moment: Timestamp) -> Verdict {
        Verdict(
            .init(
                planned: steps.planned, omitted: steps.omitted ?? [], results: steps.results, tests: tests,
                allowEmpty: Set(steps.allowEmpty ?? []),
                failedBefore: verdict.reasons.contains { $0.code == .failedBefore }, voided: steps.voided ?? false,
                at: moment))
    }
}

extension Stability {
    /// When, where and as which of a series this was written.
    public struct Run: Equatable, Sendable, Codable {
        public var recordId: String
        public var sealedAt: Timestamp
        /// Grows per service and scope; need not be gapless.
        public var sequence: Int64
        /// The newest records of the service that were known, by the SHA-256 of their payloads.
        public var prev: [Digest]
        /// The digest of the plan it carried out.
        public var plan: Digest
        public var startedAt: Timestamp
        /// Wall milliseconds by step.
        public var timings: [String: Int64]
        public var jenkins: Jenkins?
        /// The reports of the tests, at most `ReportFile.listLimit`: whoever seals later reads them again.
        public var reports: [ReportFile]?
        /// How many reports there were, when not all are listed.
        public var reportCount: Int?
        /// What was sealed with it.
        public var statements: [Companion]?

        public init(
            recordId: String, sealedAt: Timestamp, sequence: Int64, prev: [Digest], plan: Digest, startedAt: Timestamp,
            timings: [String: Int64], jenkins: Jenkins?
        ) {
            (self.recordId, self.sealedAt, self.sequence) = (recordId, sealedAt, sequence)
            (self.prev, self.plan, self.startedAt) = (prev, plan, startedAt)
            (self.timings, self.jenkins) = (timings, jenkins)
        }
    }

    /// The Jenkins build it was made in.
    public struct Jenkins: Equatable, Sendable, Codable {
        public var job: String?
        public var number: String?
        public var buildUrl: String?
        public var node: String?

        public init(job: String?, number: String?, buildUrl: String?, node: String?) {
            (self.job, self.number, self.buildUrl, self.node) = (job, number, buildUrl, node)
        }
    }

    public struct ServiceFacts: Equatable, Sendable, Codable {
        public var name: ServiceName
        public var path: Path
        public var kind: Service.Kind

        public init(name: ServiceName, path: Path, kind: Service.Kind) {
            (self.name, self.path, self.kind) = (name, path, kind)
        }
    }

    /// Where the sources come from.
    public struct Source: Equatable, Sendable, Codable {
        public var uri: String?
        public var branch: String?
        public var pullRequest: String?
        public var commit: ObjectID
        public var tree: ObjectID
        /// The tree of the service's first folder.
        public var serviceTree: ObjectID
        public var dirty: Bool
        /// At most twenty.
        public var dirtyPaths: [Path]?
        public var shallow: Bool
        public var base: Plan.Base?
        /// What the commit was made of when it is a merge.
        public var merge: RepositoryFacts.Merge?

        public init(facts: RepositoryFacts, serviceTree: ObjectID, dirtyPaths: [Path], base: Plan.Base?) {
            (uri, branch, pullRequest) = (facts.remote, facts.branch, facts.pullRequest)
            (commit, tree, dirty, shallow) = (facts.head, facts.tree, facts.dirty, facts.shallow)
            self.serviceTree = serviceTree
            self.dirtyPaths = dirtyPaths.isEmpty ? nil : Array(dirtyPaths.prefix(20))
            (self.base, merge) = (base, facts.merge)
        }
    }

    /// What the build was called and what a release of the commit would be called.
    public struct VersionFacts: Equatable, Sendable, Codable {
        public var builtAs: SemanticVersion
        public var current: SemanticVersion?
        public var next: SemanticVersion?
        public var bump: VersionAnswer.Bump
        public var tag: String?
        public var scheme: String

        public init(_ answer: VersionAnswer) {
            (builtAs, current, next, bump) = (answer.snapshot, answer.current, answer.next, answer.bump)
            (tag, scheme) = (answer.tag, "semver2")
        }
    }

    /// The image the record is bound to.
    public struct ImageFacts: Equatable, Sendable, Codable {
        /// `host/repository`, or the name in the local layout.
        public var repository: String
        public var tags: [String]
        public var digest: Digest
        public var mediaType: String
        public var platforms: [String]
        /// The images of an index by platform; nil for an image for one platform.
        public var manifests: [PlatformImage]?
        public var baseImages: [BaseImage]
        /// Whether it is in a registry, its bytes read back and compared.
        public var pushed: Bool
        /// The record of the run that made it, where that was not this one: only what tests see has changed since.
        public var from: String?
        /// The builder that made some of its layers: such an image does not come out the same twice.
        public var builder: String?

        public init(
            repository: String, tags: [String], digest: Digest, mediaType: String, platforms: [String],
            baseImages: [BaseImage], pushed: Bool
        ) {
            (self.repository, self.tags, self.digest, self.mediaType) = (repository, tags, digest, mediaType)
            (self.platforms, self.baseImages, self.pushed) = (platforms, baseImages, pushed)
        }

        /// The same image, as a later record names it that made none.
        public func standing(for record: String) -> ImageFacts {
            var copy = self
            copy.from = from ?? record
            return copy
        }
    }

    /// What was planned and how each step ended.
    public struct StepFacts: Equatable, Sendable, Codable {
        public var planned: [Step.Kind]
        /// What the service has beyond that, and this run was not to do.
        public var omitted: [Step.Kind]?
        public var results: [StepResult]
        public var allowEmpty: [String]?
        /// Whether a source file was edited while they ran.
        public var voided: Bool?

        public init(
            planned: [Step.Kind], omitted: [Step.Kind], results: [StepResult], allowEmpty: [String], voided: Bool
        ) {
            self.planned = planned
            self.omitted = omitted.isEmpty ? nil : omitted
            self.results = results.map { StepResult($0.kind, $0.ending) }
            self.allowEmpty = allowEmpty.isEmpty ? nil : allowEmpty
            self.voided = voided ? true : nil
        }
    }

    public struct Builder: Equatable, Sendable, Codable {
        public var id: String
        public var version: String
        /// System and architecture, as images name them.
        public var platform: String?

        public init(id: String, version: String, platform: String? = nil) {
            (self.id, self.version, self.platform) = (id, version, platform)
        }

        private enum CodingKeys: String, CodingKey {
            case id, version, platform
        }

        /// A platform that is not known is left out, also where what is absent is written as null.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
            try container.encode(version, forKey: .version)
            if let platform { try container.encode(platform, forKey: .platform) }
        }
    }
}

/// A base image as a Dockerfile names it, and what that name stood for.
public struct BaseImage: Hashable, Sendable, Codable {
    public var ref: String
    public var digest: Digest

    public init(ref: String, digest: Digest) {
        (self.ref, self.digest) = (ref, digest)
    }
}
