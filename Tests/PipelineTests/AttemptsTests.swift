import Fixtures
import Pipeline
import Signing
import Testing

struct AttemptsTests {
    private static func outcome(
        _ state: Verdict.State, _ codes: [Verdict.Code] = [], flaky: Int = 0
    ) -> ServiceOutcome {
        var cases = TestCases()
        for index in 0..<flaky { cases.add(TestCase(id: .init(suite: "s", name: "t\(index)"), outcome: .flaky)) }
        let report = TestReport(kind: .reports, cases: cases, runnerPassed: true, problems: [], hash: Digest.sha256)
        return ServiceOutcome(
            name: "app", verdict: Verdict(state, codes.map { .init($0) }), version: nil, steps: [],
            tests: flaky == 0 ? nil : report, images: [], record: nil)
    }

    private static func attempt(_ number: Int, _ outcome: ServiceOutcome?, _ salt: String = "") -> Attempt {
        let text = "\(number) \(salt) \(outcome?.verdict.state.rawValue ?? "lost") \(outcome?.verdict.reasons ?? [])"
        return Attempt(number: number, id: digest(text), outcome: outcome)
    }

    private static let stable = outcome(.stable)
    private static let unstable = outcome(.unstable, [.testsFailed])
    private static let broken = outcome(.failed, [.buildFailed])
    private static let interrupted = outcome(.incomplete, [.interrupted])
    private static let away = outcome(.failed, [.unavailable])
    private static let skipped = outcome(.skipped, [.needFailed])

    typealias Expected = (Verdict.State, Verdict.Code?)

    private static let table: [Row<[ServiceOutcome?], Expected>] = [
        Row("one that passed", [stable], (.stable, nil)),
        Row("one that failed", [unstable], (.unstable, .testsFailed)),
        Row("a failure and then a pass", [unstable, stable], (.flaky, .failedBefore)),
        Row("a failed build and then a pass", [broken, stable], (.flaky, .failedBefore)),
        Row("a failure and then a record of the same key", [unstable, outcome(.reused)], (.flaky, .failedBefore)),
        Row("a pass and then a failure", [stable, unstable], (.unstable, .testsFailed)),
        Row("two failures", [broken, unstable], (.unstable, .testsFailed)),
        Row("lost and then a pass", [nil, stable], (.stable, nil)),
        Row("interrupted and then a pass", [interrupted, stable], (.stable, nil)),
        Row("the registry was away, and then a pass", [away, stable], (.stable, nil)),
        Row("skipped for another, and then a pass", [skipped, stable], (.stable, nil)),
        Row("interrupted and then a failure", [interrupted, unstable], (.unstable, .testsFailed)),
        Row("a pass and then one that was lost", [stable, nil], (.stable, nil)),
        Row("a failure and then one that was interrupted", [unstable, interrupted], (.unstable, .testsFailed)),
        Row("a failure, one that was lost, and then a pass", [unstable, nil, stable], (.flaky, .failedBefore)),
        Row("only lost", [nil, nil], (.incomplete, .lost)),
        Row("lost after it was interrupted", [interrupted, nil], (.incomplete, .lost)),
        Row("interrupted after it was lost", [nil, interrupted], (.incomplete, .interrupted)),
        Row("none at all", [], (.incomplete, .lost)),
        Row(
            "a test was tried again before the registry went away",
            [outcome(.failed, [.unavailable], flaky: 1), stable], (.flaky, .failedBefore)),
        Row("one that is flaky itself", [outcome(.flaky, [.testsFlaky], flaky: 1)], (.flaky, .testsFlaky)),
    ]

    @Test(arguments: table)
    private func `attempts united`(row: Row<[ServiceOutcome?], Expected>) {
        let attempts = row.input.enumerated().map { Self.attempt($0.offset + 1, $0.element) }
        let verdict = Attempts(attempts).united(of: "app").verdict
        #expect(verdict.state == row.expected.0)
        #expect(verdict.reasons.first?.code == row.expected.1)
    }

    @Test func `of two with one number the worse counts`() {
        let attempts = Attempts([Self.attempt(1, Self.stable), Self.attempt(1, Self.unstable)])
        #expect(attempts.united(of: "app").verdict.state == .unstable)
    }

    @Test func `order, repetition and grouping make no difference`() {
        var random = Seeded(state: 20_261_122)
        let kinds = [Self.stable, Self.unstable, Self.broken, Self.interrupted, Self.away, Self.skipped, nil]
        for _ in 0..<1000 {
            let all = (0..<Int.random(in: 0..<7, using: &random)).map { _ in
                Self.attempt(
                    Int.random(in: 1...3, using: &random), kinds.randomElement(using: &random) ?? nil,
                    "\(Bool.random(using: &random))")
            }
            let whole = Attempts(all)
            let cut = Int.random(in: 0...all.count, using: &random)
            var left = Attempts(all[..<cut])
            let right = Attempts(all[cut...])
            var other = right
            other.formUnion(left)
            left.formUnion(right)
            var twice = whole
            twice.formUnion(whole)
            let shuffled = Attempts((all + all.prefix(cut)).shuffled(using: &random))
            for united in [left, other, twice, shuffled] {
                #expect(united == whole)
                #expect(united.united(of: "app") == whole.united(of: "app"))
            }
        }
    }

    @Test func `one more attempt never makes a red service stable`() {
        var random = Seeded(state: 7)
        let kinds = [Self.stable, Self.unstable, Self.broken, Self.interrupted, Self.away, Self.skipped, nil]
        for _ in 0..<1000 {
            let count = Int.random(in: 1...4, using: &random)
            var attempts = Attempts((0..<count).map { Self.attempt($0, kinds.randomElement(using: &random) ?? nil) })
            let before = attempts.united(of: "app")
            attempts.add(Self.attempt(5, kinds.randomElement(using: &random) ?? nil))
            let after = attempts.united(of: "app")
            if [.unstable, .flaky].contains(before.verdict.state) { #expect(after.verdict.state != .stable) }
        }
    }
}
