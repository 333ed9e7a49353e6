extension Verdict {
    /// What a run of one service showed.
    public struct Facts: Equatable, Sendable {
        /// The steps that were planned, in order.
        public var planned: [Step.Kind]
        public var results: [StepResult]
        /// Steps of the service that this run was not to take.
        public var omitted: [Step.Kind]
        /// Nil when no test step came to its end.
        public var tests: TestReport?
        /// Suites that may be empty.
        public var allowEmpty: Set<String>
        /// Whether an earlier run of the same key was red.
        public var failedBefore: Bool
        /// Whether a source file was edited while the steps ran.
        public var voided: Bool
        /// The moment that decides whether a quarantine holds; none does where nobody says when.
        public var at: Timestamp

        public init(
            planned: [Step.Kind], omitted: [Step.Kind] = [], results: [StepResult], tests: TestReport?,
            allowEmpty: Set<String> = [], failedBefore: Bool = false, voided: Bool = false,
            at moment: Timestamp = Timestamp(seconds: .max)
        ) {
            (self.planned, self.omitted, self.results, self.tests) = (planned, omitted, results, tests)
            (self.allowEmpty, self.failedBefore, self.voided) = (allowEmpty, failedBefore, voided)
            at = moment
        }
    }

    /// Whether the next step of a service may begin: what is red, or rests on no evidence, becomes no image.
    public static func permitsMore(soFar facts: Facts) -> Bool { Verdict(facts).state.isPassing }

    /// The rule.
    ///
    /// Nothing ran is never stable.
    public init(_ facts: Facts) {
        let failures = facts.results.compactMap { Self.failure($0, tests: facts.tests) }
        let evidence = Self.doubts(facts)
        let red = Self.redTests(facts)
        if facts.results.contains(where: { $0.ending == .interrupted }) {
            self.init(.incomplete, [Reason(.interrupted)])
        } else if facts.voided {
            self.init(.incomplete, [Reason(.inputsChanged, "a source file was edited during the run")])
        } else if !failures.isEmpty || !evidence.isEmpty {
            self.init(.failed, failures + evidence)
        } else if !red.isEmpty {
            self.init(.unstable, red)
        } else if let missing = facts.planned.first(where: { kind in !facts.results.contains { $0.kind == kind } }) {
            self.init(.incomplete, [Reason(.notRun, missing.rawValue)])
        } else if facts.omitted.contains(.test) {
            self.init(.incomplete, [Reason(.notAsked, Step.Kind.test.rawValue)])
        } else {
            self.init(passing: facts)
        }
    }

    private init(passing facts: Facts) {
        var reasons: [Reason] = []
        if let tests = facts.tests, tests.totals.flaky > 0 {
            reasons.append(Reason(.testsFlaky, "\(tests.totals.flaky)"))
        }
        let excused = facts.tests?.hits(at: facts.at).excused ?? []
        if !excused.isEmpty { reasons.append(Reason(.quarantined, Self.told(excused))) }
        if facts.failedBefore { reasons.append(Reason(.failedBefore)) }
        let state = reasons.isEmpty ? State.stable : .flaky
        if !facts.planned.contains(.test) { reasons.append(Reason(.testless)) }
        if facts.tests?.kind == .exitCode { reasons.append(Reason(.exitCodeEvidence)) }
        self.init(state, reasons)
    }

    /// What the tests found, and what became of them since they last passed.
    private static func redTests(_ facts: Facts) -> [Reason] {
        guard let tests = facts.tests else { return [] }
        let open = tests.openFailures(at: facts.at)
        let expired = tests.hits(at: facts.at).expired
        return (open > 0 ? [Reason(.testsFailed, "\(open)")] : [])
            + (expired.isEmpty ? [] : [Reason(.quarantineExpired, told(expired))])
            + (tests.context?.since?.breaches ?? [])
    }

    private static func told(_ hits: [Quarantine.Hit]) -> String {
        let list = hits.prefix(10).map { "\($0.id) (\($0.owner), \($0.ticket), until \($0.expires))" }
        return list.joined(separator: ", ") + (hits.count > 10 ? ", and \(hits.count - 10) more" : "")
    }

    /// SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV and SIGSYS.
    private static let crashes: Set<Int32> = [4, 5, 6, 7, 8, 11, 31]

    private static func failure(_ result: StepResult, tests: TestReport?) -> Reason? {
        let failed: Code =
            switch result.kind {
            case .build: .buildFailed
            case .test: .unexplainedExit
            case .image: .imageFailed
            case .push: .pushFailed
            }
        let detail = result.kind.rawValue + ": " + result.ending.summary
        switch result.ending {
        case .exited(0), .done, .interrupted: return nil
        case .exited(127): return Reason(.commandNotFound, detail)
        case .exited:
            let isExplained = result.kind == .test && tests?.failing.isEmpty == false
            return isExplained ? nil : Reason(failed, detail)
        // A crash is the program's own doing; other signals come from outside.
        case .signalled(let signal): return Reason(Self.crashes.contains(signal) ? failed : .killed, detail)
        case .timedOut, .silent: return Reason(.timeout, detail)
        case .notFound: return Reason(.commandNotFound, detail)
        case .failed: return Reason(failed, detail)
        case .refused: return Reason(.tagTaken, detail)
        case .unavailable: return Reason(.unavailable, detail)
        }
    }

    /// Why the tests cannot be believed.
    private static func doubts(_ facts: Facts) -> [Reason] {
        guard let report = facts.tests else {
            let ran = facts.results.contains { $0.kind == .test && $0.hasPassed }
            return ran ? [Reason(.reportMissing, "nobody read the reports")] : []
        }
        var reasons = report.problems.map { problem in
            let code: Code =
                switch problem.code {
                case .missing: .reportMissing
                case .stale: .reportStale
                case .unreadable: .reportUnreadable
                case .contradictory: .reportContradictory
                }
            return Reason(code, problem.detail)
        }
        let isExempt = !report.suites.isEmpty && report.suites.allSatisfy { facts.allowEmpty.contains($0.name) }
        if report.totals.executed == 0, !isExempt {
            let skipped = report.totals.skipped > 0 ? "\(report.totals.skipped) skipped, none executed" : "no test"
            reasons.append(Reason(.nothingRan, skipped))
        }
        let absent = (report.context?.planned ?? []).filter { $0.executed < 1 && !facts.allowEmpty.contains($0.name) }
        return reasons + absent.map { Reason(.suiteAbsent, $0.name) }
    }
}
