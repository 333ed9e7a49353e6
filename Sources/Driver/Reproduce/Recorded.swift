import Disk
import Pipeline
import Signing
import SystemPackage

/// What is to be made again, as a record tells it or a run left it.
struct Recorded: Sendable {
    var subject: Reproduction.Subject
    var accounts: [Reproduction.Account]

    private static let sizeLimit = 32 << 20

    // MARK: - Records

    /// One or more records of the same commit.
    init(_ records: [Stability], from source: String) throws {
        guard let first = records.first else { throw ReproductionError.unknownForm(source, reason: "it is empty") }
        guard records.allSatisfy({ $0.source.commit == first.source.commit }) else {
            throw ReproductionError.severalCommits(source)
        }
        for record in records {
            let computed = record.recomputedVerdict.state
            guard computed == record.verdict.state else {
                throw ReproductionError.contradictory(
                    record.run.recordId, stated: record.verdict.state, computed: computed)
            }
        }
        let byService = Dictionary(grouping: records, by: \.service.name)
        if let name = byService.filter({ $0.value.count > 1 }).keys.min() {
            throw ReproductionError.severalRecords(source, of: name)
        }
        var subject = Reproduction.Subject(.record, id: first.run.recordId, commit: first.source.commit)
        (subject.recordedAt, subject.builder) = (first.run.sealedAt, first.builder)
        (subject.tree, subject.merge) = (first.source.tree, first.source.merge)
        if first.source.dirty { subject.dirtyPaths = first.source.dirtyPaths ?? [] }
        self.subject = subject
        accounts = records.map(Reproduction.Account.init)
    }

    // MARK: - Runs

    init(_ plan: Plan) {
        var subject = Reproduction.Subject(.plan, id: plan.digest.short, commit: plan.repository.head)
        (subject.tree, subject.merge) = (plan.repository.tree, plan.repository.merge)
        if plan.repository.dirty { subject.dirtyPaths = [] }
        self.subject = subject
        accounts = plan.services.compactMap { Reproduction.Account($0) }
    }

    /// What a run came to, and the plan it carried out, when that is at hand as well.
    init(_ outcome: RunOutcome, _ plan: Plan?) {
        var subject = plan.map { Recorded($0).subject } ?? .init(.outcome, id: outcome.run, commit: outcome.commit)
        (subject.kind, subject.id, subject.recordedAt) = (.outcome, outcome.run, outcome.finishedAt)
        if outcome.notes.contains(where: { $0.code == .dirty }) { subject.dirtyPaths = subject.dirtyPaths ?? [] }
        self.subject = subject
        accounts = outcome.services.compactMap { Reproduction.Account($0, planned: plan?[$0.name]) }
    }

    // MARK: - Files

    /// Reads a file, whatever of these it is; of a folder that a run left, its outcome.
    static func read(_ place: FilePath) throws -> Recorded {
        var file = place
        if try place.status(followingLinks: true)?.kind == .folder {
            let names = ["outcome.json", "plan.json"].map { place.appending($0) }
            guard let found = try names.first(where: { try $0.status() != nil }) else {
                throw ReproductionError.unknownForm(place.string, reason: "a folder without outcome.json and plan.json")
            }
            file = found
        }
        do {
            return try Recorded(parsing: file.contents(limit: sizeLimit), of: file)
        } catch let error as DiskError {
            throw ConfigurationError(file: file.string, line: 1, "cannot be read: \(error.reason)")
        } catch let error as JSONError {
            throw ReproductionError.unknownForm(file.string, reason: "\(error)")
        } catch is DecodingError {
            throw ReproductionError.unknownForm(
                file.string, reason: "a word in it means nothing to this version of Slipway")
        }
    }

    init(parsing bytes: [UInt8], of file: FilePath) throws {
        let lines = bytes.split(separator: UInt8(ascii: "\n")).map(Array.init)
        if let first = lines.first, Self.isEnvelope(first) {
            try self.init(RecordBundle.records(in: bytes).map(\.record), from: file.string)
            return
        }
        let json = try JSON(parsing: bytes, profile: .strict.limited(to: Self.sizeLimit))
        if json["payload"] != nil {
            try self.init([SealedRecord(parsing: bytes).record], from: file.string)
        } else if json["_type"] != nil {
            try self.init([Statement(payload: bytes).predicate], from: file.string)
        } else if json["verdict"] != nil, json["inputs"] != nil {
            try self.init([Stability(json: json)], from: file.string)
        } else if json["services"] != nil, json["repository"] != nil {
            self.init(try Plan(parsing: bytes, hash: Digest.sha256))
        } else if json["services"] != nil, json["run"] != nil {
            let outcome = try RunOutcome(json: json)
            self.init(outcome, try Self.plan(of: outcome, beside: file))
        } else {
            throw ReproductionError.unknownForm(file.string, reason: "neither a record nor what a run left")
        }
    }

    private static func isEnvelope(_ line: [UInt8]) -> Bool {
        do {
            return try JSON(parsing: line, profile: .strict.limited(to: sizeLimit))["payload"] != nil
        } catch {
            return false
        }
    }

    /// The plan that lies in the same folder, if it is the one that was carried out.
    private static func plan(of outcome: RunOutcome, beside file: FilePath) throws -> Plan? {
        let file = file.removingLastComponent().appending("plan.json")
        guard let bytes = try file.contentsIfPresent(limit: sizeLimit) else { return nil }
        let plan = try Plan(parsing: bytes, hash: Digest.sha256)
        return plan.digest == outcome.plan ? plan : nil
    }

    // MARK: - Services

    /// The same, for some of its services only.
    func only(_ names: [String]) throws -> Recorded {
        guard !accounts.isEmpty else { throw ReproductionError.nothingWasRun(subject.id) }
        for name in names where !accounts.contains(where: { $0.service.text == name }) {
            throw ReproductionError.notAmong(name, known: accounts.map(\.service))
        }
        var copy = self
        if !names.isEmpty { copy.accounts = accounts.filter { names.contains($0.service.text) } }
        return copy
    }
}
