extension Merge {
    /// What stands under `merged` in a file: all that is needed to merge it with more.
    private struct Source: Codable {
        /// Over the outcome, without what differs between two runs of one plan.
        let content: Digest
        let parts: [Part]
        let removed: [ServiceName]
        let services: [Roster.Entry]
    }

    /// The outcome as a run writes it, and under `merged` what it follows from.
    public func json(hash: HashFunction) throws -> JSON {
        let outcome = outcome(hash: hash)
        guard case .object(var members) = try JSON(encoding: outcome) else { return .null }
        let source = Source(
            content: try outcome.content(hash: hash), parts: parts, removed: roster.removed, services: roster.services)
        members["merged"] = try JSON(encoding: source)
        return .object(members)
    }

    /// Reads what `json` wrote.
    ///
    /// Throws when its parts were changed, or do not come to what it says.
    public init(json: JSON, hash: HashFunction) throws {
        let stated = try RunOutcome(json: json)
        let merged = json["merged"] ?? .null
        let source = try Source(json: merged)
        let parts = try (merged["parts"]?.array ?? []).map { try Part(json: $0, hash: hash) }
        try self.init(Roster(stated, source.services, removed: source.removed), parts)
        guard outcome(hash: hash) == stated else { throw MergeError.untrue }
    }
}

extension RunOutcome {
    /// The members of an outcome that differ between two runs of one plan, wherever they stand in it.
    public static let membersOfTheRun: Set<String> = [
        "run", "startedAt", "finishedAt", "record", "log", "wallMs", "cpuMs", "peakKB", "caseMs", "merged",
    ]

    /// Over all that is the same whoever carried out the plan, on however many machines.
    public func content(hash: HashFunction) throws -> Digest {
        hash(try JSON(encoding: self).without(Self.membersOfTheRun).canonicalBytes)
    }
}

extension JSON {
    /// The same without some members, at whatever depth.
    public func without(_ names: Set<String>) -> JSON {
        switch self {
        case .object(let members): .object(members.filter { !names.contains($0.key) }.mapValues { $0.without(names) })
        case .array(let elements): .array(elements.map { $0.without(names) })
        default: self
        }
    }
}

extension RunOutcome {
    /// The same outcome with its services told in another way.
    public func telling(_ services: [ServiceOutcome]) -> RunOutcome { RunOutcome(self, services) }

    private init(_ other: RunOutcome, _ services: [ServiceOutcome]) {
        (schema, run, plan, commit) = (other.schema, other.run, other.plan, other.commit)
        (startedAt, finishedAt) = (other.startedAt, other.finishedAt)
        (notes, interrupted) = (other.notes, other.interrupted)
        self.services = services
    }
}
