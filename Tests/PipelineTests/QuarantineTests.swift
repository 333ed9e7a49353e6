import Fixtures
import Signing
import Testing

@testable import Pipeline

struct QuarantineTests {
    @Test(arguments: [
        Row("a name as it is", ("A.slow", "A.slow"), true),
        Row("another", ("A.slow", "A.slower"), false),
        Row("a star at the end", ("A.*", "A.slow"), true),
        Row("a star that takes nothing", ("A.slow*", "A.slow"), true),
        Row("a star takes points and slashes", ("A*z", "A.b/c::y z"), true),
        Row("stars in between", ("*.slow[*]", "A.B.slow[x-1]"), true),
        Row("brackets are letters", ("t[a]", "ta"), false),
        Row("a question mark is a letter", ("t?", "ta"), false),
        Row("backing up to an earlier star", ("*ab*ac", "abxabac"), true),
        Row("case counts", ("a.SLOW", "a.slow"), false),
        Row("nothing takes only nothing", ("", "a"), false),
    ])
    private func `patterns of test names`(row: Row<(String, String), Bool>) {
        #expect(Wildcard(row.input.0).matches(row.input.1) == row.expected)
    }

    @Test func `a pattern that would take for ever does not`() {
        let pattern = String(repeating: "*a", count: 200) + "b"
        #expect(!Wildcard(pattern).matches(String(repeating: "a", count: 5000)))
    }

    @Test(arguments: ["2027-01-31", "2024-02-29"])
    func `a date is read`(text: String) throws {
        let day = try #require(Day(parsing: text))
        #expect("\(day)" == text)
        let json = try JSON(encoding: day)
        #expect(json == .string(text))
    }

    @Test(arguments: ["2027-02-29", "2027-1-31", "31.1.2027", "2027-01-31T00:00:00Z", "", "tomorrow", "2027-13-01"])
    func `what is no date is refused`(text: String) {
        #expect(Day(parsing: text) == nil)
    }

    @Test func `of several entries the one that holds longest counts`() {
        let entries = [
            VerdictTests.quarantine("A.*", owner: "early", expires: "2026-01-01"),
            VerdictTests.quarantine("A.slow", owner: "late", expires: "2028-01-01"),
        ]
        #expect(entries.hits(among: ["A.slow", "A.b", "C.d"]).map(\.owner) == ["late", "early"])
    }

    @Test func `which tests count is in the key of tests; who mends them, and what is tried again, is not`() throws {
        func key(_ change: (inout TestDemands) -> Void) throws -> [JSON] {
            var service = World.service("billing")
            change(&service.recipe.demands)
            let parts = try service.keyConfiguration
            return [parts.build, parts.test]
        }
        let plain = try key { _ in }
        #expect(
            try key { demands in
                demands.retries = 3
                demands.ratchet = Ratchet(vanishedTests: 9)
            } == plain)
        let one = try key { $0.quarantine = [VerdictTests.quarantine("a")] }
        #expect(one[0] == plain[0] && one[1] != plain[1])
        #expect(
            try key { $0.quarantine = [VerdictTests.quarantine("a", owner: "b", expires: "2028-01-01")] } == one)
        #expect(try key { $0.quarantine = [VerdictTests.quarantine("b")] } != one)
        #expect(try key { $0.suites = ["unit"] } != plain)
    }

    // MARK: - The gate

    private static func decide(_ record: Stability, _ policy: String, at now: String) -> Decision {
        let question = GateQuestion(
            service: "billing", image: DecisionTests.image, environment: "production",
            policy: (DecisionTests.policy(policy), digest("p")),
            trust: (Trust(keys: [DecisionTests.key()], prevented: []), digest("t")),
            now: Timestamp(parsing: now) ?? DecisionTests.now, hash: Digest.sha256)
        let verifier = Stability.Builder(id: "urn:slipway:gate", version: "0.1.0")
        return Decision(question, GateEvidence(exhibits: [DecisionTests.exhibit(record)]), verifier: verifier)
    }

    /// A test failed and was in quarantine when the record was sealed, in 2023.
    private static let record = DecisionTests.record(
        tests: VerdictTests.report([.failed, .passed], exit: 1, quarantined: ["s.t0"])
    ) { record in
        record.steps.results[1] = StepResult(.test, .exited(1))
        record.verdict = record.recomputedVerdict
    }

    @Test func `the gate lets a quarantine pass while it holds`() {
        #expect(Self.record.verdict.state == .flaky)
        let policy = #"{"checks":{"tests":{"min":"flaky"}}}"#
        #expect(Self.decide(Self.record, policy, at: "2027-01-31T12:00:00Z").exit == 0)
        let over = Self.decide(Self.record, policy, at: "2027-02-01T00:00:00Z")
        #expect(over.exit == 20)
        #expect(over.items.contains { $0.id == .tests && $0.detail.contains("unstable") })
    }

    @Test func `the gate counts what is in quarantine`() {
        let enough = #"{"checks":{"tests":{"min":"flaky","quarantineMax":1}}}"#
        #expect(Self.decide(Self.record, enough, at: "2026-11-22T00:00:00Z").exit == 0)
        let none = #"{"checks":{"tests":{"min":"flaky","quarantineMax":0}}}"#
        let decision = Self.decide(Self.record, none, at: "2026-11-22T00:00:00Z")
        #expect(decision.exit == 20)
        #expect(decision.items.contains { $0.detail == "1 failing tests are in quarantine, at most 0 may be" })
    }
}
