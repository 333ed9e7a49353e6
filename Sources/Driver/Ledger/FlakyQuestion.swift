import Disk
public import Pipeline
public import SystemPackage

/// "Which tests gave two answers for one key?", asked of the records of some ledgers.
public struct FlakyQuestion: Sendable {
    /// Ledger folders, or folders in repositories that have one.
    private let places: [FilePath]
    /// Empty: all.
    private let services: [ServiceName]

    /// How many records are looked at, the newest.
    public static let limit = 1000

    public init(of places: [FilePath], services: [ServiceName]) {
        (self.places, self.services) = (places, services)
    }

    /// The answer, and what could not be read.
    ///
    /// Throws when a service was asked for that nobody recorded.
    public func answer() throws -> (flakiness: Flakiness, damaged: [String]) {
        let ledgers = try places.map { try RecordBook.ledger(at: $0) }
        let known = try Set(ledgers.flatMap { try $0.services() })
        for name in services where !known.isEmpty && !known.contains(name) {
            throw FlakyError.neverRecorded(name, near: nearest(to: name.text, among: known.map(\.text).sorted()))
        }
        let wanted = services.isEmpty ? known.sorted() : services
        let found = try ledgers.map { try $0.newest(of: wanted, limit: Self.limit) }.reduce(.init(), +)
        var seen: Set<String> = []
        let records = found.records.map(\.record).filter { seen.insert($0.run.recordId).inserted }
        let newest = records.sorted { $1.run.sealedAt < $0.run.sealedAt }.prefix(Self.limit)
        return (Flakiness(Array(newest)), found.damaged)
    }
}

extension FolderLedger {
    /// The newest records of some services together, the newest first.
    func newest(of services: [ServiceName], limit: Int) throws -> Found {
        let all = try services.flatMap { try entries(of: $0) }
        let newest = all.sorted { ($0.sequence, $0.id) > ($1.sequence, $1.id) }.prefix(limit)
        return try newest.reduce(into: Found()) { found, entry in
            let next = try read(id: entry.id)
            found.records += next.records
            found.damaged += next.damaged
        }
    }
}

enum FlakyError: Failure {
    case neverRecorded(ServiceName, near: String?)

    var fault: Fault { .input }

    var hint: String? {
        switch self {
        case .neverRecorded(_, let near):
            near.map { "did you mean \"\($0)\"?" } ?? "slipway record list shows all records"
        }
    }

    var description: String {
        switch self {
        case .neverRecorded(let name, _): "\(name): no record here is about it"
        }
    }
}
