import Fixtures
import Signing
import Testing

@testable import Pipeline

struct VerdictTests {
    static let ran = [StepResult(.build, .exited(0)), StepResult(.test, .exited(0))]

    static func report(
        _ outcomes: [TestCase.Outcome], exit: Int32 = 0, problems: [TestReport.Problem] = [], suite: String = "s",
        quarantined: [String] = [], owner: String = "team-a", planned: [String: Int] = [:], vanished: Int = 0,
        allowed: Int = 0
    ) -> TestReport {
        var cases = TestCases()
        for (index, outcome) in outcomes.enumerated() {
            cases.add(TestCase(id: .init(suite: suite, name: "t\(index)"), outcome: outcome))
        }
        var report = TestReport(
            kind: .reports, cases: cases, runnerPassed: exit == 0, problems: problems, hash: Digest.sha256)
        var context = TestContext()
        context.quarantined =
            quarantined.isEmpty ? nil : quarantined.map { .init(id: $0, quarantine($0, owner: owner)) }
        context.planned =
            planned.isEmpty ? nil : planned.sorted { $0.key < $1.key }.map { .init(name: $0, executed: $1) }
        context.since = vanished == 0 ? nil : comparison(vanished, allowed: allowed)
        report.context = context.isEmpty ? nil : context
        return report
    }

    static func quarantine(_ test: String, owner: String = "team-a", expires: String = "2027-01-31") -> Quarantine {
        guard let day = Day(parsing: expires) else { preconditionFailure("\(expires) is no date") }
        return Quarantine(test: test, owner: owner, ticket: "PAY-12", expires: day)
    }

    private static func comparison(_ vanished: Int, allowed: Int) -> TestComparison? {
        let before = report(Array(repeating: .passed, count: vanished + 1))
        return TestComparison(
            of: .init(report([.passed]), nil), since: .init(before, nil), record: "r",
            allowed: Ratchet(vanishedTests: allowed))
    }

