import Disk
import FoundationEssentials
import Pipeline
import Signing
import SystemPackage

/// Where a run that carries out a plan file leaves its parts: `runs/<plan>/<service>.<attempt>.jsonl`.
///
/// A file holds one line when the run begins with the service, and a second one with what became of it. What else it
/// has to tell (what records vouch for, what was built for others) is in a file called after its share.
struct PartDesk: Sendable {
    private let folder: FilePath
    private let origin: Part.Origin
    /// Services that are this run's to build.
    private let own: Set<ServiceName>
    /// Services of which it can tell besides.
    private let others: Set<ServiceName>
    private let label: String

    init(_ plan: Plan, _ share: Share, in folder: FilePath, run: String, startedAt: Timestamp, _ survey: Survey) throws
    {
        let portion = survey.request.portion
        self.folder = folder
        let selected = plan.selected.map(\.name)
        own = Set(selected.filter(share.has))
        others = Set(plan.services.filter { !$0.selected && (share.has($0.name) || !$0.steps.isEmpty) }.map(\.name))
        label =
            portion.shard.map { "+shard-\($0.number)-of-\($0.count)" } ?? share.names?.min().map { "+\($0)" } ?? "+all"
        let files = own.map(\.text) + [label]
        origin = Part.Origin(
            plan: plan.digest, attempt: try portion.attempt ?? Self.nextAttempt(in: folder, of: Set(files)),
            shard: portion.shard, run: run, node: survey.surroundings.jenkins?.node ?? ProcessInfo.processInfo.hostName,
            startedAt: startedAt, by: Builder.own)
    }

    /// The first number that no file with one of these names has.
    static func nextAttempt(in folder: FilePath, of names: Set<String>? = nil) throws -> Int {
        guard try folder.status() != nil else { return 1 }
        let taken = try folder.names().compactMap { file -> Int? in
            let words = file.string.split(separator: ".", omittingEmptySubsequences: false)
            guard words.count >= 3, words.last == "jsonl", let number = Int(words[words.count - 2]) else { return nil }
            return names?.contains(words.dropLast(2).joined(separator: ".")) ?? true ? number : nil
        }
        return (taken.max() ?? 0) + 1
    }

    /// Says of each service that it is begun, so that one who is killed is missed.
    func begin(_ plan: Plan) throws {
        try folder.makeFolders()
        let file = RunFolder(root: folder).plan
        if try file.status() == nil { try file.write(Array(plan.json.prettyText.utf8)) }
        for name in own { try add([part(of: name, nil)], to: name.text) }
        if origin.shard != nil { try add([part(of: nil, nil)], to: label) }
    }

    /// Says what became of a service, as soon as that is known.
    func leave(_ outcome: ServiceOutcome, at now: Timestamp) throws {
        guard own.contains(outcome.name) else { return }
        try add([part(of: outcome.name, .init(outcome, at: now))], to: outcome.name.text)
    }

    /// Says what is known of the others.
    func finish(_ outcomes: [ServiceOutcome], at now: Timestamp) throws {
        let known = outcomes.filter { others.contains($0.name) }
        guard !known.isEmpty else { return }
        try add(known.map { try part(of: $0.name, .init($0, at: now)) }, to: label)
    }

    private func part(of name: ServiceName?, _ end: Part.End?) throws -> Part {
        try Part(origin, of: name, end: end, hash: Digest.sha256)
    }

    /// Adds lines to a file, in one step; what another run left there under the same number stays.
    private func add(_ parts: [Part], to name: String) throws {
        let file = folder.appending("\(name).\(origin.attempt).jsonl")
        let old = try file.contentsIfPresent() ?? []
        let whole = old.lastIndex(of: UInt8(ascii: "\n")).map { old[...$0] } ?? []
        try file.write(whole + parts.flatMap { try $0.line })
    }
}
