extension TestCases {
    /// One test, its attempts united.
    struct Test {
        let identity: TestIdentity
        let outcome: TestCase.Outcome
        /// The number of its suite.
        let suite: Int
        /// What the worst attempt said.
        let detail: FailureTable.Detail?
        /// Where its name is kept.
        let name: UInt32
        /// Greater than 1 for a name that another test has, too, once what changes with each run is taken out.
        let ordinal: Int

        /// ` #2`, so that no two tests are called the same.
        var mark: String { ordinal > 1 ? " #\(ordinal)" : "" }
    }

    /// Hands over every test once, in the order of their identities.
    ///
    /// A name that failed and then passed counts as a second attempt only if the runner, too, was content in the end;
    /// else two tests share the name, and the failure stands.
    func eachTest(runnerPassed: Bool, _ body: (Test) -> Void) {
        for shelf in shelves where !shelf.isEmpty {
            let sorted = shelf.sorted { left, right in
                left.identity == right.identity ? left.order < right.order : left.identity.precedes(right.identity)
            }
            var start = 0
            while start < sorted.count {
                var end = start + 1
                while end < sorted.count, sorted[end].identity == sorted[start].identity { end += 1 }
                defer { start = end }
                if end == start + 1 {
                    // Nearly all: nothing to unite.
                    body(test(sorted[start]))
                    continue
                }
                for (number, same) in Self.tests(sorted[start..<end]).enumerated() {
                    body(test(same, ordinal: number + 1, runnerPassed))
                }
            }
        }
    }

    /// Splits what has one normalised name by the names that were written, in the order of their first appearance.
    private static func tests(_ entries: ArraySlice<Entry>) -> [ArraySlice<Entry>] {
        guard let first = entries.first, entries.contains(where: { $0.raw != first.raw }) else { return [entries] }
        let sorted = entries.sorted { $0.raw == $1.raw ? $0.order < $1.order : $0.raw < $1.raw }
        return sorted.split { $0.raw == $1.raw }.sorted { $0[$0.startIndex].order < $1[$1.startIndex].order }
    }

    private func test(_ only: Entry) -> Test {
        Test(
            identity: only.identity, outcome: only.outcome, suite: only.suite,
            detail: only.outcome >= .flaky ? failures.details[only.order] : nil, name: only.name, ordinal: 1)
    }

    private func test(_ attempts: ArraySlice<Entry>, ordinal: Int, _ runnerPassed: Bool) -> Test {
        let worst = attempts.map(\.outcome).max() ?? .errored
        let scopes = attempts.sorted { $0.scope == $1.scope ? $0.order < $1.order : $0.scope < $1.scope }
            .split { $0.scope == $1.scope }
        let last = scopes.compactMap { $0.last?.outcome }.max() ?? worst
        let isRetried = scopes.contains { $0.count > 1 && retryingScopes.contains($0[$0.startIndex].scope) }
        let isSecondAttempt = worst >= .failed && last <= .flaky && last != .skipped && runnerPassed
        let outcome = isSecondAttempt || (isRetried && worst == .passed) ? .flaky : worst
        let shown = attempts.first { $0.outcome == worst } ?? attempts[attempts.startIndex]
        return Test(
            identity: shown.identity, outcome: outcome, suite: shown.suite,
            detail: outcome >= .flaky ? failures.details[shown.order] : nil, name: shown.name, ordinal: ordinal)
    }

    /// How people call a test; nil when there were too many to keep.
    func text(of test: Test) -> String? {
        if let detail = test.detail { return detail.text + test.mark }
        guard suites.isShown[test.suite], let name = name(at: test.name) else { return nil }
        return Self.text(suites.names[test.suite][...], name) + test.mark
    }

    /// The names of all tests, sorted, normalised and each once; nil when they are too many to be kept.
    public var sortedNames: [String]? {
        var texts: [String] = []
        eachTest(runnerPassed: true) { test in
            if let text = text(of: test) { texts.append(text) }
        }
        return keepsNames ? texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } : nil
    }
}

extension RandomAccessCollection where Index == Int {
    /// The runs of neighbours that belong together.
    fileprivate func split(while areTogether: (Element, Element) -> Bool) -> [SubSequence] {
        var runs: [SubSequence] = []
        var start = startIndex
        for index in indices.dropFirst() where !areTogether(self[index - 1], self[index]) {
            runs.append(self[start..<index])
            start = index
        }
        if start < endIndex { runs.append(self[start..<endIndex]) }
        return runs
    }
}
