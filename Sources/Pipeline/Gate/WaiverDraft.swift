/// What a person wants waived, before it is a waiver.
public struct WaiverDraft: Equatable, Sendable {
    public var coverage: Coverage
    public var reason: Reason
    public var approver: Waiver.Person
    public var requester: String?
    public var limits: Limits
    /// Who makes it unnecessary; nil: nobody has to.
    public var followUp: FollowUp?

    /// What it covers.
    public struct Coverage: Equatable, Sendable {
        public var service: ServiceName
        public var image: Digest
        public var environment: String
        public var items: [Decision.Item.ID]
        /// Empty: whichever findings the items have.
        public var findings: [String]

        public init(
            service: ServiceName, image: Digest, environment: String, items: [Decision.Item.ID], findings: [String]
        ) {
            (self.service, self.image, self.environment) = (service, image, environment)
            (self.items, self.findings) = (items, findings)
        }
    }

    /// Why.
    public struct Reason: Equatable, Sendable {
        public var text: String
        public var category: Waiver.Category
        public var ticket: String?

        public init(_ text: String, category: Waiver.Category, ticket: String?) {
            (self.text, self.category, self.ticket) = (text, category, ticket)
        }
    }

    /// How long and how often.
    public struct Limits: Equatable, Sendable {
        public var holds: Seconds
        public var uses: Int

        public init(holds: Seconds, uses: Int) {
            (self.holds, self.uses) = (holds, uses)
        }
    }

    /// Who, and how long it may take; nil: as long as the policy lets it.
    public struct FollowUp: Equatable, Sendable {
        public var by: String
        public var within: Seconds?

        public init(by: String, within: Seconds?) {
            (self.by, self.within) = (by, within)
        }
    }

    public init(_ coverage: Coverage, _ reason: Reason, approver: Waiver.Person, limits: Limits) {
        (self.coverage, self.reason, self.approver, self.limits) = (coverage, reason, approver, limits)
    }

    /// What is signed: the same for one moment, one id and one policy.
    public func waiver(id: String, at now: Timestamp, under rules: WaiverRules, policy: Digest) -> Waiver {
        let findings = Set(coverage.findings).sorted()
        let dueBy = followUp.map { $0.within ?? Seconds((rules.followUpHours ?? 72) * 3600) }
        return Waiver(
            schema: Waiver.currentSchema, crit: nil, id: id, items: coverage.items,
            findings: findings.isEmpty ? nil : findings, service: coverage.service, image: coverage.image,
            environment: coverage.environment, reason: reason.text, category: reason.category, ticket: reason.ticket,
            approver: approver, requester: requester, madeAt: now, notBefore: now, expires: now + limits.holds,
            uses: limits.uses,
            followUp: followUp.flatMap { who in dueBy.map { Waiver.FollowUp(by: who.by, due: now + $0) } },
            policy: policy)
    }
}

extension Timestamp {
    /// The moment that is so much later.
    fileprivate static func + (moment: Timestamp, time: Seconds) -> Timestamp {
        Timestamp(seconds: moment.seconds + time.count)
    }
}
