import Fixtures
import Signing
import Testing

@testable import Pipeline

struct FlakinessTests {
    /// Records of one service: a key, and what became of tests `a` and `b`, oldest first.
    private static func records(_ lines: [(key: String, a: TestCase.Outcome, b: TestCase.Outcome)]) -> [Stability] {
        lines.enumerated().map { index, line in
            record(index, line.key, report(line.a, line.b))
        }
    }

    private static func report(_ a: TestCase.Outcome, _ b: TestCase.Outcome) -> TestReport {
        var cases = TestCases()
        cases.add(TestCase(id: .init(suite: "s", name: "a"), outcome: a))
        cases.add(TestCase(id: .init(suite: "s", name: "b"), outcome: b))
        return TestReport(
            kind: .reports, cases: cases, runnerPassed: max(a, b) < .failed, problems: [], hash: Digest.sha256)
    }

    private static func record(
        _ index: Int, _ key: String, _ tests: TestReport?, build: Ending = .exited(0),
        change: (inout Stability) -> Void = { _ in }
    ) -> Stability {
        let material = KeyParts.Material(configuration: (.string(key), .null))
        let parts = KeyParts(material, hash: Digest.sha256)
        return Sample.record(World.service("billing"), parts, tests: tests) { record in
            let exit: Int32 = (tests?.failing.isEmpty ?? true) ? 0 : 1
            let test = tests == nil ? [] : [StepResult(.test, .exited(exit))]
            record.steps.results = [StepResult(.build, build)] + test
            record.run.recordId = "id\(index)"
            record.run.sealedAt = Timestamp(seconds: 1_700_000_000 + Int64(index) * 86_400)
            record.source.commit = .test(UInt8(index % 250))
            record.verdict = record.recomputedVerdict
            change(&record)
        }
    }

    @Test func `one key, once red and once green`() throws {
        let flakiness = Flakiness(
            Self.records([("k", .passed, .passed), ("k", .failed, .passed), ("l", .passed, .passed)]).shuffled())
        let entry = try #require(flakiness.tests.first)
        #expect(flakiness.tests.count == 1)
        #expect((entry.test, entry.rate, entry.keys, entry.cleanRuns) == ("s.a", "1/3", 1, 1))
        #expect((entry.firstSeen.record, entry.lastSeen.commit) == ("id1", .test(1)))
    }

    @Test func `a test that is red for every run of its key is broken, not flaky`() {
        let flakiness = Flakiness(
            Self.records([("k", .failed, .passed), ("k", .failed, .passed), ("l", .passed, .passed)]))
        #expect(flakiness.tests.isEmpty)
        #expect(flakiness.records == 3)
    }

    @Test func `keys for which it was broken do not enter the rate`() throws {
        let entry = try #require(
            Flakiness(
                Self.records([
                    ("k", .failed, .passed), ("k", .passed, .passed), ("broken", .failed, .passed),
                    ("l", .passed, .passed),
                ])
            ).tests.first)
        #expect(entry.rate == "1/3")
    }

    @Test func `a test that passed after a retry gave two answers in one run`() throws {
        let entry = try #require(Flakiness(Self.records([("k", .flaky, .passed)])).tests.first)
        #expect((entry.test, entry.rate, entry.cleanRuns) == ("s.a", "1/1", 0))
    }

    @Test func `a failed build that succeeds for the same key is told without a test`() throws {
        let records = [
            Self.record(0, "k", nil, build: .exited(1)), Self.record(1, "k", Self.report(.passed, .passed)),
        ]
        let entry = try #require(Flakiness(records).tests.first)
        #expect((entry.test, entry.rate) == (nil, "1/2"))
    }

    @Test func `a machine that failed is no answer`() {
        let records = [
            Self.record(0, "k", nil, build: .unavailable("registry", hint: nil)),
            Self.record(1, "k", nil, build: .signalled(9)), Self.record(2, "k", Self.report(.passed, .passed)),
        ]
        #expect(Flakiness(records).tests.isEmpty)
    }

    @Test func `a release repeats evidence and adds none`() {
        let one = Self.records([("k", .flaky, .passed)])
        let released = Self.record(5, "k", Self.report(.flaky, .passed)) { record in
            let trailer = ReleaseTrailer(
                service: "billing", version: "1.0.0", images: [], run: .init(id: "r"), evidence: .init())
            record.release = .init(trailer, tag: "billing/v1.0.0", changelog: "", accepted: [])
        }
        #expect(Flakiness(one + [released]).tests.map(\.rate) == ["1/1"])
    }

    @Test func `a record that names only some of its failures passes nobody`() {
        let many = VerdictTests.report(Array(repeating: .failed, count: 300), exit: 1)
        let all = VerdictTests.report(Array(repeating: .passed, count: 300))
        // t99 failed, and is beyond the names that are listed.
        let records = [Self.record(0, "k", many), Self.record(1, "k", all)]
        let tests = Flakiness(records).tests.compactMap(\.test)
        #expect(tests.count == 200)
        #expect(!tests.contains("s.t99"))
    }

    @Test func `services do not lend each other their keys`() {
        let other = Self.record(1, "k", Self.report(.failed, .passed)) { $0.service.name = "web" }
        #expect(Flakiness([Self.record(0, "k", Self.report(.passed, .passed)), other]).tests.isEmpty)
    }

    @Test func `many runs of many keys`() {
        let lines = (0..<1000).map { index in
            (key: "k\(index % 100)", a: index % 7 == 0 ? TestCase.Outcome.failed : .passed, b: TestCase.Outcome.passed)
        }
        let flakiness = Flakiness(Self.records(lines))
        #expect(flakiness.tests.map(\.rate) == ["143/1000"])
        #expect(flakiness.tests.first?.keys == 100)
    }
}
