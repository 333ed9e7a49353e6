/// An outcome as a record states it and a gate recomputes it.
public struct Verdict: Equatable, Sendable, Codable {
    public let state: State
    /// Why; the first is the one that decided.
    public let reasons: [Reason]

    public enum State: String, Codable, CaseIterable, Sendable {
        case failed, incomplete, unstable, flaky, stable, reused, skipped, removed

        /// Whether a record of this state can stand in for building the same key again.
        public var isPassing: Bool { self == .stable || self == .flaky }
    }

    public struct Reason: Equatable, Sendable, Codable {
        public let code: Code
        public let detail: String

        public init(_ code: Code, _ detail: String = "") {
            (self.code, self.detail) = (code, detail)
        }
    }

    public enum Code: String, Codable, Sendable {
        case buildFailed = "build-failed"
        case commandNotFound = "command-not-found"
        case timeout
        case killed
        /// The runner's exit code is red and no failing test explains it.
        case unexplainedExit = "unexplained-exit"
        case reportMissing = "report-missing"
        case reportStale = "report-stale"
        case reportUnreadable = "report-unreadable"
        case reportContradictory = "report-contradictory"
        case nothingRan = "nothing-ran"
        case imageFailed = "image-failed"
        case pushFailed = "push-failed"
        case tagTaken = "tag-taken"
        case unavailable
        case inputsChanged = "inputs-changed"
        case interrupted
        /// It began, and nobody knows what became of it.
        case lost
        case notRun = "not-run"
        /// The service has tests, and this run was not to go as far.
        case notAsked = "not-asked"
        case testsFailed = "tests-failed"
        case testsFlaky = "tests-flaky"
        case failedBefore = "failed-before"
        case testless = "test-less"
        case exitCodeEvidence = "exit-code-evidence"
        case needFailed = "need-failed"
        case keyEqual = "key-equal"
    }

    public init(_ state: State, _ reasons: [Reason]) {
        (self.state, self.reasons) = (state, reasons)
    }

    /// Whether this says something about the sources, so that another result for the same key is a contradiction.
    ///
    /// A registry that was away says nothing.
    public var judgesSources: Bool {
        guard state == .unstable || state == .failed else { return false }
        let aboutTheWorld: Set<Code> = [.pushFailed, .tagTaken, .unavailable, .killed, .inputsChanged, .imageFailed]
        return !reasons.contains { aboutTheWorld.contains($0.code) }
    }
}

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

        public init(
            planned: [Step.Kind], omitted: [Step.Kind] = [], results: [StepResult], tests: TestReport?,
            allowEmpty: Set<String> = [], failedBefore: Bool = false, voided: Bool = false
        ) {
            (self.planned, self.omitted, self.results, self.tests) = (planned, omitted, results, tests)
            (self.allowEmpty, self.failedBefore, self.voided) = (allowEmpty, failedBefore, voided)
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
        if facts.results.contains(where: { $0.ending == .interrupted }) {
            self.init(.incomplete, [Reason(.interrupted)])
        } else if facts.voided {
            self.init(.incomplete, [Reason(.inputsChanged, "a source file was edited during the run")])
        } else if !failures.isEmpty || !evidence.isEmpty {
            self.init(.failed, failures + evidence)
        } else if let tests = facts.tests, !tests.failing.isEmpty {
            self.init(.unstable, [Reason(.testsFailed, "\(tests.totals.failed + tests.totals.errored)")])
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
        if facts.failedBefore { reasons.append(Reason(.failedBefore)) }
        let state = reasons.isEmpty ? State.stable : .flaky
        if !facts.planned.contains(.test) { reasons.append(Reason(.testless)) }
        if facts.tests?.kind == .exitCode { reasons.append(Reason(.exitCodeEvidence)) }
        self.init(state, reasons)
    }

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
        case .signalled: return Reason(.killed, detail)
        case .timedOut: return Reason(.timeout, detail)
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
        return reasons
    }
}
