extension TestReport {
    /// Unites cases, and adds what else the files of the step tell.
    ///
    /// A name that failed and then passed counts as a second attempt only if the runner, too, was content in the end;
    /// else two tests share the name, and the failure stands.
    public init(
        kind: Kind, cases: TestCases, runnerPassed: Bool, problems: [Problem], hash: HashFunction
    ) {
        var sum = Summary(cases)
        cases.eachTest(runnerPassed: runnerPassed) { sum.add($0) }
        let shown = sum.suites
        self.init(
            kind: kind, totals: shown.map(\.counted).reduce(TestTotals(), +), suites: shown,
            failing: Summary.first(sum.failing).map(\.1), flaky: Summary.first(sum.flaky).map(\.1),
            problems: Array(problems.prefix(Self.problemLimit)),
            namesDigest: sum.identities.isEmpty ? nil : hash(sum.identities))
    }
}

/// What is counted and listed while tests are gone through, once.
private struct Summary {
    private let cases: TestCases
    private let isShown: [Bool]
    private var totals: [TestTotals]
    /// With the texts by which they are sorted.
    private(set) var failing: [(String, TestReport.Failure)] = []
    private(set) var flaky: [(String, String)] = []
    /// Sixteen bytes a test, in order.
    private(set) var identities: [UInt8] = []

    init(_ cases: TestCases) {
        self.cases = cases
        isShown = cases.suites.isShown
        totals = Array(repeating: TestTotals(), count: cases.suites.names.count)
        identities.reserveCapacity(16 * cases.count)
    }

    mutating func add(_ test: TestCases.Test) {
        totals[isShown[test.suite] ? test.suite : TestCases.SuiteTable.others].count(test.outcome)
        test.identity.append(to: &identities)
        guard test.outcome >= .flaky, let text = cases.text(of: test) else { return }
        let id = String(text.prefix(TestReport.nameLimit))
        if test.outcome == .flaky {
            Self.keep((text, id), in: &flaky)
        } else {
            let message = test.detail?.message.map { String($0.prefix(TestReport.nameLimit)) }
            let kind: TestReport.Failure.Kind = test.outcome == .errored ? .error : .failure
            Self.keep(
                (text, TestReport.Failure(id: id, kind: kind, message: message, at: test.detail?.place)), in: &failing)
        }
    }

    /// Keeps more than are wanted, and now and then only those.
    private static func keep<Item>(_ item: (String, Item), in list: inout [(String, Item)]) {
        list.append(item)
        if list.count == 10 * TestReport.listLimit { list = first(list) }
    }

    static func first<Item>(_ list: [(String, Item)]) -> [(String, Item)] {
        Array(
            list.sorted { $0.0 < $1.0 }.prefix(TestReport.listLimit))
    }

    /// By name, what is beyond the limit under one name.
    var suites: [TestReport.Suite] {
        let table = cases.suites
        let known = table.names.indices.filter { table.isShown[$0] && totals[$0] != TestTotals() }
            .map { (name: table.names[$0], totals: totals[$0], time: table.times[$0]) }
            .sorted { $0.name.lexicographicallyPrecedes($1.name) }
        var others = totals[TestCases.SuiteTable.others]
        var time = table.times[TestCases.SuiteTable.others]
        for suite in known.dropFirst(TestReport.suiteLimit) {
            others = others + suite.totals
            if let more = suite.time { time = (time ?? 0) + more }
        }
        let shown = known.prefix(TestReport.suiteLimit).map { suite in
            TestReport.Suite(
                String(decoding: suite.name, as: UTF8.self), suite.totals, caseMs: Self.milliseconds(suite.time),
                kind: cases.checks.contains(suite.name) ? .check : nil)
        }
        guard others != TestTotals() else { return shown }
        return shown + [TestReport.Suite(TestReport.Suite.others, others, caseMs: Self.milliseconds(time))]
    }

    private static func milliseconds(_ time: Int64?) -> Int64? { time.map { ($0 + 500) / 1000 } }
}
