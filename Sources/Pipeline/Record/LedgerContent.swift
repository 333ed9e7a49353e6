/// What one signed statement in a ledger says, by its kind.
public enum LedgerContent: Equatable, Sendable {
    case record(Stability)
    case waiver(Waiver)
    case deployment(Deployment)

    /// The kinds of statements that ledgers keep under names of their own.
    public enum Kind: String, Codable, CaseIterable, Sendable {
        case record, waiver, deployment
    }

    public var kind: Kind {
        switch self {
        case .record: .record
        case .waiver: .waiver
        case .deployment: .deployment
        }
    }

    public var id: String {
        switch self {
        case .record(let record): record.run.recordId
        case .waiver(let waiver): waiver.id
        case .deployment(let deployment): deployment.id
        }
    }

    /// When it was written down.
    public var at: Timestamp {
        switch self {
        case .record(let record): record.run.sealedAt
        case .waiver(let waiver): waiver.madeAt
        case .deployment(let deployment): deployment.at
        }
    }

    public var service: ServiceName {
        switch self {
        case .record(let record): record.service.name
        case .waiver(let waiver): waiver.service
        case .deployment(let deployment): deployment.service
        }
    }

    /// The images it is about.
    public var images: [Digest] {
        switch self {
        case .record(let record): record.images.map(\.digest)
        case .waiver(let waiver): [waiver.image]
        case .deployment(let deployment): [deployment.to.image]
        }
    }

    /// The record; nil for what a person wrote.
    public var record: Stability? {
        guard case .record(let record) = self else { return nil }
        return record
    }

    public var waiver: Waiver? {
        guard case .waiver(let waiver) = self else { return nil }
        return waiver
    }

    public var deployment: Deployment? {
        guard case .deployment(let deployment) = self else { return nil }
        return deployment
    }

    /// The predicate as JSON.
    public var json: JSON {
        get throws {
            switch self {
            case .record(let record): try JSON(encoding: record)
            case .waiver(let waiver): try JSON(encoding: waiver)
            case .deployment(let deployment): try JSON(encoding: deployment)
            }
        }
    }

    /// Whether it was written before another: of one second the sequence decides, then the id.
    public func isOlder(than other: LedgerContent) -> Bool {
        (at, record?.run.sequence ?? 0, id) < (other.at, other.record?.run.sequence ?? 0, other.id)
    }
}

/// What is looked for in ledgers; what is nil may be anything.
public struct LedgerQuery: Equatable, Sendable {
    public var kinds: Set<LedgerContent.Kind> = [.record]
    public var key: Digest?
    public var image: Digest?
    /// The beginning of a commit's id, or all of it.
    public var commit: String?
    public var service: ServiceName?
    public var branch: String?
    /// What a record must be worth at least.
    public var scope: Scope?

    public init() {}

    /// Whether a statement is one of those, worth and signatures aside.
    ///
    /// What a person wrote has neither key nor commit nor branch.
    public func takes(_ content: LedgerContent) -> Bool {
        guard kinds.contains(content.kind), service == nil || content.service == service,
            image.map(content.images.contains) ?? true
        else { return false }
        guard key != nil || commit != nil || branch != nil else { return true }
        guard let record = content.record else { return false }
        return (key == nil || record.inputs.key == key) && (branch == nil || record.source.branch == branch)
            && (commit.map { "\(record.source.commit)".hasPrefix($0.lowercased()) } ?? true)
    }
}
