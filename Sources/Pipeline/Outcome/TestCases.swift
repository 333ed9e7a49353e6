/// Test cases as they are read, attempts at the same test united.
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

    public mutating func add(_ test: TestCase) {
        guard var known = attempts[test.id] else {
            attempts[test.id] = Attempts(worst: test.outcome, last: test.outcome, message: test.message)
            return
        }
        if test.outcome > known.worst { (known.worst, known.message) = (test.outcome, test.message) }
        known.last = test.outcome
        attempts[test.id] = known
    }
}
