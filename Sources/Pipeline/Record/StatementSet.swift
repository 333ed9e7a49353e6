/// What is sealed for one service: the record, and what others read of it as statements of their own.
///
/// The record names each of the others by digest, so that none can be taken away unnoticed.
public struct StatementSet: Sendable {
    public let statement: Statement
    /// The payloads of the others, in the order in which the record names them.
    public let companions: [[UInt8]]

    /// Derives the others from a record.
    public init(_ record: Stability, hash: HashFunction) throws {
        let subject = Statement(record).subject
        var named: [Stability.Companion] = []
        var companions: [[UInt8]] = []
        func add<Content: Predicate>(_ predicate: Content?) throws {
            guard let predicate else { return }
            let payload = try InTotoStatement(predicate, about: subject).payload
            companions.append(payload)
            named.append(.init(predicateType: Content.predicateType, sha256: hash(payload)))
        }
        try add(Provenance(record))
        try add(TestResult(record))
        var record = record
        record.run.statements = named.isEmpty ? nil : named
        statement = Statement(record)
        self.companions = companions
    }
}

extension Stability {
    /// Another statement that was sealed with a record.
    public struct Companion: Hashable, Sendable, Codable {
        public var predicateType: String
        /// Of its payload.
        public var sha256: Digest

        public init(predicateType: String, sha256: Digest) {
            (self.predicateType, self.sha256) = (predicateType, sha256)
        }
    }

    /// A file that tests wrote, and that was read for the record.
    public struct ReportFile: Hashable, Sendable, Codable {
        /// From the root of the repository.
        public var path: String
        public var sha256: Digest
        public var bytes: Int64

        public static let listLimit = 200

        public init(path: String, sha256: Digest, bytes: Int64) {
            (self.path, self.sha256, self.bytes) = (path, sha256, bytes)
        }
    }

    /// The digest of all that two identical runs have in common: everything but `run`.
    public func contentDigest(hash: HashFunction) throws -> Digest {
        guard case .object(var members) = try JSON(encoding: self) else { return hash([]) }
        members["run"] = nil
        return hash(JSON.object(members).canonicalBytes)
    }
}

extension Stability.ImageFacts {
    /// The image for one platform, of an index of several.
    public struct PlatformImage: Hashable, Sendable, Codable {
        public var platform: String
        public var digest: Digest

        public init(platform: String, digest: Digest) {
            (self.platform, self.digest) = (platform, digest)
        }
    }

    /// Whether a digest is that of the image, or of one of its platforms.
    public func holds(_ wanted: Digest) -> Bool {
        digest == wanted || (manifests ?? []).contains { $0.digest == wanted }
    }
}
