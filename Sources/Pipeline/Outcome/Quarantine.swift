/// Tests whose failure does not count until a day: somebody mends them, and it is tracked.
public struct Quarantine: Equatable, Sendable, Codable {
    /// The name of a test as the report has it; `*` takes any letters.
    public let test: String
    public let owner: String
    public let ticket: String
    /// The last day on which it holds.
    public let expires: Day

    public init(test: String, owner: String, ticket: String, expires: Day) {
        (self.test, self.owner, self.ticket, self.expires) = (test, owner, ticket, expires)
    }

    /// A test that failed and was in quarantine.
    public struct Hit: Equatable, Sendable, Codable {
        public let id: String
        public let owner: String
        public let ticket: String
        public let expires: Day

        public init(id: String, _ quarantine: Quarantine) {
            self.id = id
            (owner, ticket, expires) = (quarantine.owner, quarantine.ticket, quarantine.expires)
        }

        /// Whether the failure is excused: who mends it is known, and the time for it is not over.
        public func holds(at moment: Timestamp) -> Bool {
            !owner.isEmpty && !ticket.isEmpty && !expires.isOver(at: moment)
        }
    }
}

extension [Quarantine] {
    /// The entry for each of some failing tests that has one; of several the one that holds longest.
    public func hits(among failing: [String]) -> [Quarantine.Hit] {
        let entries = sorted { $1.expires.begin < $0.expires.begin }.map { ($0, Wildcard($0.test)) }
        return failing.compactMap { id in
            entries.first { $0.1.matches(id) }.map { Quarantine.Hit(id: id, $0.0) }
        }
    }
}

extension TestReport {
    /// The failing tests that were in quarantine, with whether that held at a moment.
    ///
    /// What a record says of tests that did not fail excuses nothing.
    func hits(at moment: Timestamp) -> (excused: [Quarantine.Hit], expired: [Quarantine.Hit]) {
        var open = Set(failing.map(\.id))
        var (excused, expired): ([Quarantine.Hit], [Quarantine.Hit]) = ([], [])
        for hit in context?.quarantined ?? [] where open.remove(hit.id) != nil {
            if hit.holds(at: moment) { excused.append(hit) } else { expired.append(hit) }
        }
        return (excused, expired)
    }

    /// How many tests failed that no quarantine excuses.
    func openFailures(at moment: Timestamp) -> Int {
        max(totals.failed + totals.errored, failing.count) - hits(at: moment).excused.count
    }
}
