/// What an image says of itself, and what is written about it.
public struct ImageInspection: Equatable, Sendable, Codable {
    public var schema = 1
    /// As it was asked for, and where it is.
    public var name: String
    public var manifest: Document
    /// Of an image for several: what there is, the one that is told of first.
    public var platforms: [PlatformFacts]
    public var contents: Contents?
    public var origin: Origin?
    /// Records that are about this digest, the newest first.
    public var records: [RecordFacts]

    public struct Document: Equatable, Sendable, Codable {
        public var digest: Digest
        public var mediaType: String
        public var bytes: Int64

        public init(digest: Digest, mediaType: String, bytes: Int64) {
            (self.digest, self.mediaType, self.bytes) = (digest, mediaType, bytes)
        }
    }

    public struct PlatformFacts: Equatable, Sendable, Codable {
        public var name: String
        public var digest: Digest

        public init(name: String, digest: Digest) {
            (self.name, self.digest) = (name, digest)
        }
    }

    /// What one manifest holds.
    public struct Contents: Equatable, Sendable, Codable {
        public var configuration: Digest
        public var layers: [LayerFacts]
        /// Configuration and layers, as they are stored.
        public var bytes: Int64
        public var labels: [String: String]
        public var annotations: [String: String]
        /// Other settings, as JSON or plain text.
        public var settings: [String: String]
    }

    public struct LayerFacts: Equatable, Sendable, Codable {
        public var digest: Digest
        public var mediaType: String
        public var bytes: Int64
        /// The digest of what it unpacks to.
        public var diffID: Digest?

        public init(digest: Digest, mediaType: String, bytes: Int64, diffID: Digest?) {
            (self.digest, self.mediaType, self.bytes, self.diffID) = (digest, mediaType, bytes, diffID)
        }
    }

    /// Where it comes from, as far as it says so.
    public struct Origin: Equatable, Sendable, Codable {
        /// `Slipway`, `BuildKit`, `Docker 20.10.24`, `buildah 1.28.2`.
        public var builder: String?
        public var created: String?
        /// What was built with it in its label; a promotion gives it other tags, and changes nothing in it.
        public var version: String?
        public var revision: String?
        public var source: String?
        public var key: String?
        public var base: String?
        public var baseDigest: String?
    }

    public struct RecordFacts: Equatable, Sendable, Codable {
        public var id: String
        public var service: ServiceName
        public var verdict: String
        public var sealedAt: Timestamp
        public var tags: [String]
        /// The tag of the release that the image became.
        public var release: String?

        /// What a record says of the first of its images that is one of these.
        public init(_ record: Stability, about digests: [Digest]) {
            (id, service) = (record.run.recordId, record.service.name)
            (verdict, sealedAt) = (record.verdict.state.rawValue, record.run.sealedAt)
            let image = record.images.first { digests.contains($0.digest) }
            (tags, release) = (image?.tags ?? [], record.release?.tag)
        }
    }

    public init(name: String, manifest: Document, platforms: [PlatformFacts], records: [RecordFacts]) {
        (self.name, self.manifest, self.platforms, self.records) = (name, manifest, platforms, records)
    }
}

extension ImageInspection.Contents {
    /// Reads a configuration beside what its manifest lists.
    public init(
        configuration: ImageInspection.Document, _ json: JSON, layers: [ImageInspection.LayerFacts],
        annotations: [String: String]
    ) {
        self.configuration = configuration.digest
        self.layers = layers
        bytes = layers.reduce(configuration.bytes) { $0 &+ max(0, $1.bytes) }
        self.annotations = annotations
        let all = ImageSettings.flattened(json, annotations: [:])
        (labels, settings) = ([:], [:])
        for (name, value) in all {
            let text = value.string ?? value.canonicalText
            if name.hasPrefix("label ") {
                labels[String(name.dropFirst(6))] = text
            } else {
                settings[name] = text
            }
        }
    }
}

extension ImageInspection.Origin {
    private static let prefix = "org.opencontainers.image."

    /// Who made it and of what: from annotations, labels and the traces that builders leave.
    public init(_ json: JSON, labels: [String: String], annotations: [String: String]) {
        func said(_ name: String) -> String? { annotations[name] ?? labels[name] }
        created = json["created"]?.string
        version = said(Self.prefix + "version")
        revision = said(Self.prefix + "revision")
        source = said(Self.prefix + "source")
        key = said("slipway.key")
        base = said(Self.prefix + "base.name")
        baseDigest = said(Self.prefix + "base.digest")
        builder = key != nil ? "Slipway" : Self.builder(json, labels)
    }

    private static func builder(_ json: JSON, _ labels: [String: String]) -> String? {
        if let buildah = labels["io.buildah.version"] { return "buildah \(buildah)" }
        let comments = (json["history"]?.array ?? []).compactMap { $0["comment"]?.string }
        if comments.contains(where: { $0.hasPrefix("buildkit") }) { return "BuildKit" }
        if let docker = json["docker_version"]?.string, !docker.isEmpty { return "Docker \(docker)" }
        return nil
    }
}
