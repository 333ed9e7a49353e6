/// Whether a decision that was made before still holds when somebody acts on it.
///
/// What it rests on may have changed in between: it is compared with what runs now, and then it is used or not.
public struct DecisionCheck: Equatable, Sendable, Codable {
    public let decision: Decision.Answer
    public let exit: Int32
    /// Why, in a sentence.
    public let detail: String

    private init(_ decision: Decision.Answer, _ exit: Int32, _ detail: String) {
        (self.decision, self.exit, self.detail) = (decision, exit, detail)
    }

    /// The question is the one that would be asked now; the evidence needs no records.
    public init(of handed: HandedDecision, _ question: GateQuestion, _ evidence: GateEvidence) {
        let decision = handed.decision
        self =
            (handed.objection ?? handed.signatureObjection(question)).map { Self(.unverifiable, 21, $0) }
            ?? Self.identity(decision, question)
            ?? Self.prevented(decision, question)
            ?? Self.refusal(decision)
            ?? Self.age(decision, question)
            ?? Self.change(decision, question, evidence)
            ?? Self(.allowed, 0, "it holds until \(decision.validUntil)")
    }

    private static func identity(_ decision: Decision, _ question: GateQuestion) -> DecisionCheck? {
        let about = "\(decision.service) \(decision.image.short) in \(decision.environment.printable)"
        if decision.service != question.service || decision.image != question.image
            || decision.environment != question.environment
        {
            return Self(.unverifiable, 21, "the decision is about \(about)")
        }
        if decision.at.seconds > question.now.seconds + 300 {
            return Self(.unverifiable, 21, "the decision is from the future")
        }
        let open = decision.items.filter { !$0.state.isGood && $0.waivedBy == nil && $0.demand == nil }
        guard Decision.answer(open) == (decision.decision, decision.exit) else {
            return Self(.unverifiable, 21, "the decision says \(decision.decision.rawValue), and its items do not")
        }
        return nil
    }

    private static func prevented(_ decision: Decision, _ question: GateQuestion) -> DecisionCheck? {
        question.trust.prevented.contains(decision.image)
            ? Self(.blocked, 20, "the image is on the list of prevented images") : nil
    }

    private static func refusal(_ decision: Decision) -> DecisionCheck? {
        decision.exit == 0 ? nil : Self(decision.decision, decision.exit, "it allowed nothing")
    }

    private static func age(_ decision: Decision, _ question: GateQuestion) -> DecisionCheck? {
        let latest = Timestamp(seconds: decision.at.seconds + question.policy.ages.decision.count)
        guard min(decision.validUntil, latest) < question.now else { return nil }
        return Self(.notYet, 22, "it held until \(min(decision.validUntil, latest)): ask again")
    }

    private static func change(
        _ decision: Decision, _ question: GateQuestion, _ evidence: GateEvidence
    ) -> DecisionCheck? {
        if decision.policy != question.policyDigest { return Self(.notYet, 22, "the policy is another now: ask again") }
        if decision.trust != question.trustDigest {
            return Self(.notYet, 22, "the trusted keys are others now: ask again")
        }
        let current = DeployedState(evidence, question).current
        guard current?.image == decision.deployedFrom?.image, current?.sequence == decision.deployedFrom?.sequence
        else {
            let name = current.map { $0.version.map { "\($0)" } ?? $0.image.short } ?? "nothing"
            return Self(.notYet, 22, "\(name) runs there now, which is not what it was made for: ask again")
        }
        return nil
    }
}

/// What another policy would have said of what was decided.
public struct Replay: Equatable, Sendable, Codable {
    public let environment: String
    /// The digest of the policy that is tried.
    public let policy: Digest
    public let rows: [Row]

    /// One question, with the answer there was and the answer there would have been.
    public struct Row: Equatable, Sendable, Codable {
        public let service: ServiceName
        public let image: Digest
        public let version: SemanticVersion?
        public let at: Timestamp
        public let before: Decision.Answer
        public let after: Decision.Answer
        /// Items that say something else, with the new detail.
        public let changes: [String]

        public init(_ before: Decision, _ after: Decision) {
            (service, image, at) = (after.service, after.image, after.at)
            version = after.candidate?.version ?? before.candidate?.version
            (self.before, self.after) = (before.decision, after.decision)
            let old = Dictionary(before.items.map { ($0.id, Self.weight($0)) }) { first, _ in first }
            changes = after.items.filter { item in
                Self.weight(item) != old[item.id] && !(item.state.isGood && old[item.id] == nil)
            }.map { "\($0.id.rawValue): \($0.detail)" }
        }

        /// What an item comes to in the answer.
        private static func weight(_ item: Decision.Item) -> String {
            item.state.isGood ? "" : "\(item.state.rawValue) \(item.waivedBy ?? "") \(item.demand?.rawValue ?? "")"
        }
    }

    public init(in environment: String, policy: Digest, _ rows: [Row]) {
        (self.environment, self.policy, self.rows) = (environment, policy, rows)
    }

    /// How many answers would be others.
    public var changed: Int { rows.count { $0.before != $0.after } }
}
