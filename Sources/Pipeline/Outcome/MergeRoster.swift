/// Of whom the parts of a plan must speak, and what is known without any.
public struct Roster: Equatable, Sendable {
    public let plan: Digest
    public let commit: ObjectID
    public let notes: [Plan.Note]
    /// By name.
    public let services: [Entry]
    public let removed: [ServiceName]

    /// One service of the plan.
    public struct Entry: Equatable, Sendable, Codable {
        public let name: ServiceName
        /// Whether the plan has it built.
        public let selected: Bool
        public let version: SemanticVersion?
        /// The record that makes building it unnecessary.
        public let record: String?

        /// What is known of it when no part speaks of it; nil when there is nothing to know.
        func outcome(hint: String) -> ServiceOutcome? {
            let verdict: Verdict
            switch (selected, record) {
            case (true, _): verdict = Verdict(.incomplete, [.init(.lost, hint)])
            case (false, .some): verdict = Verdict(.reused, [.init(.keyEqual)])
            case (false, .none): return nil
            }
            return ServiceOutcome(
                name: name, verdict: verdict, version: version, steps: [], tests: nil, images: [],
                record: selected ? nil : record)
        }
    }

    public init(_ plan: Plan) {
        (self.plan, commit, notes, removed) = (plan.digest, plan.repository.head, plan.notes, plan.removed)
        services = plan.services.map { entry in
            Entry(
                name: entry.name, selected: entry.selected, version: entry.version?.snapshot,
                record: entry.selected ? nil : entry.record)
        }
    }

    init(_ outcome: RunOutcome, _ services: [Entry], removed: [ServiceName]) {
        (plan, commit, notes) = (outcome.plan, outcome.commit, outcome.notes)
        (self.services, self.removed) = (services, removed)
    }
}
