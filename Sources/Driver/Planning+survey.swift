import Pipeline
import Signing

extension Planning {
    /// Everything a plan follows from, out of what was looked at.
    init(
        _ survey: Survey, _ parts: [ServiceName: KeyParts], _ bases: BaseResolution, _ ledger: LedgerAnswer,
        _ history: History, request: Planning.Request
    ) {
        self.init(repository: survey.facts, catalog: survey.catalog, parts: parts, request: request)
        versions = history.versions
        (changes, wiring, removed) = (history.changes, survey.wiring, Array(history.removed))
        for service in survey.catalog.services {
            let name = service.name
            let base = history.bases[name]
            let known = ledger.known[name] ?? []
            // Where histories end early nobody knows who comes from whom; the newest record tells most.
            let newest =
                base?.from == .record
                ? known.first { $0.record.source.commit == base?.commit }
                : survey.facts.shallow && base == nil ? known.first : nil
            testimony[name] = Testimony(
                accepted: bases.problems[name] == nil ? ledger.accepted[name]?.record : nil,
                rejected: ledger.rejected[name] ?? [], newest: (ledger.accepted[name] ?? newest)?.record,
                base: ledger.accepted[name] == nil ? base : nil,
                uncertainty: bases.problems[name])
            testimony[name]?.image = ledger.images[name]?.record
        }
        notes = survey.notes + survey.wiring.notes + ledger.notes + Self.notes(on: bases) + Self.notes(on: history)
        for (name, causes) in ledger.rejected.sorted(by: { $0.key < $1.key }) where ledger.accepted[name] == nil {
            if let cause = causes.first { notes.append(Plan.Note(.recordRejected, "\(name): \(cause)")) }
        }
    }

    /// One note a problem, whoever has it: a registry that is away is away for all.
    private static func notes(on bases: BaseResolution) -> [Plan.Note] {
        Dictionary(grouping: bases.problems.keys.sorted(), by: { bases.problems[$0] ?? "" }).map { problem, names in
            let more = names.count > 3 ? " and \(names.count - 3) more" : ""
            let who = names.prefix(3).map(\.text).joined(separator: ", ") + more
            let whose = names.count == 1 ? "its base image" : "their base images"
            return Plan.Note(.baseImage, "\(who): \(whose) cannot be told: \(problem)")
        }.sorted { $0.message < $1.message }
    }

    private static func notes(on history: History) -> [Plan.Note] {
        guard !history.hidden.isEmpty else { return history.notes }
        let names = history.hidden.map(\.text).joined(separator: ", ")
        let fix = "git fetch --unshallow --tags"
        return history.notes
            + [Plan.Note(.historyShallow, "this clone is too shallow to tell the version of \(names): \(fix)")]
    }
}

extension Survey {
    /// The key of every service, made of those of what it needs.
    func parts(_ bases: BaseResolution) -> [ServiceName: KeyParts] {
        let materials = services.reduce(into: [ServiceName: KeyParts.Material]()) { materials, service in
            materials[service.key] = service.value.material
            var known = bases.images[service.key] ?? [:]
            // The one that the image stands on comes first.
            let first = service.value.images.first?.base.flatMap { known.removeValue(forKey: $0.label) }
            materials[service.key]?.bases =
                [first].compactMap(\.self) + known.sorted { $0.key < $1.key }.map(\.value)
        }
        return Keys(materials, modules: modules, wiring: wiring, hash: Digest.sha256).parts
    }

    /// The services of these names.
    func services(named texts: [String]) throws -> [ServiceName] { try catalog.services(named: texts) }
}

extension Catalog {
    /// The services of these names.
    ///
    /// Throws what a person mistyped.
    func services(named texts: [String]) throws -> [ServiceName] {
        try texts.map { text in
            if let name = ServiceName(parsing: text), self[name] != nil { return name }
            throw RunError.unknownService(text, near: nearest(to: text, among: services.map(\.name.text)))
        }
    }
}
