import Fixtures
import Signing
import Testing

@testable import Pipeline

struct TestAttemptsTests {
    /// `aF bP cS` is what an attempt said of tests a, b and c.
    private static func reading(_ text: String, problems: [TestReport.Problem] = []) -> TestReading {
        var cases = TestCases()
        for word in text.split(separator: " ") {
            let outcome: TestCase.Outcome =
                switch word.last {
                case "F": .failed
                case "E": .errored
                case "S": .skipped
                default: .passed
                }
            cases.add(
                TestCase(id: .init(suite: "s", name: String(word.dropLast())), outcome: outcome, message: "\(word)"))
        }
        let passed = !text.contains("F") && !text.contains("E")
        return TestReading(
            kind: .reports, cases: cases, runnerPassed: passed, problems: problems, hash: Digest.sha256)
    }

    private struct Expected: Sendable {
        var failing: [String] = []
        var flaky: [String] = []
        var letters = "FP"
        var retried: [String] = []
    }

    private static let table: [Row<[String], Expected>] = [
        Row("once is no attempt", ["aF bP"], Expected(failing: ["s.a"], letters: "F")),
        Row("a failure and then a pass", ["aF bP", "aP bP"], Expected(flaky: ["s.a"], retried: ["s.a FP"])),
        Row("only what failed is run again", ["aF bP", "aP"], Expected(flaky: ["s.a"], retried: ["s.a FP"])),
        Row("it fails again", ["aF bP", "aF"], Expected(failing: ["s.a"], letters: "FF", retried: ["s.a FF"])),
        Row(
            "one of two passes", ["aF bF", "aP bF"],
            Expected(failing: ["s.b"], flaky: ["s.a"], letters: "FF", retried: ["s.a FP", "s.b FF"])),
        Row("the third time", ["aE", "aF", "aP"], Expected(flaky: ["s.a"], letters: "FFP", retried: ["s.a FFP"])),
        Row(
            "another fails instead", ["aF bP", "aP bF"],
            Expected(failing: ["s.b"], flaky: ["s.a"], letters: "FF", retried: ["s.a FP", "s.b PF"])),
        Row("what is skipped then stays red", ["aF bP", "aS bP"], Expected(failing: ["s.a"], retried: ["s.a FS"])),
        Row("what is not there then stays red", ["aF bP", "bP"], Expected(failing: ["s.a"], retried: ["s.a F-"])),
        Row("nothing ran then", ["aF bP", ""], Expected(failing: ["s.a"], letters: "F-")),
        Row(
            "one that appears late", ["aF", "aP cF", "cP"],
            Expected(flaky: ["s.a", "s.c"], letters: "FFP", retried: ["s.a FP-", "s.c -FP"])),
    ]

    @Test(arguments: table)
    private func `attempts at tests united`(row: Row<[String], Expected>) throws {
        let readings = row.input.map { Self.reading($0) }
        var attempts = TestAttempts(try #require(readings.first))
        for next in readings.dropFirst() { _ = attempts.add(next, hash: Digest.sha256) }
        #expect(attempts.report.failing.map(\.id) == row.expected.failing)
        #expect(attempts.report.flaky == row.expected.flaky)
        #expect(attempts.letters == row.expected.letters)
        var context = TestContext()
        attempts.tell(in: &context)
        #expect((context.retried ?? []).map { "\($0.id) \($0.attempts)" } == row.expected.retried)
        #expect(context.attempts == (row.input.count > 1 ? row.expected.letters : nil))
        let totals = attempts.report.totals
        #expect(totals.failed + totals.errored == row.expected.failing.count)
        #expect(totals.flaky == row.expected.flaky.count)
    }

    @Test func `an attempt that cannot be believed changes nothing, and is counted apart`() {
        var attempts = TestAttempts(Self.reading("aF bP"))
        let before = attempts.report
        let unreadable = attempts.add(Self.reading("aP", problems: [.init(.unreadable, "cut")]), hash: Digest.sha256)
        let killed = attempts.add(nil, hash: Digest.sha256)
        #expect(!unreadable && !killed)
        #expect(attempts.report == before)
        #expect(attempts.letters == "F--")
        let isTelling = attempts.add(Self.reading("aP"), hash: Digest.sha256)
        #expect(isTelling)
        #expect(attempts.report.flaky == ["s.a"])
        #expect(attempts.letters == "F--P")
    }

    @Test func `the digest of names is that of all tests, not only of those that were tried again`() {
        var attempts = TestAttempts(Self.reading("aF bP cS"))
        let before = attempts.report.namesDigest
        _ = attempts.add(Self.reading("aP"), hash: Digest.sha256)
        #expect(attempts.report.namesDigest == before)
        #expect(attempts.report.totals.skipped == 1)
        #expect(attempts.names?.all == ["s.a", "s.b", "s.c"])
    }

    @Test func `an exit code that was red and is green is flaky`() {
        var attempts = TestAttempts(TestReading(exitCode: 1))
        #expect(attempts.failing(beyond: [], at: Timestamp(seconds: 0)) == ["command"])
        let isTelling = attempts.add(TestReading(exitCode: 0), hash: Digest.sha256)
        #expect(isTelling)
        #expect(attempts.report.failing.isEmpty)
        #expect(attempts.report.totals.flaky == 1)
        let facts = VerdictTests.facts(.exited(0), attempts.report)
        #expect(Verdict(facts).state == .flaky)
    }

    @Test func `what is worth another attempt`() {
        let now = Timestamp(seconds: 1_700_000_000)
        func failing(_ reading: TestReading, _ quarantine: [Quarantine] = []) -> [String] {
            TestAttempts(reading).failing(beyond: quarantine, at: now)
        }
        #expect(failing(Self.reading("aF bP")) == ["s.a"])
        #expect(failing(Self.reading("aP")).isEmpty)
        #expect(failing(Self.reading("aF", problems: [.init(.missing, "")])).isEmpty)
        let many = (0..<51).map { "t\($0)F" }.joined(separator: " ")
        #expect(failing(Self.reading(many)).isEmpty)
        #expect(failing(Self.reading("aF bP"), [VerdictTests.quarantine("s.a")]).isEmpty)
        #expect(failing(Self.reading("aF bP"), [VerdictTests.quarantine("s.a", expires: "2020-01-01")]) == ["s.a"])
    }

    @Test func `planned suites and quarantined tests are looked for among all tests`() {
        let attempts = TestAttempts(Self.reading("aF bP cS"))
        #expect(attempts.executed(of: ["s", "t", "*"]).map(\.executed) == [2, 0, 2])
        let entries = ["s.a", "s.c", "s.z", "*.b", "c"].map { VerdictTests.quarantine($0) }
        #expect(attempts.unmatched(entries).map(\.entry.test) == ["s.z", "c"])
        #expect(attempts.unmatched(entries).map(\.near) == [nil, "s.c"])
    }
}
