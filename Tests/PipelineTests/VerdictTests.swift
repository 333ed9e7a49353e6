import Fixtures
import Signing
import Testing

@testable import Pipeline

struct VerdictTests {
    static let ran = [StepResult(.build, .exited(0)), StepResult(.test, .exited(0))]

    static func report(
        _ outcomes: [TestCase.Outcome], exit: Int32 = 0, problems: [TestReport.Problem] = [], suite: String = "s"
    ) -> TestReport {
        var cases = TestCases()
        for (index, outcome) in outcomes.enumerated() {
            cases.add(TestCase(id: .init(suite: suite, name: "t\(index)"), outcome: outcome))
        }
        return TestReport(
            kind: .reports, cases: cases, runnerPassed: exit == 0, problems: problems, hash: Digest.sha256)
    }

    static func facts(
        _ ending: Ending, _ tests: TestReport?, build: Ending = .exited(0), allowEmpty: Set<String> = [],
        failedBefore: Bool = false
    ) -> Verdict.Facts {
        Verdict.Facts(
            planned: [.build, .test], results: [StepResult(.build, build), StepResult(.test, ending)], tests: tests,
            allowEmpty: allowEmpty, failedBefore: failedBefore)
    }

    typealias Expected = (Verdict.State, Verdict.Code?)

    static let table: [Row<Verdict.Facts, Expected>] = [
        Row("all passed", facts(.exited(0), report([.passed, .passed])), (.stable, nil)),
        Row("one failed", facts(.exited(1), report([.passed, .failed])), (.unstable, .testsFailed)),
        Row("one errored", facts(.exited(1), report([.errored])), (.unstable, .testsFailed)),
        Row("one needed another attempt", facts(.exited(0), report([.passed, .flaky])), (.flaky, .testsFlaky)),
        Row(
            "failed before with this key", facts(.exited(0), report([.passed]), failedBefore: true),
            (.flaky, .failedBefore)),
        Row("no report was read", facts(.exited(0), nil), (.failed, .reportMissing)),
        Row("a report without tests", facts(.exited(0), report([])), (.failed, .nothingRan)),
        Row("everything skipped", facts(.exited(0), report([.skipped, .skipped])), (.failed, .nothingRan)),
        Row(
            "an empty suite that may be empty",
            facts(.exited(0), report([.skipped], suite: "slow"), allowEmpty: ["slow"]), (.stable, nil)),
        Row(
            "another suite is empty too", facts(.exited(0), report([.skipped], suite: "other"), allowEmpty: ["slow"]),
            (.failed, .nothingRan)),
        Row("red exit, green report", facts(.exited(1), report([.passed], exit: 1)), (.failed, .unexplainedExit)),
        Row("green exit, red report", facts(.exited(0), report([.failed])), (.unstable, .testsFailed)),
        Row("failing tests do not explain a signal", facts(.signalled(11), report([.failed])), (.failed, .killed)),
        Row("nor a timeout", facts(.timedOut(after: Seconds(5)), nil), (.failed, .timeout)),
        Row("no such command", facts(.exited(127), nil), (.failed, .commandNotFound)),
        Row("no such program", facts(.notFound("x"), nil), (.failed, .commandNotFound)),
        Row(
            "a cut report", facts(.exited(0), report([.passed], problems: [.init(.unreadable, "cut")])),
            (.failed, .reportUnreadable)),
        Row("an old report", facts(.exited(0), report([], problems: [.init(.stale, "old")])), (.failed, .reportStale)),
        Row(
            "a contradictory report", facts(.exited(0), report([.passed], problems: [.init(.contradictory, "")])),
            (.failed, .reportContradictory)),
        Row("interrupted", facts(.interrupted, nil), (.incomplete, .interrupted)),
    ]

    @Test(arguments: table)
    func `verdicts`(row: Row<Verdict.Facts, Expected>) {
        let verdict = Verdict(row.input)
        #expect(verdict.state == row.expected.0)
        #expect(verdict.reasons.first?.code == row.expected.1)
    }

    @Test func `a failed build is failed, whatever a report from somewhere says`() {
        let facts = Verdict.Facts(planned: [.build, .test], results: [StepResult(.build, .exited(2))], tests: nil)
        #expect(Verdict(facts).reasons == [.init(.buildFailed, "build: exit 2")])
    }

