extension Decision {
    /// The rule.
    ///
    /// Nothing is allowed without evidence; evidence that cannot be verified counts for nothing, and evidence that was
    /// damaged spoils the rest: it may have been a red record.
    public init(_ question: GateQuestion, exhibits: [Exhibit], verifier: Stability.Builder) {
        let examined = exhibits.map { ($0, Examination($0, question)) }
        let valid = examined.compactMap { $0.1.statement }
        let record = Self.record(among: valid.map(\.predicate))
        var items: [Item]
        if let damage = examined.first(where: \.1.isDamaged)?.1.objection {
            let hint = "bring it back, or build and test again under another digest"
            items = [Item(.identity, .unverifiable, damage, toGreen: hint)]
        } else if let record {
            items = [Item(.identity, .pass, "record \(record.run.recordId) is about this digest and rightly signed")]
            items += Self.judge(record, question)
        } else if let objection = examined.compactMap(\.1.objection).first {
            items = [Item(.identity, .unverifiable, objection)]
        } else {
            let hint = "run slipway for this service, or name the ledger that holds its record"
            items = [Item(.identity, .pending, "nobody recorded digest \(question.image)", toGreen: hint)]
        }
        if question.trust.prevented.contains(question.image) {
            items.append(Item(.prevented, .fail, "digest \(question.image) is on the list of prevented images"))
        }
        let failing = items.filter { $0.state != .pass }
        let isAdvisory = question.policy.mode == .advisory && !failing.contains { $0.state == .unverifiable }
        (decision, exit) = isAdvisory ? (.allowed, 0) : Self.answer(failing)
        (service, image, environment) = (question.service, question.image, question.environment)
        (intent, mode, self.items) = (.deploy, question.policy.mode, items)
        candidate = (items.first?.state == .unverifiable ? nil : record).map(Candidate.init)
        wouldBlock = isAdvisory ? failing.map(\.id) : []
        (policy, trust) = (question.policyDigest, question.trustDigest)
        inputs = exhibits.map(\.digest).sorted()
        self.verifier = verifier
        at = question.now
        validUntil = Timestamp(seconds: question.now.seconds + question.policy.decisionHolds.count)
    }

    private static func answer(_ failing: [Item]) -> (Answer, Int32) {
        let states = Set(failing.map(\.state))
        if states.contains(.unverifiable) { return (.unverifiable, 21) }
        if states.contains(.fail) { return (.blocked, 20) }
        return states.contains(.pending) ? (.notYet, 22) : (.allowed, 0)
    }

    /// Of several records of one digest those of the newest key count: what tests see may have been mended since.
    private static func record(among records: [Stability]) -> Stability? {
        let judging = records.filter { $0.verdict.state.isPassing || $0.verdict.judgesSources }
        let newest = judging.max { $0.run.sequence < $1.run.sequence }
        let counting = newest.map { newest in judging.filter { $0.inputs.key == newest.inputs.key } } ?? records
        return counting.min(by: isWorse)
    }

    /// Of several records of one key the worst counts; of equally bad ones the newest.
    ///
    /// One that says nothing about the sources, because the run was ended or the world failed, counts only alone.
    private static func isWorse(_ left: Stability, _ right: Stability) -> Bool {
        func rank(_ verdict: Verdict) -> Int {
            let order = Verdict.State.allCases
            guard verdict.state.isPassing || verdict.judgesSources else { return order.count }
            return order.firstIndex(of: verdict.state) ?? 0
        }
        let ranks = (rank(left.verdict), rank(right.verdict))
        return ranks.0 == ranks.1 ? left.run.sequence > right.run.sequence : ranks.0 < ranks.1
    }

    // MARK: - Items

    private static func judge(_ record: Stability, _ question: GateQuestion) -> [Item] {
        [source(record, question.policy), tests(record, question), freshness(record, question)]
    }

    private static func source(_ record: Stability, _ policy: Policy) -> Item {
        if policy.clean, record.source.dirty {
            return Item(.source, .fail, "built from uncommitted work", toGreen: "commit it and let CI build the commit")
        }
        if record.scope < .branch, policy.mode == .enforced {
            let detail = "made in scope \(record.scope.rawValue), which is not a branch or release build"
            return Item(.source, .fail, detail, toGreen: "merge it, and let CI build and sign the branch")
        }
        if let branch = record.source.branch, !policy.branches.matchesAny(branch) {
            let list = policy.branches.joined(separator: ", ")
            return Item(
                .source, .fail, "built from branch \(branch.printable), allowed are \(list)", toGreen: "merge it")
        }
        if record.source.branch == nil, !policy.branches.contains("*") {
            return Item(
                .source, .fail, "the record does not say which branch it was built from", toGreen: "build a branch")
        }
        return Item(.source, .pass, "commit \(record.source.commit.short)")
    }

    private static func tests(_ record: Stability, _ question: GateQuestion) -> Item {
        let policy = question.policy
        let now = record.verdict(at: question.now)
        // A quarantine that held when the record was sealed may be over.
        let verdict = now.state == record.verdict.state ? record.verdict : now
        let why = verdict.reasons.first.map { reason in
            " (\(reason.code.rawValue)\(reason.detail.isEmpty ? "" : ": \(reason.detail.printable)"))"
        }
        let detail = "verdict \(verdict.state.rawValue)\(why ?? "")"
        if verdict.state == .incomplete {
            return Item(.tests, .pending, detail, toGreen: "run it again to the end")
        }
        let order: [Verdict.State] = [.unstable, .flaky, .stable]
        guard let rank = order.firstIndex(of: verdict.state),
            let minimum = order.firstIndex(of: policy.tests.minimum), rank >= minimum
        else {
            return Item(.tests, .fail, "\(detail), wanted \(policy.tests.minimum.rawValue)", toGreen: "mend the tests")
        }
        let kinds: [TestReport.Kind] = [.exitCode, .output, .reports]
        if let evidence = policy.tests.evidence, let wanted = kinds.firstIndex(of: evidence),
            record.tests.flatMap({ kinds.firstIndex(of: $0.kind) }) ?? -1 < wanted
        {
            let problem = "evidence is \(record.tests?.kind.rawValue ?? "none"), wanted \(evidence.rawValue)"
            return Item(.tests, .fail, problem, toGreen: "let the tests write reports")
        }
        let quarantined = record.tests?.context?.quarantined?.count ?? 0
        if let most = policy.tests.quarantineMax, quarantined > most {
            let problem = "\(quarantined) failing tests are in quarantine, at most \(most) may be"
            return Item(.tests, .fail, problem, toGreen: "mend the tests")
        }
        return Item(.tests, .pass, detail)
    }

    private static func freshness(_ record: Stability, _ question: GateQuestion) -> Item {
        guard let limit = question.policy.maximumAge else { return Item(.freshness, .pass, "no age limit") }
        let age = question.now.seconds - record.run.sealedAt.seconds
        if age > limit.count {
            let detail = "the record is from \(record.run.sealedAt), older than \(limit)"
            return Item(.freshness, .pending, detail, toGreen: "build and test it again: slipway run --force")
        }
        return Item(.freshness, .pass, "sealed \(record.run.sealedAt)")
    }
}

extension Decision.Candidate {
    fileprivate init(_ record: Stability) {
        (recordId, sequence) = (record.run.recordId, record.run.sequence)
        (version, commit, verdict) = (record.version?.builtAs, record.source.commit, record.verdict.state)
    }
}
