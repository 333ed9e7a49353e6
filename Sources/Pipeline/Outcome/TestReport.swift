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
    /// Where it went wrong, as `file:line`.
    public var place: String?
    /// How long it took, in microseconds.
    public var time: Int64?

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
    /// Over the names of all tests, so that a vanished test can be noticed.
    ///
    /// The hash of the sorted identities, sixteen bytes each: `TestIdentity` of suite and normalised name, once for each
    /// test.
    public let namesDigest: Digest?
    /// What else the verdict rests on; nil when there is nothing of it.
    public var context: TestContext?
    /// Coverage that the tests measured, a format each.
    public private(set) var coverage: [Coverage]?
    /// What checking tools found, a tool each.
    public private(set) var findings: [ToolFindings]?
    /// What could not be read beside the reports of tests; changes no verdict.
    public internal(set) var notes: [String]?

    public static let listLimit = 200
    public static let suiteLimit = 500
    static let problemLimit = 50
    static let nameLimit = 300

    /// One suite of tests.
    public struct Suite: Equatable, Sendable, Codable {
        public internal(set) var name: String
        public let totals: TestTotals
        /// Milliseconds of its cases together, where the report states them.
        public private(set) var caseMs: Int64?
        /// What it is when it is no suite of tests.
        public private(set) var kind: Kind?

        public static let others = "(others)"

        public enum Kind: String, Codable, Sendable {
            /// What a checking tool writes as if it were tests: mypy, ruff, eslint and their kin.
            case check
        }

        init(_ name: String, _ totals: TestTotals, caseMs: Int64? = nil, kind: Kind? = nil) {
            (self.name, self.totals) = (String(name.prefix(TestReport.nameLimit)), totals)
            (self.caseMs, self.kind) = (caseMs, kind)
        }

        /// What it adds to the totals of a report: a check that passes is no test that ran, one that is red is red.
        var counted: TestTotals {
            guard kind == .check else { return totals }
            var red = TestTotals()
            (red.failed, red.errored, red.executed) = (totals.failed, totals.errored, totals.failed + totals.errored)
            return red
        }

        /// The same without what differs between two runs that are the same.
        var withoutTimes: Suite { Suite(name, totals, kind: kind) }
    }

    public enum Kind: String, Codable, Sendable {
        case reports, output
        case exitCode = "exit-code"
    }

    public struct Failure: Equatable, Sendable, Codable {
        public internal(set) var id: String
        public let kind: Kind
        public internal(set) var message: String?
        /// Where it went wrong, as `file:line`, when the report says so.
        public private(set) var at: String?

        public init(id: String, kind: Kind, message: String?, at: String? = nil) {
            (self.id, self.kind, self.message) = (id, kind, message)
            self.at = at.map { String($0.prefix(TestReport.nameLimit)) }
        }

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

    /// The same with what else the files of the step tell; nothing is said of what they do not.
    public func adding(coverage: [Coverage], findings: [ToolFindings], notes: [String]) -> TestReport {
        var copy = self
        let (united, found) = (Coverage.united(coverage), ToolFindings.united(findings))
        copy.coverage = united.isEmpty ? nil : united
        copy.findings = found.isEmpty ? nil : Array(found.prefix(Self.problemLimit))
        copy.notes = notes.isEmpty ? nil : notes.prefix(Self.problemLimit).map { String($0.prefix(Self.nameLimit)) }
        return copy
    }

    /// The same as a record states it.
    ///
    /// Without what assertions said, which may hold what nobody should read, and without times, which differ between two
    /// runs that are the same.
    public var withoutMessages: TestReport {
        var copy = TestReport(
            kind: kind, totals: totals, suites: suites.map(\.withoutTimes),
            failing: failing.map { Failure(id: $0.id, kind: $0.kind, message: nil) }, flaky: flaky, problems: problems,
            namesDigest: namesDigest
        ).adding(coverage: coverage ?? [], findings: findings ?? [], notes: [])
        copy.context = context
        return copy
    }
}
