import Pipeline

/// Whether a record can stand in for building its key again, seen from where we are.
struct Acceptance {
    /// Which keys count when it is decided what need not be built: our own, and those the configuration trusts.
    let trust: Trust
    /// The scope of what is built here; a record must be at least as good.
    let scope: Scope
    let key: Digest
    /// The key of what is built and packed.
    let image: Digest?
    /// Whether it is asked only if its image is that of what would be built.
    var isAboutImages = false
    /// The steps that are wanted now: a record of a run that did not go as far cannot stand in for them.
    let wanted: [Step.Kind]
    /// Where the images are to be, when they are to be pushed.
    let repositories: [String]
    /// What passed because of a quarantine that is over by then no longer does.
    let now: Timestamp

    /// Why it cannot; nil when it can.
    ///
    /// Whether its image is still there is asked elsewhere.
    func objection(to sealed: SealedRecord) -> String? {
        let record = sealed.record
        guard record.inputs.key == key || isAboutImages && record.inputs.image == image else {
            return "record \(record.run.recordId) is about another key"
        }
        guard record.verdict.state.isPassing else {
            return "record \(record.run.recordId) says \(record.verdict.state.rawValue)"
        }
        guard record.recomputedVerdict.state == record.verdict.state else {
            return "record \(record.run.recordId) contradicts its own details"
        }
        guard record.verdict(at: now).state.isPassing else {
            return "record \(record.run.recordId) rests on a quarantine that is over"
        }
        if let omission = omission(in: record) { return "the run of record \(record.run.recordId) \(omission)" }
        let bound: Scope
        switch sealed.signatures(trusting: trust) {
        case .none: bound = .pr
        case .broken: return "record \(record.run.recordId) was changed after it was signed"
        // Nobody here can tell whose signature that is, so it is worth no more than none.
        case .unknown: bound = .pr
        case .by(let keys):
            let usable = keys.filter { $0.objection(to: record, as: min($0.scope, record.scope)) == nil }
            guard let best = usable.map(\.scope).max() else {
                return "record \(record.run.recordId): \(keys.first?.objection(to: record) ?? "not signed")"
            }
            bound = best
        }
        let effective = min(record.scope, bound)
        guard effective >= scope else {
            let why = effective < record.scope ? ", not signed by a trusted key" : ""
            return
                "record \(record.run.recordId) is of scope \(effective.rawValue)\(why), and \(scope.rawValue) is needed"
        }
        return nil
    }

    /// What is wanted and was not done, or could not be.
    private func omission(in record: Stability) -> String? {
        if record.migrations?.trial?.mayBeRepeated == true { return "could not try its new migrations" }
        return wanted.first { !Self.covers(record, $0, repositories) }.map { "did not \($0.rawValue)" }
    }

    /// Whether a passing record shows that a step was done, by this run or, for the image, by an earlier one.
    private static func covers(_ record: Stability, _ step: Step.Kind, _ repositories: [String]) -> Bool {
        switch step {
        case .build, .test: record.steps.planned.contains(step)
        case .image: !record.images.isEmpty
        case .push: record.images.allSatisfy(\.pushed) && record.images.map(\.repository) == repositories
        }
    }
}
