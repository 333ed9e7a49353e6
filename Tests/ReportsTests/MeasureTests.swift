import Pipeline
import Testing

@testable import Reports

/// Coverage and findings, as numbers.
struct MeasureTests {
    typealias Measured = (file: String, lines: String, branches: String?)

    private static func text(_ ratio: Coverage.Ratio?) -> String? { ratio.map { "\($0.covered)/\($0.total)" } }

    @Test(arguments: [
        ("jacoco.xml", Coverage.Format.jacoco, "5/8", "1/4"), ("gcovr.xml", .cobertura, "4/7", "1/4"),
        ("coverage-py.xml", .cobertura, "3/6", "1/4"), ("coverage-py.info", .lcov, "3/6", "1/4"),
        ("lcov.info", .lcov, "4/7", "1/4"), ("llvm-cov.info", .lcov, "4/8", "1/4"),
        ("llvm-cov.json", .llvm, "4/8", "1/4"), ("node.info", .lcov, "5/7", "4/5"),
    ])
    func `coverage as the real tools write it`(
        file: String, format: Coverage.Format, lines: String, branches: String
    ) throws {
        let bytes = try ReportReading.bytes(of: file)
        for chunk in [1 << 16, 5] {
            let reading = ReportReading([bytes], chunk: chunk)
            #expect(reading.kinds == [.other(nil)])
            let found = try #require(reading.report.coverage?.first)
            #expect(found.format == format)
            #expect(Self.text(found.lines) == lines)
            #expect(Self.text(found.branches) == branches)
        }
    }

    @Test func `Cobertura without counts in its root is counted, each class once`() {
        let method = "<methods><method><lines><line number=\"1\" hits=\"1\"/></lines></method></methods>"
        let lines =
            "<lines><line number=\"1\" hits=\"1\"/><line number=\"2\" hits=\"0\" branch=\"true\" condition-coverage=\"50% (1/2)\"/></lines>"
        let text =
            "<coverage line-rate=\"0.5\"><packages><package><classes><class>\(method)\(lines)</class></classes></package></packages></coverage>"
        let found = ReportReading(text).report.coverage?.first
        #expect(found?.lines == .init(covered: 1, total: 2))
        #expect(found?.branches == .init(covered: 1, total: 2))
    }

    @Test func `LCOV of several tests has the union of their lines`() {
        let one = "TN:a\nSF:/x.c\nDA:1,1\nDA:2,0\nend_of_record\n"
        let two = "TN:b\nSF:/x.c\nDA:1,0\nDA:2,3\nDA:3,0\nend_of_record\nSF:/y.c\nDA:1,0\nend_of_record\n"
        #expect(ReportReading(one + two).report.coverage?.first?.lines == .init(covered: 2, total: 4))
    }

    @Test func `files of one format are added up, and formats left apart`() throws {
        let files = try ["lcov.info", "lcov.info", "gcovr.xml"].map(ReportReading.bytes)
        let found = ReportReading(files).report.coverage ?? []
        #expect(found.map(\.format) == [.cobertura, .lcov])
        #expect(found.map(\.files) == [1, 2])
        #expect(found.last?.lines == .init(covered: 8, total: 14))
    }

    @Test(arguments: [
        ("SF:/x.c\nDA:1,1\n", "ends within the record of a file"),
        ("<report name=\"x\"></report>", "has no counts of lines"),
        ("<report name=\"x\"><counter type=\"LINE\"", nil),
        ("{\"type\":\"llvm.coverage.json.export\",\"data\":[]}", "has no counts of lines"),
        ("{\"type\":\"llvm.coverage.json.export\",\"data\":[", "ends before its outermost object does"),
        ("<coverage generated=\"1\" clover=\"3.2\"></coverage>", "is Clover's: let the tool write Cobertura or LCOV"),
    ])
    func `coverage that cannot be read is no report of tests that cannot be`(text: String, problem: String?) {
        guard case .other(let reason?)? = ReportReading(text).kinds.first else {
            Issue.record("\(ReportReading(text).kinds)")
            return
        }
        if let problem { #expect(reason == problem) }
    }

    @Test(arguments: [
        ("ruff.sarif", "ruff: 3 errors, 0 warnings, 0 notes"),
        ("ruff-clean.sarif", "ruff: 0 errors, 0 warnings, 0 notes"),
        ("clang.sarif", "clang: 0 errors, 1 warnings, 1 notes"),
    ])
    func `findings as the real tools write them`(file: String, expected: String) throws {
        let bytes = try ReportReading.bytes(of: file)
        for chunk in [1 << 16, 3] {
            let reading = ReportReading([bytes], chunk: chunk)
            #expect(reading.kinds == [.other(nil)])
            let found = try #require(reading.report.findings?.first)
            #expect(
                "\(found.tool): \(found.errors) errors, \(found.warnings) warnings, \(found.notes) notes" == expected)
            #expect(found.ran)
        }
    }

    private func findings(_ runs: String) -> [ToolFindings] {
        ReportReading(#"{"version":"2.1.0","runs":[\#(runs)]}"#).report.findings ?? []
    }

    @Test func `a run without results did not run, which is not clean`() {
        let found = findings(#"{"tool":{"driver":{"name":"a"}}},{"tool":{"driver":{"name":"b"}},"results":[]}"#)
        #expect(found == [.init(tool: "a", ran: false), .init(tool: "b", ran: true)])
    }

    @Test func `a result without a level has that of its rule, wherever the rule stands`() {
        let rules =
            #""tool":{"driver":{"name":"a","rules":[{"id":"r0","defaultConfiguration":{"level":"error"}},{"id":"r1","defaultConfiguration":{"level":"note"}}]}}"#
        let results = #""results":[{"ruleId":"r0"},{"ruleIndex":1},{"rule":{"id":"r1"}},{"ruleId":"other"}]"#
        let expected = [ToolFindings(tool: "a", ran: true, errors: 1, warnings: 1, notes: 2)]
        #expect(findings("{\(rules),\(results)}") == expected)
        #expect(findings("{\(results),\(rules)}") == expected)
    }

    @Test func `what passed, was suppressed or is gone is no finding`() {
        let results =
            #"{"level":"error","kind":"pass"},{"level":"error","suppressions":[{"kind":"inSource"}]},{"level":"error","baselineState":"absent"},{"level":"error","suppressions":[{"status":"rejected"}]},{"level":"none"}"#
        #expect(
            findings(#"{"tool":{"driver":{"name":"a"}},"results":[\#(results)]}"#) == [
                .init(tool: "a", ran: true, errors: 1)
            ])
    }

    @Test func `what a suite is that no test is in`() {
        let text =
            #"<testsuite name="mypy" tests="1"><testcase classname="mypy" name="mypy-py3_11-linux"/></testsuite>"#
        let report = ReportReading(text).report
        #expect(report.suites.map(\.kind) == [.check])
        #expect(report.totals.executed == 0)
        let red = text.split(separator: "/>").joined(separator: "><failure/></testcase>")
        #expect(ReportReading(red, runnerPassed: false).report.totals.failed == 1)
    }
}
