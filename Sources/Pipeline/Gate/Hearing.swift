/// All that the items of a decision are judged by.
struct Hearing {
    let question: GateQuestion
    let evidence: GateEvidence
    let record: Stability
    /// The version of the candidate: the release that its digest became, or what the build was called.
    let version: SemanticVersion?
    /// The records that speak for the digest.
    let own: [Stability]
    /// Records of the service that count, about whatever digest.
    let history: [Stability]
    let deployed: DeployedState
    /// From what runs to the candidate; for a rollback from the candidate to what runs.
    let range: ReleaseRange

    var policy: Policy { question.policy }

    init(_ question: GateQuestion, _ evidence: GateEvidence, _ record: Stability, among valid: [Stability]) {
        (self.question, self.evidence, self.record) = (question, evidence, record)
        let scheme = question.policy.progress.scheme
        own = valid
        let releases = valid.compactMap(\.release?.version)
        let version = releases.max { scheme.precedes($0, $1) } ?? record.version?.builtAs
        self.version = version
        let history = (valid + evidence.history.compactMap { $0.record(of: question) }).once
        self.history = history
        let deployed = DeployedState(evidence, question)
        self.deployed = deployed
        let running = deployed.current.flatMap { state in
            history.filter { $0.has(state.image) }.max { $0.run.sequence < $1.run.sequence }
        }
        if question.intent == .rollback {
            let target = Deployment.State(image: question.image, version: version, sequence: record.run.sequence)
            range =
                running.map { ReleaseRange(to: $0, from: target, among: history, by: scheme) }
                ?? ReleaseRange(gap: "the record of what runs is missing")
        } else {
            range = ReleaseRange(to: record, from: deployed.current, among: history, by: scheme)
        }
    }

    /// Every item, each judged for itself.
    var items: [Decision.Item] {
        let judged = [source, tests, freshness, migrationsOrder, coexistence, semver, auditIndex] + order
        let all = judged + [soak, continuity].compactMap(\.self)
        let silent = evidence.troubles.keys.filter { id in !all.contains { $0.id == id } }
        return (all + silent.map { Decision.Item($0, .unknown, "") }).map(honest)
    }

    /// What nobody could look at is not known, whatever the rest says.
    private func honest(_ item: Decision.Item) -> Decision.Item {
        guard let trouble = evidence.troubles[item.id], item.state != .unverifiable else { return item }
        return Decision.Item(item.id, .unknown, trouble, toGreen: "mend what keeps it from being read, and ask again")
    }

    /// What the policy demands of an item, when it demands nothing.
    func isOff(_ id: Decision.Item.ID) -> Decision.Item? {
        policy.demand(of: id) == .off
            ? Decision.Item(id, .notApplicable, "the policy does not ask for it") : nil
    }

    /// Whether an image is the candidate, the index that lists it, or one that was made with it.
    func isCandidate(_ image: Digest) -> Bool { image == question.image || own.contains { $0.has(image) } }

    /// How evidence is named in decisions.
    func name(_ record: Stability) -> String { "record \(record.run.recordId)" }

    var rangeNames: [String] { range.links.map(name) }

    /// What runs, for people.
    var runningName: String {
        guard let state = deployed.current else { return "nothing" }
        return state.version.map { "\($0)" } ?? state.image.short
    }
}

extension [Stability] {
    /// Each once: what lies in two places is no second build.
    fileprivate var once: [Stability] {
        var seen: Set<String> = []
        return filter { seen.insert("\($0.run.recordId) \($0.run.sequence) \($0.verdict.state.rawValue)").inserted }
    }
}
