// What a record states and its details must give, too: nobody believes a summary that they contradict.

extension Stability {
    /// A sentence for each summary that the details contradict.
    public var contradictions: [String] {
        let recomputed = recomputedVerdict.state
        let verdict =
            recomputed == verdict.state
            ? nil : "the record says \(verdict.state.rawValue), but its details say \(recomputed.rawValue)"
        return [verdict].compactMap(\.self) + (tests?.contradictions ?? []) + (interface?.contradictions ?? [])
            + schemaProblems + (version?.contradictions ?? [])
    }

    /// The major version is in the predicate type and in the schema, and both say the same.
    private var schemaProblems: [String] {
        schema.hasPrefix("1.") ? [] : ["the record says schema \(schema.printable), and its type says 1"]
    }
}

extension TestReport {
    var contradictions: [String] {
        // Nobody has so many tests, and sums of what is left are still numbers.
        let isPlausible = (suites.map(\.totals) + [totals]).allSatisfy(\.isPlausible)
        guard isPlausible else { return ["a number of tests is none that can be"] }
        var found: [String] = []
        if totals.executed != totals.passed + totals.failed + totals.errored + totals.flaky {
            found.append("the numbers of tests do not add up to \(totals.executed)")
        }
        if suites.map(\.counted).reduce(TestTotals(), +) != totals {
            found.append("the suites do not add up to the totals of the tests")
        }
        if failing.count > totals.failed + totals.errored || flaky.count > totals.flaky {
            found.append("more tests are named as failing or flaky than there are")
        }
        return found
    }
}

extension TestTotals {
    fileprivate var isPlausible: Bool {
        [executed, passed, failed, errored, skipped, flaky].allSatisfy { (0...1 << 40).contains($0) }
    }
}

extension Stability.VersionFacts {
    /// The bump must be no more than the step from one version to the other.
    var contradictions: [String] {
        if bump == .none { return next == nil ? [] : ["nothing is to be released, but the next version is stated"] }
        guard let next else { return ["a \(bump.rawValue) bump without a next version"] }
        guard let current else { return [] }
        guard current.precedes(next) else { return ["the next version \(next) is not above \(current)"] }
        guard let claimed = Level(rawValue: bump.rawValue), next.step(from: current) < claimed else { return [] }
        return ["a \(bump.rawValue) bump does not lead from \(current) to \(next)"]
    }
}

extension SemanticVersion {
    /// The first of the three numbers that differs.
    fileprivate func step(from other: SemanticVersion) -> Level {
        if major != other.major { return .major }
        if minor != other.minor { return .minor }
        return patch == other.patch ? .none : .patch
    }
}

extension InterfaceFacts {
    var contradictions: [String] {
        let highest = surfaces.flatMap(\.changes).map(\.level).max() ?? .none
        if requiredBump < highest {
            return [
                "the changes of an interface demand \(highest.rawValue), and the record says \(requiredBump.rawValue)"
            ]
        }
        let isCut = surfaces.contains { $0.changeCount < $0.changes.count || $0.examined < 0 }
        return isCut ? ["more changes of an interface are listed than there are"] : []
    }
}
