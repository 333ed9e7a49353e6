/// Test cases as they are read.
///
/// One name twice in one report is a second attempt, as runners that retry write it. In two reports, or on the output of a
/// runner, it is two tests: the worse counts.
public struct TestCases: Equatable, Sendable {
    /// What is known of one test name.
    public struct Attempts: Equatable, Sendable {
        public var worst: TestCase.Outcome
        public var last: TestCase.Outcome
        /// What the worst attempt said.
        public var message: String?

        func outcome(_ runnerPassed: Bool) -> TestCase.Outcome {
            worst >= .failed && last <= .flaky && last != .skipped && runnerPassed ? .flaky : worst
        }
    }

    public private(set) var attempts: [TestCase.ID: Attempts] = [:]

    public init() {}

    public init(_ test: TestCase) { add(test) }

    public mutating func add(_ test: TestCase) {
        guard var known = attempts[test.id] else {
            attempts[test.id] = Attempts(worst: test.outcome, last: test.outcome, message: test.message)
            return
        }
        if test.outcome > known.worst { (known.worst, known.message) = (test.outcome, test.message) }
        known.last = test.outcome
        attempts[test.id] = known
    }

    /// Adds what another report says.
    public mutating func add(_ other: TestCases) {
        attempts.merge(other.attempts) { one, two in
            let worse = one.worst < two.worst ? two : one
            return Attempts(worst: worse.worst, last: max(one.last, two.last), message: worse.message)
        }
    }
}
