/// Numbers of test cases.
///
/// What was skipped was not executed.
public struct TestTotals: Equatable, Sendable, Codable {
    public var executed = 0
    public var passed = 0
    public var failed = 0
    public var errored = 0
    public var skipped = 0
    /// Passed in the end, after another attempt.
    public var flaky = 0

    public init() {}

    public static func + (left: TestTotals, right: TestTotals) -> TestTotals {
        var sum = left
        sum.executed += right.executed
        sum.passed += right.passed
        sum.failed += right.failed
        sum.errored += right.errored
        sum.skipped += right.skipped
        sum.flaky += right.flaky
        return sum
    }

    public mutating func count(_ outcome: TestCase.Outcome) {
        switch outcome {
        case .skipped: skipped += 1
        case .passed: passed += 1
        case .flaky: flaky += 1
        case .failed: failed += 1
        case .errored: errored += 1
        }
        if outcome != .skipped { executed += 1 }
    }
}

/// One test as a report tells of it.
public struct TestCase: Equatable, Sendable {
    public var id: ID
    public var outcome: Outcome
    /// The first line of what went wrong.
    public var message: String?

    public struct ID: Hashable, Sendable {
        public var suite: String
        public var name: String

        public init(suite: String, name: String) {
            (self.suite, self.name) = (suite, name)
        }
    }

    /// From best to worst.
    public enum Outcome: Int, Comparable, Sendable {
        case skipped, passed, flaky, failed, errored

        public static func < (left: Outcome, right: Outcome) -> Bool { left.rawValue < right.rawValue }
    }

    public init(id: ID, outcome: Outcome, message: String? = nil) {
        (self.id, self.outcome, self.message) = (id, outcome, message)
    }
}

extension TestCase.ID: CustomStringConvertible {
    public var description: String { suite.isEmpty ? name : "\(suite).\(name)" }
}

/// What the reports of one test step say, united.
public struct TestReport: Equatable, Sendable, Codable {
    public let kind: Kind
    public let totals: TestTotals
    /// By name; what is beyond `suiteLimit` stands together under `others`.
    public internal(set) var suites: [Suite]
    /// The first that failed, at most `listLimit`.
    public internal(set) var failing: [Failure]
    /// The first that needed another attempt, at most `listLimit`.
    public internal(set) var flaky: [String]
    /// What is wrong with the reports themselves.
    public internal(set) var problems: [Problem]
    /// Over the sorted names of all tests, so that a vanished test can be noticed.
    public let namesDigest: Digest?
    /// What else the verdict rests on; nil when there is nothing of it.
    public var context: TestContext?

    public static let listLimit = 200
    public static let suiteLimit = 500
    static let problemLimit = 50
    static let nameLimit = 300

    /// One suite of tests.
    public struct Suite: Equatable, Sendable, Codable {
        public internal(set) var name: String
        public let totals: TestTotals

        public static let others = "(others)"

        init(_ name: String, _ totals: TestTotals) {
            (self.name, self.totals) = (String(name.prefix(TestReport.nameLimit)), totals)
        }
    }

    public enum Kind: String, Codable, Sendable {
        case reports, output
        case exitCode = "exit-code"
    }

    public struct Failure: Equatable, Sendable, Codable {
        public internal(set) var id: String
        public let kind: Kind
        public internal(set) var message: String?

        public enum Kind: String, Codable, Sendable {
            case failure, error
        }
    }

    /// A report that cannot be believed.
    public struct Problem: Equatable, Sendable, Codable {
        public let code: Code
        public internal(set) var detail: String

        public enum Code: String, Codable, Sendable {
            case missing = "report-missing"
            case stale = "report-stale"
            case unreadable = "report-unreadable"
            case contradictory = "report-contradictory"
        }

        public init(_ code: Code, _ detail: String) {
            (self.code, self.detail) = (code, String(detail.prefix(TestReport.nameLimit)))
        }
    }

    /// Unites cases.
    ///
    /// A name that failed and then passed counts as a second attempt only if the runner, too, was content in the end;
    /// else two tests share the name, and the failure stands.
    public init(kind: Kind, cases: TestCases, runnerPassed: Bool, problems: [Problem], hash: HashFunction) {
        self.kind = kind
        self.problems = Array(problems.prefix(Self.problemLimit))
        let results = cases.attempts.map { (key: $0.key, value: $0.value, outcome: $0.value.outcome(runnerPassed)) }
            .sorted { "\($0.key)".utf8.lexicographicallyPrecedes("\($1.key)".utf8) }
        let bySuite = results.reduce(into: [:] as [String: TestTotals]) {
            $0[$1.key.suite, default: TestTotals()].count($1.outcome)
        }.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        let others = bySuite.dropFirst(Self.suiteLimit).map(\.value)
        suites =
            bySuite.prefix(Self.suiteLimit).map { Suite($0.key, $0.value) }
            + (others.isEmpty ? [] : [Suite(Suite.others, others.reduce(TestTotals(), +))])
        totals = suites.map(\.totals).reduce(TestTotals(), +)
        failing = results.filter { $0.outcome >= .failed }.prefix(Self.listLimit).map { result in
            Failure(
                id: String("\(result.key)".prefix(Self.nameLimit)),
                kind: result.outcome == .errored ? .error : .failure,
                message: result.value.message.map { String($0.prefix(Self.nameLimit)) })
        }
        flaky = results.filter { $0.outcome == .flaky }.prefix(Self.listLimit).map {
            String("\($0.key)".prefix(Self.nameLimit))
        }
        namesDigest = results.isEmpty ? nil : hash(Array(results.map { "\($0.key)" }.joined(separator: "\n").utf8))
    }

    init(
        kind: Kind, totals: TestTotals, suites: [Suite], failing: [Failure], flaky: [String],
        problems: [Problem], namesDigest: Digest?
    ) {
        (self.kind, self.totals, self.suites) = (kind, totals, suites)
        (self.failing, self.flaky, self.problems, self.namesDigest) = (failing, flaky, problems, namesDigest)
    }

    /// The exit code alone as evidence: one executed test.
    public init(exitCode: Int32) {
        kind = .exitCode
        var totals = TestTotals()
        totals.count(exitCode == 0 ? .passed : .failed)
        self.totals = totals
        (suites, flaky, problems, namesDigest) = ([Suite("command", totals)], [], [], nil)
        failing = exitCode == 0 ? [] : [Failure(id: "command", kind: .failure, message: "exit \(exitCode)")]
    }
}
