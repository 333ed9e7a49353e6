import Pipeline
import Reports
import Testing

/// What XCTest prints, as `swift test` shows it.
struct XCTestOutputTests {
    private func read(_ lines: [String]) -> (cases: [String], messages: [String], problem: String?) {
        var reader = OutputReader(.xctest)
        for line in lines { reader.feed(Array((line + "\n").utf8)[...]) }
        let (cases, problem) = reader.finish()
        return (cases.map { "\($0.id): \($0.outcome)" }, cases.compactMap(\.message), problem?.detail)
    }

    private static let run = [
        "Test Suite 'All tests' started at 2026-11-22 01:34:53.499",
        "Test Suite 'OneTests' started at 2026-11-22 01:34:53.501",
        "Test Case 'OneTests.testAdds' started at 2026-11-22 01:34:53.501",
        "no line endTest Case 'OneTests.testAdds' passed (0.001 seconds)",
        "Test Case 'OneTests.testBad' started at 2026-11-22 01:34:53.501",
        "/x/XTests.swift:5: error: OneTests.testBad : XCTAssertEqual failed: (\"3\") is not equal to (\"4\") - sum is off",
        "Test Case 'OneTests.testBad' failed (0.201 seconds)",
        "Test Case 'OneTests.testSkipped' started at 2026-11-22 01:34:53.703",
        "/x/XTests.swift:6: OneTests.testSkipped : Test skipped - no database",
        "Test Case 'OneTests.testSkipped' skipped (0.0 seconds)",
        "Test Suite 'OneTests' failed at 2026-11-22 01:34:53.703",
        "\t Executed 3 tests, with 1 test skipped and 1 failure (0 unexpected) in 0.203 (0.203) seconds",
        "Test Suite 'All tests' failed at 2026-11-22 01:34:53.704",
        "\t Executed 3 tests, with 1 test skipped and 1 failure (0 unexpected) in 0.203 (0.203) seconds",
        "◇ Test run started.",
        "✔ Test run with 0 tests in 0 suites passed after 0.001 seconds.",
    ]

    @Test func `trap 29: what was skipped is no test that passed, and a failure says what failed`() {
        let (cases, messages, problem) = read(Self.run)
        #expect(cases == ["OneTests.testAdds: passed", "OneTests.testBad: failed", "OneTests.testSkipped: skipped"])
        #expect(messages == ["XCTAssertEqual failed: (\"3\") is not equal to (\"4\") - sum is off"])
        #expect(problem == nil)
    }

    @Test(arguments: [3, 5, 9, 11, 13])
    func `output that ends too early is no evidence`(count: Int) {
        #expect(read(Array(Self.run.prefix(count))).problem != nil)
    }

    @Test func `a test that takes its process with it is an error`() {
        let (_, _, problem) = read(Array(Self.run.prefix(5)))
        #expect(problem == "test OneTests.testBad began and did not end")
    }

    @Test func `a test that prints what XCTest prints does not add one`() {
        var lines = Self.run
        lines.insert("Test Case 'OneTests.testMore' passed (0.1 seconds)", at: 3)
        #expect(read(lines).cases.count == 3)
    }

    @Test func `no test at all is told from a summary that is missing`() {
        let none = [
            "Test Suite 'All tests' started at 2026", "Test Suite 'All tests' passed at 2026",
            "\t Executed 0 tests, with 0 failures (0 unexpected) in 0.0 (0.0) seconds",
        ]
        #expect(read(none) == ([], [], nil))
        #expect(read(["error: no such module"]) == ([], [], nil))
        #expect(read(Array(none.prefix(2))).problem != nil)
    }

    @Test func `names are written alike on every system`() {
        let lines = [
            "Test Suite 'All tests' started at 2026.", "Test Case '-[XTests.OneTests testAdds]' started.",
            "Test Case '-[XTests.OneTests testAdds]' passed (0.001 seconds).", "Test Suite 'All tests' passed at 2026.",
            "\t Executed 1 test, with 0 failures (0 unexpected) in 0.203 (0.203) seconds",
        ]
        #expect(read(lines).cases == ["OneTests.testAdds: passed"])
    }
}
