/// How the waivers of a ledger stand, and what each service owes for them.
public struct WaiverList: Equatable, Sendable, Codable {
    /// The newest first.
    public let waivers: [Row]
    public let debts: [Debt]

    public struct Row: Equatable, Sendable, Codable {
        public let waiver: Waiver
        public let state: State
        /// How many decisions have used it.
        public let used: Int
        /// Nil where nobody was to follow it up.
        public let followUp: FollowUp?
        /// How many have signed it, whoever they are.
        public let signatures: Int

        /// Whether something is still to be made good.
        public var isOwed: Bool { followUp.map { $0 != .done } ?? (state == .open) }
    }

    public enum State: String, Codable, Sendable {
        case open
        case notYet = "not-yet"
        case usedUp = "used-up"
        case expired
    }

    public enum FollowUp: String, Codable, Sendable {
        case due, overdue
        /// Another image runs there now, or the waiver is over and let nothing pass.
        case done
    }

    /// What one service owes.
    public struct Debt: Equatable, Sendable, Codable {
        public let service: ServiceName
        /// How many waivers it was ever given.
        public let waivers: Int
        /// How many of them are not made good.
        public let owed: Int
        public let overdue: Int
        /// Since when it owes; nil when it does not.
        public let since: Timestamp?
    }

    /// What is known of one waiver.
    public struct Known: Equatable, Sendable {
        public var waiver: Waiver
        public var used: Int
        public var signatures: Int

        public init(_ waiver: Waiver, used: Int, signatures: Int) {
            (self.waiver, self.used, self.signatures) = (waiver, used, signatures)
        }
    }

    /// Judges what is known at some moment, by what was deployed since.
    public init(_ known: [Known], deployments: [Deployment], at now: Timestamp) {
        let rows = known.sorted { ($1.waiver.madeAt, $1.waiver.id) < ($0.waiver.madeAt, $0.waiver.id) }
            .map { Row($0, deployments, now) }
        waivers = rows
        debts = Set(rows.map(\.waiver.service)).sorted().map { service in
            let own = rows.filter { $0.waiver.service == service }
            let owed = own.filter(\.isOwed)
            return Debt(
                service: service, waivers: own.count, owed: owed.count,
                overdue: owed.count { $0.followUp == .overdue }, since: owed.map(\.waiver.madeAt).min())
        }
    }

    /// The waivers of a service whose follow-up is overdue: they keep it from getting another.
    public func overdue(for service: ServiceName) -> [Waiver] {
        waivers.filter { $0.waiver.service == service && $0.followUp == .overdue }.map(\.waiver)
    }
}

extension WaiverList.Row {
    fileprivate init(_ known: WaiverList.Known, _ deployments: [Deployment], _ now: Timestamp) {
        let waiver = known.waiver
        // Decisions that were kept elsewhere show in what was deployed.
        let used = max(known.used, waiver.deployments(among: deployments))
        (self.waiver, self.used, signatures) = (waiver, used, known.signatures)
        let isOver = now >= waiver.expires
        state =
            used >= waiver.uses
            ? .usedUp : isOver ? .expired : now < waiver.notBefore ? .notYet : .open
        guard let due = waiver.followUp?.due else {
            followUp = nil
            return
        }
        let isReplaced = deployments.contains { deployment in
            deployment.service == waiver.service && deployment.environment == waiver.environment
                && deployment.at > waiver.madeAt && deployment.to.image != waiver.image
        }
        let isDone = isReplaced || (isOver && used == 0)
        // What let nothing pass is owed by nobody yet.
        followUp = isDone ? .done : due < now && used > 0 ? .overdue : .due
    }
}
