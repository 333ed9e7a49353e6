/// What the record itself shows: where it comes from, its tests, its age.
extension Hearing {
    var source: Decision.Item {
        let origin = policy.origin
        if origin.clean, record.source.dirty {
            return item(.source, .fail, "built from uncommitted work", "commit it and let CI build the commit")
        }
        if record.scope < .branch, policy.mode == .enforced {
            let detail = "made in scope \(record.scope.rawValue), which is not a branch or release build"
            return item(.source, .fail, detail, "merge it, and let CI build and sign the branch")
        }
        if let branch = record.source.branch, !origin.branches.matchesAny(branch) {
            let list = origin.branches.joined(separator: ", ")
            return item(.source, .fail, "built from branch \(branch.printable), allowed are \(list)", "merge it")
        }
        if record.source.branch == nil, !origin.branches.contains("*") {
            return item(
                .source, .fail, "the record does not say which branch it was built from", "build a branch")
        }
        return item(.source, .pass, "commit \(record.source.commit.short)")
    }

    var tests: Decision.Item {
        let now = record.verdict(at: question.now)
        // A quarantine that held when the record was sealed may be over.
        let verdict = now.state == record.verdict.state ? record.verdict : now
        let why = verdict.reasons.first.map { reason in
            " (\(reason.code.rawValue)\(reason.detail.isEmpty ? "" : ": \(reason.detail.printable)"))"
        }
        let detail = "verdict \(verdict.state.rawValue)\(why ?? "")"
        if verdict.state == .incomplete {
            return item(.tests, .pending, detail, "run it again to the end")
        }
        guard isGoodEnough(verdict) else {
            let wanted = policy.tests.minimum.rawValue
            return item(.tests, .fail, "\(detail), wanted \(wanted)", Self.remedy(for: verdict))
        }
        return weakness ?? row ?? item(.tests, .pass, detail)
    }

    private func isGoodEnough(_ verdict: Verdict) -> Bool {
        let order: [Verdict.State] = [.unstable, .flaky, .stable]
        guard let rank = order.firstIndex(of: verdict.state) else { return false }
        return rank >= order.firstIndex(of: policy.tests.minimum) ?? order.count
    }

    private static func remedy(for verdict: Verdict) -> String {
        let isOver = verdict.reasons.contains { $0.code == .quarantineExpired }
        return switch isOver ? .quarantineExpired : verdict.reasons.first?.code {
        case .testsVanished:
            "bring the tests back, or raise ratchets.vanished-tests in slipway.yaml in a commit of its own"
        case .skipsGrew: "let the skipped tests run again"
        case .quarantineExpired: "mend the tests whose quarantine is over"
        case .testsFlaky, .failedBefore, .quarantined: "mend the flaky tests"
        case .testsFailed: "mend the tests"
        default: "mend what is red, and build again"
        }
    }

    /// Evidence that is there and weaker than the policy wants.
    private var weakness: Decision.Item? {
        let kinds: [TestReport.Kind] = [.exitCode, .output, .reports]
        if let evidence = policy.tests.evidence, let wanted = kinds.firstIndex(of: evidence),
            record.tests.flatMap({ kinds.firstIndex(of: $0.kind) }) ?? -1 < wanted
        {
            let problem = "evidence is \(record.tests?.kind.rawValue ?? "none"), wanted \(evidence.rawValue)"
            return item(.tests, .fail, problem, "let the tests write reports")
        }
        let quarantined = record.tests?.context?.quarantined?.count ?? 0
        if let most = policy.tests.quarantineMax, quarantined > most {
            let problem = "\(quarantined) failing tests are in quarantine, at most \(most) may be"
            return item(.tests, .fail, problem, "mend \(quarantined - most) of them")
        }
        if let most = policy.tests.skipGrowthMax, skipGrowth > most {
            let problem = "\(skipGrowth) more tests are skipped than before, at most \(most) may be"
            return item(.tests, .fail, problem, "let \(skipGrowth - most) of them run again")
        }
        return nil
    }

    /// By how many skipped tests grew since the record before, or since what runs.
    private var skipGrowth: Int {
        guard let tests = record.tests else { return 0 }
        let since = tests.context?.since?.grownSkips ?? 0
        guard let running = range.running?.tests, running.kind == tests.kind else { return since }
        return max(since, tests.totals.skipped - running.totals.skipped)
    }

    /// Builds of the branch before this one that were not as good, or that nobody knows of.
    private var row: Decision.Item? {
        let wanted = policy.tests.consecutive
        guard wanted > 1 else { return nil }
        let judging = history.filter { other in
            other.source.branch == record.source.branch && other.run.sequence < record.run.sequence
                && (other.verdict.state.isPassing || other.verdict.judgesSources)
        }.sorted { $0.run.sequence > $1.run.sequence }.prefix(wanted - 1)
        if let bad = judging.first(where: { !isGoodEnough($0.verdict) }) {
            let detail = "\(name(bad)) before it was \(bad.verdict.state.rawValue), and \(wanted) in a row are wanted"
            return item(.tests, .fail, detail, "build the branch until \(wanted) in a row are good")
        }
        guard judging.count < wanted - 1 else { return nil }
        let detail = "\(judging.count + 1) of \(wanted) good builds in a row are known"
        return item(.tests, .pending, detail, "name the ledger with the records before, or build again")
    }

    var freshness: Decision.Item {
        guard question.intent == .deploy else { return item(.freshness, .pass, "no age limit for what ran already") }
        guard let limit = policy.ages.record else { return item(.freshness, .pass, "no age limit") }
        let age = question.now.seconds - record.run.sealedAt.seconds
        if age > limit.count {
            let detail = "the record is from \(record.run.sealedAt), older than \(limit)"
            return item(.freshness, .pending, detail, "build and test it again: slipway run --force")
        }
        return item(.freshness, .pass, "sealed \(record.run.sealedAt)")
    }

    private func item(
        _ id: Decision.Item.ID, _ state: Decision.Item.State, _ detail: String, _ toGreen: String? = nil
    ) -> Decision.Item {
        Decision.Item(id, state, detail, toGreen: toGreen)
    }
}
