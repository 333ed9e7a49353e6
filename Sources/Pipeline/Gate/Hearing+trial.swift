/// What a trial on a scratch database adds to point 3.
extension Hearing {
    /// What a trial showed that no reading of files can.
    var trialItem: Decision.Item? {
        guard let trial = record.migrations?.trial else { return nil }
        // What was refused, and tests that failed, are shown even where something else could not be tried.
        if trial.problem == nil, !trial.applied {
            let first = trial.errors?.first.map { ": \($0.sentence)" } ?? ""
            return Decision.Item(
                .coexistence, .fail,
                "the new migrations could not be applied to a scratch \(trial.system.printable)\(first)",
                toGreen: "mend the migration, and build again")
        }
        if trial.previousTests == false {
            return Decision.Item(
                .coexistence, .fail, "tests of the version before fail on the new schema",
                toGreen: "leave in the schema what they need, and take it away one release later")
        }
        let known = range.migrations.flatMap { $0.migration.findings }.filter(\.isBreak)
        let unseen = trial.findings.filter { finding in
            finding.tier == .coexistence && !known.contains { $0.covers(finding) }
        }
        guard !unseen.isEmpty else { return nil }
        let findings = unseen.map { finding in
            Decision.Item.Finding(
                rule: finding.rule, fingerprint: finding.fingerprint,
                place: finding.object?.printable ?? finding.path?.description.printable ?? "")
        }
        let what = findings.count == 1 ? "a thing" : "\(findings.count) things"
        return Decision.Item(
            .coexistence, .fail, "on a scratch database they take \(what) that no file shows",
            toGreen: "let a version that does not use them run first"
        ).showing(findings)
    }

    /// A trial that was asked for and did not take place proves nothing.
    var untried: Decision.Item? {
        guard let problem = record.migrations?.trial?.problem else { return nil }
        return Decision.Item(
            .coexistence, .unknown, "the trial on a scratch database proves nothing: \(problem.printable)",
            toGreen: "mend that and build again, or take `trial` out of slipway.yaml")
    }
}

extension MigrationFinding {
    fileprivate var isBreak: Bool { tier == .coexistence || also == .coexistence }

    /// Whether this, found in a file, is what a catalog shows of something or of a part of it.
    fileprivate func covers(_ other: MigrationFinding) -> Bool {
        guard let object, let shown = other.object else { return false }
        return fingerprint == other.fingerprint || shown.hasPrefix(object + ".")
            || Self.parts(object) == Self.parts(shown)
    }

    /// What something belongs to, and its columns in whatever order.
    private static func parts(_ object: String) -> [[Substring]] {
        let names = object.split(separator: ".", omittingEmptySubsequences: false)
        return names.map { $0.split(separator: ",").sorted() }
    }
}
