/// Tests that gave two answers for one key: the same inputs, and once red, once green.
///
/// Services that did not change are tested again for free whenever something else makes them, so this needs no run of its
/// own. What cannot be told from a record, as when it names only some of many failures, counts as no answer.
public struct Flakiness: Equatable, Sendable, Codable {
    /// How many records were looked at.
    public let records: Int
    /// Those seen last come first.
    public let tests: [Entry]

    /// One test with two answers.
    public struct Entry: Equatable, Sendable, Codable {
        public let service: ServiceName
        /// Nil for the run as a whole: it failed without a failing test.
        public let test: String?
        /// Of the runs whose key it also passed, in how many it failed or had to be tried again: `3/40`.
        public let rate: String
        /// How many keys it gave two answers for.
        public let keys: Int
        public let firstSeen: Sighting
        public let lastSeen: Sighting
        /// How often it passed at once since it was last seen.
        public let cleanRuns: Int
    }

    /// A record that shows it.
    public struct Sighting: Equatable, Sendable, Codable {
        public let at: Timestamp
        public let commit: ObjectID
        public let record: String

        fileprivate init(_ record: Stability) {
            (at, commit, self.record) = (record.run.sealedAt, record.source.commit, record.run.recordId)
        }
    }

    public init(_ records: [Stability]) {
        self.records = records.count
        // A release states evidence a second time.
        let runs = records.filter { $0.release == nil }.sorted { $0.order < $1.order }.map(Witness.init)
        tests = Dictionary(grouping: runs) { $0.record.service.name }.flatMap { Self.entries(of: $0.key, $0.value) }
            .sorted { left, right in
                left.lastSeen.at == right.lastSeen.at
                    ? (left.service.text, left.test ?? "") < (right.service.text, right.test ?? "")
                    : right.lastSeen.at < left.lastSeen.at
            }
    }

    private static func entries(of service: ServiceName, _ runs: [Witness]) -> [Entry] {
        let keys = Dictionary(grouping: runs) { $0.record.inputs.key }
        let suspects = keys.values.reduce(into: Set<String?>()) { suspects, runs in
            let named = runs.reduce(into: Set<String?>([nil])) { $0.formUnion($1.named) }
            suspects.formUnion(named.filter { test in isContradictory(test, runs) })
        }
        return suspects.compactMap { test in
            let known = keys.values.filter { runs in runs.contains { $0.answer(about: test)?.isGreen == true } }
            let answers = known.flatMap(\.self).filter { $0.answer(about: test) != nil }
            let seen = answers.filter { $0.answer(about: test) != .passed }
                .sorted { $0.record.order < $1.record.order }
            guard let first = seen.first, let last = seen.last else { return nil }
            let clean = runs.filter { last.record.order < $0.record.order && $0.answer(about: test) == .passed }
            return Entry(
                service: service, test: test, rate: "\(seen.count)/\(answers.count)",
                keys: keys.values.count { isContradictory(test, $0) }, firstSeen: Sighting(first.record),
                lastSeen: Sighting(last.record), cleanRuns: clean.count)
        }
    }

    private static func isContradictory(_ test: String?, _ runs: [Witness]) -> Bool {
        let answers = runs.compactMap { $0.answer(about: test) }
        return answers.contains(.retried) || answers.contains(.failed) && answers.contains(.passed)
    }
}

extension Stability {
    /// Sorts records by time.
    fileprivate var order: (Timestamp, Int64, String) { (run.sealedAt, run.sequence, run.recordId) }
}

/// A record, asked about one test after the other.
private struct Witness {
    let record: Stability
    private let failing: Set<String>
    private let retried: Set<String>
    /// Whether it names every failing test.
    private let isComplete: Bool

    enum Answer {
        case passed, retried, failed

        var isGreen: Bool { self != .failed }
    }

    init(_ record: Stability) {
        self.record = record
        failing = Set(record.tests?.failing.map(\.id) ?? [])
        retried = Set(record.tests?.flaky ?? [])
        let totals = record.tests?.totals ?? TestTotals()
        isComplete =
            totals.executed > 0 && record.tests?.problems.isEmpty == true
            && failing.count >= totals.failed + totals.errored && retried.count >= totals.flaky
    }

    /// The tests it has something to say against.
    var named: Set<String?> { Set(failing.union(retried).map(\.self)) }

    func answer(about test: String?) -> Answer? {
        guard let test else {
            if record.verdict.state.isPassing { return .passed }
            return record.verdict.judgesSources && failing.isEmpty ? .failed : nil
        }
        if failing.contains(test) { return .failed }
        if retried.contains(test) { return .retried }
        return isComplete ? .passed : nil
    }
}
