extension Decision {
    /// The rule.
    ///
    /// Nothing is allowed without evidence; evidence that cannot be verified counts for nothing, and evidence that was
    /// damaged spoils the rest: it may have been a red record.
    public init(_ question: GateQuestion, _ evidence: GateEvidence, verifier: Stability.Builder) {
        let standing = Standing(evidence.exhibits, question)
        let waivers = WaiverCase(question: question, evidence: evidence)
        // Where two persons stand for a digest, what is written about it is all there is to go by.
        let isVouched = waivers.apply(to: [standing.identity]).items.allSatisfy { $0.waivedBy != nil }
        let record = standing.record ?? (isVouched ? standing.unproved : nil)
        let hearing = record.map { Hearing(question, evidence, $0, among: standing.valid) }
        var items = [standing.identity] + (hearing?.items ?? [])
        if question.trust.prevented.contains(question.image) {
            items.append(Item(.prevented, .fail, "digest \(question.image) is on the list of prevented images"))
        }
        items = items.map { Self.overdue($0, question, evidence.kept) }
        let (covered, used, unused) = waivers.apply(to: items)
        self.items = covered.map { Self.weighed($0, question.policy) }
        (waived, unusedWaivers) = (used, unused + evidence.unreadableWaivers)
        let open = self.items.filter { !$0.state.isGood && $0.waivedBy == nil }
        (decision, exit) = Self.answer(open.filter { $0.demand == nil })
        wouldBlock = open.filter { $0.demand != nil }.map(\.id)
        retry = exit == 22
        retryAfter =
            self.items.contains { $0.id == .soak && $0.state == .pending } ? hearing?.soakEnds : nil
        (service, image, environment) = (question.service, question.image, question.environment)
        (intent, mode) = (question.intent, question.policy.mode)
        deployedFrom = hearing?.deployed.current ?? DeployedState(evidence, question).current
        candidate = hearing.map(Candidate.init)
        (policy, trust) = (question.policyDigest, question.trustDigest)
        (inputs, origins) = (evidence.inputs(of: question), evidence.origins(of: question))
        self.verifier = verifier
        at = question.now
        let holds = Timestamp(seconds: question.now.seconds + question.policy.ages.decision.count)
        validUntil = used.map(\.expires).reduce(holds, min)
    }

    /// From several reasons the gravest.
    static func answer(_ blocking: [Item]) -> (Answer, Int32) {
        let states = Set(blocking.map(\.state))
        if states.contains(.unverifiable) { return (.unverifiable, 21) }
        if states.contains(.fail) || states.contains(.unknown) { return (.blocked, 20) }
        return states.contains(.pending) ? (.notYet, 22) : (.allowed, 0)
    }

    /// What is not enforced says so; whatever is wrong with an identity, and what is prevented, always counts.
    private static func weighed(_ item: Item, _ policy: Policy) -> Item {
        let demand = policy.demand(of: item.id)
        guard !item.state.isGood, item.state != .unverifiable, demand != .enforce else { return item }
        var copy = item
        copy.demand = demand
        return copy
    }

    /// What has been missing for longer than the policy waits is a no.
    private static func overdue(_ item: Item, _ question: GateQuestion, _ kept: [Decision]) -> Item {
        guard item.state == .pending, let deadline = question.policy.deadline else { return item }
        let asked = kept.filter { decision in
            decision.service == question.service && decision.image == question.image
                && decision.environment == question.environment
                && decision.items.contains { $0.id == item.id && $0.state == .pending }
        }.map(\.at).min()
        guard let asked, question.now.seconds - asked.seconds > deadline.count else { return item }
        var copy = item
        copy.state = .fail
        copy.detail += "; so it is since \(asked), longer than \(deadline)"
        return copy
    }
}

extension Decision.Candidate {
    fileprivate init(_ hearing: Hearing) {
        let record = hearing.record
        (recordId, sequence) = (record.run.recordId, record.run.sequence)
        (version, commit, verdict) = (hearing.version, record.source.commit, record.verdict.state)
    }
}

extension GateEvidence {
    /// The digests of everything that was looked at for a question.
    fileprivate func inputs(of question: GateQuestion) -> [Digest] {
        let deployed = deployments.filter { $0.content.service == question.service }.map(\.digest)
        let all = exhibits.map(\.digest) + deployed + waivers.map(\.digest) + databases.values.compactMap(\.digest)
        return Set(all).sorted()
    }
}
