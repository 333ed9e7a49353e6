/// What one attempt at the tests of a service left to be read.
public struct TestReading: Sendable {
    public private(set) var report: TestReport
    /// None where the exit code is all there is.
    let cases: TestCases
    let runnerPassed: Bool
    /// The files it was read from, by their whole paths.
    public var files: [Stability.ReportFile] = []

    public init(
        kind: TestReport.Kind, cases: TestCases, runnerPassed: Bool, problems: [TestReport.Problem], hash: HashFunction
    ) {
        report = TestReport(kind: kind, cases: cases, runnerPassed: runnerPassed, problems: problems, hash: hash)
        (self.cases, self.runnerPassed) = (cases, runnerPassed)
    }

    /// The exit code alone as evidence.
    public init(exitCode: Int32) {
        (report, cases, runnerPassed) = (TestReport(exitCode: exitCode), TestCases(), exitCode == 0)
    }

    /// The same with what else the files of the step tell.
    public func adding(coverage: [Coverage], findings: [ToolFindings], notes: [String]) -> TestReading {
        var copy = self
        copy.report = report.adding(coverage: coverage, findings: findings, notes: notes)
        return copy
    }

    /// The same without what must not be read, wherever a runner's own words stand in it.
    public func hiding(with redaction: Redaction, hash: HashFunction) -> TestReading {
        var results: [TestCase] = []
        var isTold = false
        func clean(_ text: String) -> String {
            let clean = redaction.redacted(text, wasCut: text.count >= TestReport.nameLimit)
            isTold = isTold || clean != text
            return clean
        }
        cases.eachResult(runnerPassed: runnerPassed) { result in
            var copy = result
            copy.id = .init(suite: clean(result.id.suite), name: clean(result.id.name))
            copy.message = result.message.map(clean)
            results.append(copy)
        }
        var reading = self
        if isTold {
            reading = TestReading(
                kind: report.kind, cases: TestCases(settled: results), runnerPassed: runnerPassed,
                problems: report.problems, hash: hash
            ).adding(coverage: report.coverage ?? [], findings: report.findings ?? [], notes: report.notes ?? [])
        }
        reading.report = reading.report.hiding(with: redaction)
        return reading
    }

    /// Whether it can be believed, and something ran.
    var isEvidence: Bool { report.problems.isEmpty && report.totals.executed > 0 }
}

/// All attempts at the tests of one step, united test by test: the last word on each counts, and what was red once and
/// passed in the end is flaky.
public struct TestAttempts: Sendable {
    public private(set) var report: TestReport
    /// One letter an attempt, as in `TestContext`.
    public private(set) var letters: String
    private var cases: TestCases
    private var runnerPassed: Bool
    /// What the attempts said of tests that were red in one of them.
    private var marks: [TestCase.ID: String] = [:]

    /// More failing tests than this are no matter of chance.
    private static let limit = 50

    public init(_ first: TestReading) {
        (report, cases, runnerPassed) = (first.report, first.cases, first.runnerPassed)
        letters = first.report.failing.isEmpty ? "P" : "F"
    }

    public var count: Int { letters.utf8.count }

    /// The failing tests that are worth another attempt: not all of them excused, not too many, and nothing else wrong.
    public func failing(beyond quarantine: [Quarantine], at moment: Timestamp) -> [String] {
        let failing = report.failing.map(\.id)
        guard report.problems.isEmpty, report.totals.failed + report.totals.errored <= Self.limit else { return [] }
        let excused = Set(quarantine.hits(among: failing).filter { $0.holds(at: moment) }.map(\.id))
        return failing.contains { !excused.contains($0) } ? failing : []
    }

