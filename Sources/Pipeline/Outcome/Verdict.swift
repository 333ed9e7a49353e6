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
        /// Of a suite that had to run nothing did.
        case suiteAbsent = "suite-absent"
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
        case testsVanished = "tests-vanished"
        case skipsGrew = "skips-grew"
        case quarantineExpired = "quarantine-expired"
        case testsFlaky = "tests-flaky"
        /// Tests failed whose failure does not count for now.
        case quarantined
        case failedBefore = "failed-before"
        case testless = "test-less"
        case exitCodeEvidence = "exit-code-evidence"
        case needFailed = "need-failed"
        /// Something failed, and the run was to end with the first failure.
        case failFast = "fail-fast"
        case keyEqual = "key-equal"
    }

    public init(_ state: State, _ reasons: [Reason]) {
        (self.state, self.reasons) = (state, reasons)
    }

    /// Whether this says something about the sources, so that another result for the same key is a contradiction.
    ///
    /// A registry that was away says nothing, and a comparison with other sources nothing about these.
    public var judgesSources: Bool {
        guard state == .unstable || state == .failed else { return false }
        let byComparison: Set<Code> = [.testsVanished, .skipsGrew]
        if reasons.allSatisfy({ byComparison.contains($0.code) }) { return false }
        let aboutTheWorld: Set<Code> = [.pushFailed, .tagTaken, .unavailable, .killed, .inputsChanged, .imageFailed]
        return !reasons.contains { aboutTheWorld.contains($0.code) }
    }
}
