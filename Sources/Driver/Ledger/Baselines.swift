import Pipeline

extension Ledgers {
    /// How many records of a service are read to find one that passed.
    static let longDepth = 200

    /// Finds the records of a service that passed, the newest first; further back where it was red for long.
    func findPassing(_ name: ServiceName, into answer: inout LedgerAnswer) throws {
        let recent = answer.known[name] ?? []
        var passing = recent.map(\.record).filter(\.isComparable)
        if passing.isEmpty, !recent.isEmpty, let folder {
            passing = try folder.newest(of: name, limit: Self.longDepth).records.map(\.record).filter(\.isComparable)
        }
        answer.passing[name] = passing
    }
}

extension Stability {
    /// Whether its tests are something that later ones can be compared with.
    var isComparable: Bool { verdict.state.isPassing && (tests?.totals.executed ?? 0) > 0 }
}

extension LedgerAnswer {
    /// The commits of records that tests may be compared with, the best first: those of the line that work is merged
    /// into, then those that are worth what is built here.
    func comparable(to scope: Scope) -> [ServiceName: [ObjectID]] {
        passing.mapValues { records in Self.ranked(records, scope).map(\.source.commit) }
    }

    /// The records that tests are compared with, by what history says of their commits.
    ///
    /// A record of the very key needs no history.
    func baselines(at commits: [ServiceName: ObjectID], for scope: Scope) -> [ServiceName: Stability] {
        var baselines = accepted.mapValues(\.record).filter { $0.value.isComparable }
        for (name, commit) in commits {
            baselines[name] = Self.ranked(passing[name] ?? [], scope).first { $0.source.commit == commit }
        }
        return baselines
    }

    private static func ranked(_ records: [Stability], _ scope: Scope) -> [Stability] {
        let main = records.filter { $0.scope >= .branch }
        return main + records.filter { $0.scope < .branch && $0.scope >= scope }
    }
}
