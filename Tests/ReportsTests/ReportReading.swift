import Foundation

@testable import Pipeline
@testable import Reports

/// What a reader makes of reports, in words that tests can compare.
struct ReportReading {
    private(set) var kinds: [ReportReader.Kind] = []
    private(set) var tests: [String] = []
    private(set) var messages: [String: String] = [:]
    private(set) var places: [String: String] = [:]
    let report: TestReport
    let cases: TestCases

    init(_ texts: [[UInt8]], chunk: Int = 1 << 16, runnerPassed: Bool = true) {
        let reader = ReportReader()
        var found: [ReportReader.Kind] = []
        for text in texts {
            reader.begin()
            var rest = text[...]
            while !rest.isEmpty {
                reader.feed(rest.prefix(chunk))
                rest = rest.dropFirst(chunk)
            }
            found.append(reader.end())
        }
        let problems = found.compactMap { kind in
            if case .tests(let problem) = kind { problem } else { nil }
        }
        self.init(reader.cases, runnerPassed: runnerPassed, problems: problems, reader)
        kinds = found
    }

    init(_ text: String, chunk: Int = 1 << 16, runnerPassed: Bool = true) {
        self.init([Array(text.utf8)], chunk: chunk, runnerPassed: runnerPassed)
    }

    /// What a runner printed.
    init(_ dialect: Evidence.Dialect, _ text: [UInt8], runnerPassed: Bool = true) {
        var reader = OutputReader(dialect)
        reader.feed(text[...])
        let (found, problem) = reader.finish()
        var cases = TestCases()
        for test in found { cases.add(TestCases(test)) }
        self.init(cases, runnerPassed: runnerPassed, problems: [problem].compactMap(\.self), ReportReader())
        kinds = [.tests(problem)]
    }

    private init(_ cases: TestCases, runnerPassed: Bool, problems: [TestReport.Problem], _ reader: ReportReader) {
        self.cases = cases
        report = TestReport(
            kind: .reports, cases: cases, runnerPassed: runnerPassed, problems: problems, hash: Self.hash
        ).adding(
            coverage: reader.coverage, findings: reader.findings,
            notes: [])
        cases.eachTest(runnerPassed: runnerPassed) { test in
            tests.append("\(cases.text(of: test) ?? "?"): \(test.outcome)")
        }
        tests.sort()
        for failure in report.failing {
            messages[failure.id] = failure.message
            places[failure.id] = failure.at
        }
    }

    /// Enough of a hash for comparisons.
    static let hash: HashFunction = { bytes in
        let identity = TestIdentity(bytes)
        var words: [UInt8] = []
        identity.append(to: &words)
        return Digest(bytes: words + words)
    }

    /// What is wrong with the first report of tests that has something wrong.
    var problem: TestReport.Problem? { report.problems.first }

    static func bytes(of file: String) throws -> [UInt8] {
        guard let url = Bundle.module.url(forResource: file, withExtension: nil, subdirectory: "Reports") else {
            throw CocoaError(.fileNoSuchFile)
        }
        return Array(try Data(contentsOf: url))
    }
}