    @Test func `a planned step that did not run leaves the service incomplete`() {
        let facts = Verdict.Facts(planned: [.build, .test, .image], results: Self.ran, tests: Self.report([.passed]))
        #expect(Verdict(facts) == Verdict(.incomplete, [.init(.notRun, "image")]))
    }

    @Test func `a service declared test-less is stable, and says so`() {
        let facts = Verdict.Facts(planned: [.build], results: [StepResult(.build, .exited(0))], tests: nil)
        #expect(Verdict(facts) == Verdict(.stable, [.init(.testless)]))
    }

    @Test func `the exit code alone is evidence that says what it is`() {
        let facts = Self.facts(.exited(0), TestReport(exitCode: 0))
        #expect(Verdict(facts) == Verdict(.stable, [.init(.exitCodeEvidence)]))
        #expect(Verdict(Self.facts(.exited(3), TestReport(exitCode: 3))).state == .unstable)
    }

    @Test func `a source edited during the run voids whatever it showed`() {
        var facts = Self.facts(.exited(0), Self.report([.passed]))
        facts.voided = true
        #expect(Verdict(facts).state == .incomplete)
    }

    @Test func `a push that failed says nothing about the sources, a failed test does`() {
        let push = Verdict(.failed, [.init(.pushFailed)])
        #expect(!push.judgesSources)
        #expect(Verdict(.unstable, [.init(.testsFailed)]).judgesSources)
        #expect(!Verdict(.incomplete, [.init(.interrupted)]).judgesSources)
    }

    @Test func `verdicts survive JSON`() throws {
        for ending in [
            Ending.exited(3), .signalled(9), .timedOut(after: Seconds(60)), .notFound("x"), .interrupted, .done,
            .failed("a", hint: nil), .refused("a", hint: "b"), .unavailable("a", hint: "b"),
        ] {
            let result = StepResult(.test, ending, wallMs: 5, log: "l")
            #expect(try StepResult(json: JSON(encoding: result)) == result)
        }
    }
}

struct TestReportTests {
    @Test func `a name that failed and then passed is flaky when the runner was content`() {
        var cases = TestCases()
        cases.add(TestCase(id: .init(suite: "s", name: "t"), outcome: .failed, message: "boom"))
        cases.add(TestCase(id: .init(suite: "s", name: "t"), outcome: .passed))
        let content = TestReport(kind: .reports, cases: cases, runnerPassed: true, problems: [], hash: Digest.sha256)
        #expect(content.flaky == ["s.t"])
        #expect(content.failing.isEmpty)
        let angry = TestReport(kind: .reports, cases: cases, runnerPassed: false, problems: [], hash: Digest.sha256)
        #expect(angry.failing.map(\.message) == ["boom"])
    }

    @Test func `a pass and then a failure of one name is a failure`() {
        var cases = TestCases()
        cases.add(TestCase(id: .init(suite: "s", name: "t"), outcome: .passed))
        cases.add(TestCase(id: .init(suite: "s", name: "t"), outcome: .errored))
        let report = TestReport(kind: .reports, cases: cases, runnerPassed: true, problems: [], hash: Digest.sha256)
        #expect(report.failing.map(\.kind) == [.error])
    }

    @Test func `lists are capped, totals are not`() {
        let report = VerdictTests.report(Array(repeating: .failed, count: 1000), exit: 1)
        #expect(report.failing.count == 200)
        #expect(report.totals.failed == 1000)
    }

    @Test func `the digest of names notices a test that vanished`() {
        let both = VerdictTests.report([.passed, .passed])
        let one = VerdictTests.report([.passed])
        #expect(both.namesDigest != one.namesDigest)
        #expect(both.namesDigest == VerdictTests.report([.passed, .failed]).namesDigest)
    }

    @Test func `a record carries no message`() {
        var cases = TestCases()
        cases.add(TestCase(id: .init(suite: "s", name: "t"), outcome: .failed, message: "password=hunter2"))
        let report = TestReport(kind: .reports, cases: cases, runnerPassed: false, problems: [], hash: Digest.sha256)
        #expect(report.withoutMessages.failing == [.init(id: "s.t", kind: .failure, message: nil)])
    }
}
