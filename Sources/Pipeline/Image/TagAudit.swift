/// Whether the tags of a repository are what records say.
public struct TagAudit: Equatable, Sendable, Codable {
    public var repository: String
    /// By tag.
    public var findings: [Finding]
    /// Tags that hold records, and are not looked at.
    public var ledgerTags: Int

    public struct Finding: Equatable, Sendable, Codable {
        public var tag: String
        public var state: State
        /// What the tag stands for.
        public var digest: Digest?
        /// What the record says.
        public var recorded: Digest?
        public var record: String?
        public var service: ServiceName?
    }

    public enum State: String, Codable, Sendable, CaseIterable {
        /// As recorded.
        case recorded
        /// A record knows the image, by other tags.
        case known
        /// A moving tag on an image that a record knows.
        case floating
        /// It stands for another image than the record says.
        case moved
        /// No record knows the image, or that it was released so: pushed by hand, or by others.
        case unrecorded
        /// A record says that it was released so.
        case missing
        /// The registry says that it has it, and does not hand out its bytes.
        case unserved

        public var isGood: Bool { self == .recorded || self == .known || self == .floating }
    }

    /// A tag as the registry has it.
    public struct Seen: Equatable, Sendable {
        public var tag: ImageTag
        /// Nil when nothing is served for it.
        public var digest: Digest?
        public var isServed: Bool

        public init(tag: ImageTag, digest: Digest?, isServed: Bool) {
            (self.tag, self.digest, self.isServed) = (tag, digest, isServed)
        }
    }

    /// Compares what a registry has with what was written down, later records before earlier ones.
    public init(repository: String, seen: [Seen], records: [Stability]) {
        self.repository = repository
        var byTag: [String: Entry] = [:]
        var byDigest: [Digest: Entry] = [:]
        for record in records.sorted(by: { $0.run.sealedAt < $1.run.sealedAt }) {
            for image in record.images where image.repository == repository {
                let entry = Entry(record: record, digest: image.digest)
                byDigest[image.digest] = entry
                for tag in image.tags where byTag[tag] == nil || !Self.neverMoves(tag) { byTag[tag] = entry }
            }
        }
        let images = seen.filter { TagKind($0.tag) != .ledger }
        ledgerTags = seen.count - images.count
        var findings = images.map { Self.finding($0, byTag[$0.tag.text], $0.digest.flatMap { byDigest[$0] }) }
        let there = Set(seen.map(\.tag.text))
        // What is no release may be gone: registries are tidied.
        for (tag, entry) in byTag where entry.record.release != nil && !there.contains(tag) {
            findings.append(
                Finding(
                    tag: tag, state: .missing, recorded: entry.digest, record: entry.record.run.recordId,
                    service: entry.record.service.name))
        }
        self.findings = findings.sorted { $0.tag < $1.tag }
    }

    /// What a record says of an image of the repository.
    private struct Entry {
        let record: Stability
        let digest: Digest
    }

    private static func neverMoves(_ tag: String) -> Bool {
        ImageTag(parsing: tag).map { TagKind($0).neverMoves } ?? true
    }

    private static func finding(_ seen: Seen, _ tagged: Entry?, _ known: Entry?) -> Finding {
        let record = (known ?? tagged)?.record
        return Finding(
            tag: seen.tag.text, state: state(seen, tagged, known), digest: seen.digest,
            recorded: tagged?.digest, record: record?.run.recordId, service: record?.service.name)
    }

    private static func state(_ seen: Seen, _ tagged: Entry?, _ known: Entry?) -> State {
        guard seen.isServed, let digest = seen.digest else { return .unserved }
        if let recorded = tagged?.digest, recorded == digest { return .recorded }
        let isFloating = !TagKind(seen.tag).neverMoves
        if known != nil, isFloating { return .floating }
        if tagged != nil, !isFloating { return .moved }
        // A version that nobody released was given by hand, even to an image of ours.
        if case .version(let version) = TagKind(seen.tag), version.isStable { return .unrecorded }
        return known == nil ? .unrecorded : .known
    }

    public var isGood: Bool { findings.allSatisfy(\.state.isGood) }
    public func count(of state: State) -> Int { findings.count { $0.state == state } }
}

/// What `image verify` found, repository by repository.
public struct TagAudits: Equatable, Sendable, Codable {
    public var schema = 1
    public var repositories: [TagAudit]

    public init(repositories: [TagAudit]) {
        self.repositories = repositories
    }

    public var isGood: Bool { repositories.allSatisfy(\.isGood) }
}
