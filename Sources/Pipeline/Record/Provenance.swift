/// The predicate `https://slsa.dev/provenance/v1`: what an image was built from, and by whom
/// (https://slsa.dev/spec/v1.0/provenance).
public struct Provenance: Predicate {
    public var buildDefinition: BuildDefinition
    public var runDetails: RunDetails

    /// What was asked for, and what went into it.
    public struct BuildDefinition: Equatable, Sendable, Codable {
        public var buildType: String
        public var externalParameters: Parameters
        public var resolvedDependencies: [Resource]
    }

    /// What a person or a job chose.
    public struct Parameters: Equatable, Sendable, Codable {
        public var service: ServiceName
        /// The branch or the pull request; nil when neither is known.
        public var ref: String?
        /// The digest of the configuration, as far as it decides what is built.
        public var configuration: Digest
    }

    /// What a build is made from or leaves, as in-toto describes things
    /// (https://github.com/in-toto/attestation/blob/main/spec/v1/resource_descriptor.md).
    public struct Resource: Equatable, Sendable, Codable {
        public var name: String?
        public var uri: String?
        public var digest: [String: String]
    }

    /// One execution of the build.
    public struct RunDetails: Equatable, Sendable, Codable {
        public var builder: Builder
        public var metadata: Metadata
        public var byproducts: [Resource]?
    }

    public struct Builder: Equatable, Sendable, Codable {
        public var id: String
        /// Versions of its parts by name.
        public var version: [String: String]
    }

    public struct Metadata: Equatable, Sendable, Codable {
        public var invocationId: String
        public var startedOn: Timestamp
        public var finishedOn: Timestamp
    }

    public static let predicateType = "https://slsa.dev/provenance/v1"
    public static let buildType = "urn:slipway:build:v1"
    public static let knownMembers: Set<String> = ["buildDefinition", "runDetails"]

    /// What a record says of where its image comes from; nil when its run made none.
    public init?(_ record: Stability) {
        let isMade = record.steps.results.contains { $0.kind == .image && $0.hasPassed }
        guard let image = record.image, image.from == nil, isMade, record.release == nil else { return nil }
        let baseImages = record.images.flatMap(\.baseImages).reduce(into: [BaseImage]()) { bases, base in
            if !bases.contains(base) { bases.append(base) }
        }
        let source = record.source
        let ref = source.branch.map { "refs/heads/\($0)" } ?? source.pullRequest.map { "pull-request/\($0)" }
        let place = source.uri.map { "git+\($0)" + (ref.map { "@\($0)" } ?? "") }
        let commit = Resource(
            name: place == nil ? "source" : nil, uri: place, digest: ["gitCommit": "\(source.commit)"])
        let bases = baseImages.map { base in
            Resource(name: base.ref, digest: ["sha256": base.digest.hex])
        }
        // Not the digest of the file: of what the service resolves to in it.
        let locks = (record.inputs.lockfiles ?? []).map { lock in
            Resource(name: lock.name, digest: ["slipwayLock": lock.digest.hex])
        }
        buildDefinition = BuildDefinition(
            buildType: Self.buildType,
            externalParameters: Parameters(
                service: record.service.name, ref: ref, configuration: record.inputs.configuration),
            resolvedDependencies: [commit] + bases + locks)
        let reports = (record.run.reports ?? []).map { report in
            Resource(name: report.path, digest: ["sha256": report.sha256.hex])
        }
        runDetails = RunDetails(
            builder: Builder(id: record.builder.id, version: ["slipway": record.builder.version]),
            metadata: Metadata(
                invocationId: record.run.recordId, startedOn: record.run.startedAt, finishedOn: record.run.sealedAt),
            byproducts: reports.isEmpty ? nil : reports)
    }

    /// The commit it was built from, when it names one.
    var commit: String? { buildDefinition.resolvedDependencies.lazy.compactMap { $0.digest["gitCommit"] }.first }
}