    static func facts(
        _ ending: Ending, _ tests: TestReport?, build: Ending = .exited(0), allowEmpty: Set<String> = [],
        failedBefore: Bool = false, at moment: String = "2026-11-22T00:00:00Z"
    ) -> Verdict.Facts {
        Verdict.Facts(
            planned: [.build, .test], results: [StepResult(.build, build), StepResult(.test, ending)], tests: tests,
            allowEmpty: allowEmpty, failedBefore: failedBefore,
            at: Timestamp(parsing: moment) ?? Timestamp(seconds: .max))
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
        Row("failing tests do not explain a signal", facts(.signalled(15), report([.failed])), (.failed, .killed)),
        Row("nor a crash", facts(.signalled(11), report([.failed])), (.failed, .unexplainedExit)),
        Row("a build that crashes", facts(.exited(0), nil, build: .signalled(6)), (.failed, .buildFailed)),
        Row("a build that is killed", facts(.exited(0), nil, build: .signalled(9)), (.failed, .killed)),
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
        Row(
            "a failing test in quarantine",
            facts(.exited(1), report([.failed, .passed], exit: 1, quarantined: ["s.t0"])),
            (.flaky, .quarantined)),
        Row(
            "one more fails that is not",
            facts(.exited(1), report([.failed, .failed], exit: 1, quarantined: ["s.t0"])),
            (.unstable, .testsFailed)),
        Row(
            "a quarantine of a test that did not fail",
            facts(.exited(1), report([.failed, .passed], exit: 1, quarantined: ["s.t1"])), (.unstable, .testsFailed)),
        Row(
            "the same quarantine stated twice for two failures",
            facts(.exited(1), report([.failed, .failed], exit: 1, quarantined: ["s.t0", "s.t0"])),
            (.unstable, .testsFailed)),
        Row(
            "a quarantine that is over",
            facts(.exited(1), report([.failed], exit: 1, quarantined: ["s.t0"]), at: "2027-02-01T00:00:00Z"),
            (.unstable, .testsFailed)),
        Row(
            "a quarantine on its last day",
            facts(.exited(1), report([.failed], exit: 1, quarantined: ["s.t0"]), at: "2027-01-31T23:59:59Z"),
            (.flaky, .quarantined)),
        Row(
            "a quarantine nobody owns",
            facts(.exited(1), report([.failed], exit: 1, quarantined: ["s.t0"], owner: "")), (.unstable, .testsFailed)),
        Row(
            "quarantine does not explain a crash",
            facts(.signalled(11), report([.failed], exit: 1, quarantined: ["s.t0"])), (.failed, .unexplainedExit)),
        Row(
            "more failures than the record names, all named ones in quarantine",
            facts(
                .exited(1),
                report(Array(repeating: .failed, count: 201), exit: 1, quarantined: (0...200).map { "s.t\($0)" })),
            (.unstable, .testsFailed)),
        Row("a planned suite that ran", facts(.exited(0), report([.passed], planned: ["s": 1])), (.stable, nil)),
        Row(
            "a planned suite that is absent", facts(.exited(0), report([.passed], planned: ["s": 1, "slow": 0])),
            (.failed, .suiteAbsent)),
        Row(
            "a planned suite that may be empty",
            facts(.exited(0), report([.passed], planned: ["slow": 0]), allowEmpty: ["slow"]), (.stable, nil)),
        Row("a test vanished", facts(.exited(0), report([.passed], vanished: 1)), (.unstable, .testsVanished)),
        Row("a test vanished that may", facts(.exited(0), report([.passed], vanished: 1, allowed: 1)), (.stable, nil)),
        Row(
            "two vanished, one may", facts(.exited(0), report([.passed], vanished: 2, allowed: 1)),
            (.unstable, .testsVanished)),
        Row(
            "a failure comes before what vanished", facts(.exited(1), report([.failed], exit: 1, vanished: 1)),
            (.unstable, .testsFailed)),
        Row(
            "no evidence comes before what vanished", facts(.exited(0), report([], vanished: 1)), (.failed, .nothingRan)
        ),
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

    @Test func `vanished tests say nothing about the sources, vanished and failing ones do`() {
        #expect(!Verdict(.unstable, [.init(.testsVanished), .init(.skipsGrew)]).judgesSources)
        #expect(Verdict(.unstable, [.init(.testsFailed), .init(.testsVanished)]).judgesSources)
    }

    @Test func `who does not say when is granted no quarantine`() {
        let report = Self.report([.failed], exit: 1, quarantined: ["s.t0"])
        let facts = Verdict.Facts(
            planned: [.test], results: [StepResult(.test, .exited(1))], tests: report)
        #expect(Verdict(facts).state == .unstable)
    }

    @Test func `a quarantine says who, where and until when`() {
        let facts = Self.facts(.exited(1), Self.report([.failed], exit: 1, quarantined: ["s.t0"]))
        #expect(Verdict(facts).reasons == [.init(.quarantined, "s.t0 (team-a, PAY-12, until 2027-01-31)")])
    }

    @Test func `what decided a verdict is in the record, and gives the same verdict again`() throws {
        let parts = World.parts(Catalog(services: [World.service("billing")]))
        let own = try #require(parts["billing"])
        for report in [
            Self.report([.failed, .passed], exit: 1, quarantined: ["s.t0"]), Self.report([.passed], vanished: 1),
            Self.report([.passed], planned: ["slow": 0]),
        ] {
            let record = Sample.record(World.service("billing"), own, tests: report) { record in
                record.verdict = record.recomputedVerdict
            }
            let read = try Statement(payload: Statement(record).payload).predicate
            #expect(read.recomputedVerdict == record.verdict)
            #expect(read == record)
            var forged = read
            forged.tests?.context = nil
            #expect(forged.recomputedVerdict.state != record.verdict.state)
        }
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
