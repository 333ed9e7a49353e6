/// What a gate is shown: of the digest, of the service before, of the environment, and of people.
public struct GateEvidence: Sendable {
    /// Envelopes about the digest.
    public var exhibits: [Exhibit]
    /// Records of the service about other digests, as far as they were opened.
    public var history: [Exhibit] = []
    /// What a ledger says of every record of the service.
    public var past: [PastRecord] = []
    public var deployments: [Testimony<Deployment>] = []
    public var waivers: [Testimony<Waiver>] = []
    /// Waivers that somebody named and nobody can read.
    public var unreadableWaivers: [Decision.UnusedWaiver] = []
    public var databases: [ServiceName: DatabaseState] = [:]
    /// What somebody who deploys says runs there.
    public var stated: StatedDeployment?
    /// Migrations of other services, of their newest records.
    public var neighbours: [ServiceName: MigrationFacts] = [:]
    /// Decisions that were kept.
    public var kept: [Decision] = []
    /// Who wrote the commits between what runs and the candidate, as commits name them; nil when nobody here knows.
    public var committers: [String]?
    /// What was changed in a ledger that shows it, or is there and cannot be read.
    public var damage: [String] = []
    /// What could not be looked at: the items that rest on it are unknown.
    public var troubles: [Decision.Item.ID: String] = [:]

    public init(exhibits: [Exhibit]) {
        self.exhibits = exhibits
    }
}

/// A statement that was found, with what its signatures are worth.
public struct Testimony<Content: Predicate>: Equatable, Sendable {
    /// Where it was found, for people.
    public let places: [String]
    /// The digest of the envelope.
    public let digest: Digest
    public let statement: InTotoStatement<Content>
    public let signatures: Exhibit.Signatures
    /// Whether somebody named it for this question; otherwise it merely lay in a ledger.
    public var isHanded = false

    public init(
        places: [String], digest: Digest, statement: InTotoStatement<Content>, signatures: Exhibit.Signatures
    ) {
        (self.places, self.digest, self.statement, self.signatures) = (places, digest, statement, signatures)
    }

    var origin: String { places.joined(separator: " and ") }

    public var content: Content { statement.predicate }
}

/// As much of a record as tells how it is chained to others.
public struct PastRecord: Equatable, Sendable {
    public var id: String
    /// The SHA-256 of its payload, by which later records name it.
    public var payload: Digest
    public var sequence: Int64
    public var prev: [Digest]
    public var branch: String?
    public var images: [Digest] = []
    /// The release it is about.
    public var release: SemanticVersion?

    public init(id: String, payload: Digest, sequence: Int64, prev: [Digest]) {
        (self.id, self.payload, self.sequence, self.prev) = (id, payload, sequence, prev)
        (branch, release) = (nil, nil)
    }
}

extension [PastRecord] {
    /// Records that name a predecessor which is gone: somebody took it away.
    ///
    /// With the oldest a copy of a ledger begins; what it names may never have been here.
    var holes: [PastRecord] {
        let known = Set(map(\.payload))
        let oldest = map(\.sequence).min() ?? 0
        return filter { $0.sequence > oldest && !$0.prev.allSatisfy(known.contains) }
    }

    /// The ids of those that have to be read whole, and whose signatures count, for a question about a digest.
    public func wanted(for image: Digest, deployed: [Digest], consecutive: Int) -> [String] {
        let others = filter { !$0.images.contains(image) }
        let chained = others.filter { record in
            record.release != nil || record.images.contains(where: deployed.contains)
        }
        guard consecutive > 1,
            let candidate = filter({ $0.images.contains(image) }).max(by: { $0.sequence < $1.sequence })
        else { return chained.map(\.id) }
        // Some of them may say nothing about the sources.
        let before = others.filter { $0.branch == candidate.branch && $0.sequence < candidate.sequence }
            .sorted { $0.sequence > $1.sequence }.prefix(consecutive * 4)
        return Set(chained.map(\.id)).union(before.map(\.id)).sorted()
    }
}
