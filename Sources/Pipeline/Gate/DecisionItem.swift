extension Decision {
    /// One thing that was asked, and what the evidence says.
    public struct Item: Equatable, Sendable, Codable {
        public let id: ID
        public var state: State
        public var detail: String
        /// The smallest thing that would make it pass.
        public var toGreen: String?
        /// What the answer rests on: records, deployments and files, by name.
        public var evidence: [String]?
        /// What is wrong one by one, where a waiver can name it.
        public var findings: [Finding]?
        /// What has to run first, in this order.
        public var plan: [PlanStep]?
        /// How much it counts where it is not enforced.
        public var demand: Policy.Demand?
        /// The waiver that covers it.
        public var waivedBy: String?

        public enum ID: String, Codable, CaseIterable, Sendable {
            case identity, prevented, source, tests, freshness, migrationsOrder, coexistence, semver, auditIndex
            case monotonic, soak, history
        }

        public enum State: String, Codable, CaseIterable, Sendable {
            case pass
            /// There is nothing of the kind, or nobody asks for it.
            case notApplicable = "na"
            /// Evidence is not there yet, or too old.
            case pending
            case fail
            /// It is there, and nobody can tell what it says: that is no pass.
            case unknown
            /// A signature, digest, identity or form is wrong.
            case unverifiable

            /// Whether nothing has to be done.
            public var isGood: Bool { self == .pass || self == .notApplicable }
        }

        /// One reason, with the name by which it can be waived.
        public struct Finding: Hashable, Sendable, Codable {
            public let rule: String
            public let fingerprint: String
            /// The file and line, the operation or the call.
            public let place: String
            /// The release that brought it; nil when the candidate does.
            public let introducedIn: SemanticVersion?

            public init(rule: String, fingerprint: String, place: String, introducedIn: SemanticVersion? = nil) {
                (self.rule, self.fingerprint, self.place) = (rule, fingerprint, place)
                self.introducedIn = introducedIn
            }
        }

        /// Migrations of one service that have to be applied.
        public struct PlanStep: Equatable, Sendable, Codable {
            public let service: ServiceName
            /// The version up to which; nil: all there are.
            public let upTo: String?
            public let job: String?
        }

        public init(_ id: ID, _ state: State, _ detail: String, toGreen: String? = nil) {
            (self.id, self.state, self.detail, self.toGreen) = (id, state, detail, toGreen)
        }

        /// The same with what it rests on.
        func resting(on evidence: [String]) -> Item {
            var copy = self
            copy.evidence = evidence.isEmpty ? nil : evidence
            return copy
        }

        /// The same with what is wrong one by one.
        func showing(_ findings: [Finding]) -> Item {
            var copy = self
            copy.findings = findings.isEmpty ? nil : findings
            return copy
        }

        private enum CodingKeys: String, CodingKey {
            case id, state, detail, toGreen, evidence, findings, plan, demand, waivedBy
        }

        /// What there is nothing to say of is left out, also where what is absent is written as null.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
            try container.encode(state, forKey: .state)
            try container.encode(detail, forKey: .detail)
            try container.encodeIfPresent(toGreen, forKey: .toGreen)
            if let evidence { try container.encode(evidence, forKey: .evidence) }
            if let findings { try container.encode(findings, forKey: .findings) }
            if let plan { try container.encode(plan, forKey: .plan) }
            if let demand { try container.encode(demand, forKey: .demand) }
            if let waivedBy { try container.encode(waivedBy, forKey: .waivedBy) }
        }
    }
}