    /// Adds what the next attempt left; nil when it was ended before it could leave anything.
    ///
    /// Returns whether it says anything. One that does not changes nothing.
    public mutating func add(_ next: TestReading?, hash: HashFunction) -> Bool {
        guard let next, next.isEvidence, next.report.kind == report.kind else {
            letters += "-"
            return false
        }
        guard report.kind != .exitCode else {
            report = next.report.failing.isEmpty ? TestReport.exitCodePassedLater : next.report
            letters += next.report.failing.isEmpty ? "P" : "F"
            return true
        }
        var results = cases.results(runnerPassed: runnerPassed)
        let later = next.cases.results(runnerPassed: next.runnerPassed)
        for (id, result) in results where count == 1 && result.outcome >= .failed { marks[id] = "F" }
        for (id, result) in later where result.outcome >= .failed && marks[id] == nil {
            marks[id] = String(repeating: "-", count: count - 1) + (results[id].map { Self.letter($0.outcome) } ?? "-")
        }
        for id in marks.keys { marks[id]?.append(later[id].map { Self.letter($0.outcome) } ?? "-") }
        for (id, result) in later { results[id] = Self.united(results[id], result) }
        (cases, runnerPassed) = (TestCases(settled: results.values), true)
        letters += next.report.failing.isEmpty ? "P" : "F"
        report = TestReport(kind: report.kind, cases: cases, runnerPassed: true, problems: [], hash: hash).adding(
            coverage: report.coverage ?? [], findings: report.findings ?? [], notes: report.notes ?? [])
        return true
    }

    private static func letter(_ outcome: TestCase.Outcome) -> String {
        switch outcome {
        case .skipped: "S"
        case .passed, .flaky: "P"
        case .failed, .errored: "F"
        }
    }

    /// What is skipped later takes nothing back.
    private static func united(_ earlier: TestCase?, _ later: TestCase) -> TestCase {
        guard let earlier, earlier.outcome != .skipped else { return later }
        if later.outcome == .skipped { return earlier }
        var united = later
        if earlier.outcome >= .flaky, later.outcome == .passed { united.outcome = .flaky }
        return united
    }

    /// The names of all tests, where there are names.
    public var names: TestNames? { TestNames(cases, runnerPassed: runnerPassed) }

    /// What several attempts came to; nothing when there was one.
    public func tell(in context: inout TestContext) {
        guard count > 1 else { return }
        context.attempts = letters
        let retried = marks.map { TestContext.Retried(id: TestReport.told($0.key), attempts: $0.value) }
        context.retried =
            retried.isEmpty
            ? nil : Array(retried.sorted { TestNames.precedes($0.id, $1.id) }.prefix(TestReport.listLimit))
    }

    /// How many tests ran of each suite that had to.
    public func executed(of suites: [String]) -> [TestContext.PlannedSuite] {
        let patterns = suites.map(Wildcard.init)
        var ran = Array(repeating: 0, count: suites.count)
        cases.eachResult(runnerPassed: runnerPassed) { test in
            guard test.outcome != .skipped else { return }
            for (index, pattern) in patterns.enumerated() where pattern.matches(test.id.suite) { ran[index] += 1 }
        }
        return zip(suites, ran).map { .init(name: $0, executed: $1) }
    }

    /// The entries of a quarantine that name no test there is, each with the name of a test that ends so.
    public func unmatched(_ quarantine: [Quarantine]) -> [(entry: Quarantine, near: String?)] {
        var open = quarantine.map { (entry: $0, pattern: Wildcard($0.test), ending: Wildcard("*." + $0.test)) }
        open.removeAll { entry in report.failing.contains { entry.pattern.matches($0.id) } }
        var near: [String: String] = [:]
        cases.eachResult(runnerPassed: runnerPassed) { test in
            guard !open.isEmpty else { return }
            let name = TestReport.told(test.id)
            open.removeAll { $0.pattern.matches(name) }
            for entry in open where entry.ending.matches(name) {
                near[entry.entry.test] = min(near[entry.entry.test] ?? name, name)
            }
        }
        return open.map { ($0.entry, near[$0.entry.test]) }
    }
}

extension TestReport {
    /// A name as reports tell it.
    static func told(_ id: TestCase.ID) -> String { String("\(id)".prefix(nameLimit)) }

    /// The evidence of a command that was red and then green.
    fileprivate static var exitCodePassedLater: TestReport {
        var totals = TestTotals()
        totals.count(.flaky)
        return TestReport(
            kind: .exitCode, totals: totals, suites: [Suite("command", totals)], failing: [], flaky: ["command"],
            problems: [], namesDigest: nil)
    }
}
