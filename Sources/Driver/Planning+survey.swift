import Pipeline

extension Planning {
    /// Everything a plan follows from, out of what was looked at.
    init(
        _ survey: Survey, _ parts: [ServiceName: KeyParts], _ bases: BaseResolution, _ ledger: LedgerAnswer,
        _ history: History, request: Planning.Request
    ) {
        self.init(repository: survey.facts, catalog: survey.catalog, parts: parts, request: request)
        versions = history.versions
        differences = history.differences
        taken = survey.services.mapValues(\.taken)
        removed = ledger.strangers.filter { _, commits in commits.contains(where: history.isAncestor) }.map(\.key)
        for service in survey.catalog.services {
            let name = service.name
            let base = history.bases[name]
            let newest =
                base?.from == .record ? ledger.known[name]?.first { $0.record.source.commit == base?.commit } : nil
            testimony[name] = Testimony(
                accepted: bases.problems[name] == nil ? ledger.accepted[name]?.record : nil,
                rejected: ledger.rejected[name] ?? [], newest: (ledger.accepted[name] ?? newest)?.record,
                base: ledger.accepted[name] == nil ? base : nil,
                uncertainty: bases.problems[name])
        }
        notes = survey.notes + ledger.notes + Self.notes(on: bases) + Self.notes(on: history)
        for (name, causes) in ledger.rejected.sorted(by: { $0.key < $1.key }) where ledger.accepted[name] == nil {
            if let cause = causes.first { notes.append(Plan.Note(.recordRejected, "\(name): \(cause)")) }
        }
    }

    private static func notes(on bases: BaseResolution) -> [Plan.Note] {
        bases.problems.sorted { $0.key < $1.key }.map { name, problem in
            Plan.Note(.baseImage, "\(name): its base image cannot be told: \(problem)")
        }
    }

    private static func notes(on history: History) -> [Plan.Note] {
        let tags = "this clone fetches no tags, so every version begins at the beginning: git fetch --tags"
        let missing = history.lacksTags ? [Plan.Note(.noTags, tags)] : []
        guard !history.hidden.isEmpty else { return missing }
        let names = history.hidden.map(\.text).joined(separator: ", ")
        let fix = "git fetch --unshallow --tags"
        return missing
            + [Plan.Note(.historyShallow, "this clone is too shallow to tell the version of \(names): \(fix)")]
    }
}

extension Survey {
    /// The services of these names.
    ///
    /// Throws what a person mistyped.
    func services(named texts: [String]) throws -> [ServiceName] {
        try texts.map { text in
            if let name = ServiceName(parsing: text), catalog[name] != nil { return name }
            throw RunError.unknownService(text, near: nearest(to: text, among: catalog.services.map(\.name.text)))
        }
    }
}
