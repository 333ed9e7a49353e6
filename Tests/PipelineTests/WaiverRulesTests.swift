import Fixtures
import Pipeline
import Signing
import Testing

/// What a waiver may be under a policy, and how waivers stand.
struct WaiverRulesTests {
    static let now = Timestamp(seconds: 1_800_000_000)

    static let draft: WaiverDraft = {
        var draft = WaiverDraft(
            .init(
                service: "billing", image: digest("image"), environment: "production", items: [.coexistence],
                findings: ["b", "a", "b"]),
            .init("the old release is gone from every node", category: .lowRisk, ticket: "PAY-12"),
            approver: .init(id: "grace@example.org", role: "lead"), limits: .init(holds: Seconds(3 * 86_400), uses: 1))
        draft.followUp = .init(by: "ada@example.org", within: Seconds(72 * 3600))
        return draft
    }()

    static let rules: WaiverRules = {
        var rules = WaiverRules(roles: ["lead", "director"])
        (rules.maximumDays, rules.forbidden, rules.twoPersonFor) = (7, ["tests"], ["coexistence"])
        rules.followUpHours = 72
        return rules
    }()

    static func waiver(_ change: (inout WaiverDraft) -> Void = { _ in }) -> Waiver {
        var draft = draft
        change(&draft)
        return draft.waiver(id: "w", at: now, under: rules, policy: digest("policy"))
    }

    @Test func `a draft becomes what is signed`() {
        let waiver = Self.waiver()
        #expect(waiver.findings == ["a", "b"])
        #expect(waiver.expires == Timestamp(seconds: 1_800_000_000 + 3 * 86_400))
        #expect(waiver.notBefore == waiver.madeAt && waiver.madeAt == Self.now)
        #expect(waiver.followUp?.due == Timestamp(seconds: 1_800_000_000 + 72 * 3600))
        #expect(waiver.policy == digest("policy"))
        // Without findings it covers whichever there are; a follow-up without a time has what the policy grants.
        let plain = Self.waiver {
            $0.coverage.findings = []
            $0.followUp?.within = nil
        }
        #expect(plain.findings == nil)
        #expect(plain.followUp?.due == Timestamp(seconds: 1_800_000_000 + 72 * 3600))
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// How the objections begin; none where it may be.
        let expected: [String]
        let change: @Sendable (inout WaiverDraft) -> Void
    }

    static let refusals: [Refusal] = [
        Refusal(testDescription: "as it should be", expected: []) { _ in },
        Refusal(testDescription: "seven days", expected: []) { $0.limits.holds = Seconds(7 * 86_400) },
        Refusal(testDescription: "a second more", expected: ["it would hold until"]) {
            $0.limits.holds = Seconds(7 * 86_400 + 1)
        },
        Refusal(testDescription: "over at once", expected: ["it is over before it begins"]) {
            $0.limits.holds = Seconds(0)
        },
        Refusal(testDescription: "short reason", expected: ["the reason has 3 characters"]) { $0.reason.text = "yes" },
        Refusal(testDescription: "reason of air", expected: ["the reason has 5 characters"]) {
            $0.reason.text = "why" + String(repeating: " ", count: 40) + "?"
        },
        Refusal(testDescription: "forbidden item", expected: ["the policy lets nobody waive tests"]) {
            $0.coverage.items = [.tests, .identity]
        },
        Refusal(testDescription: "no item", expected: ["it names no item"]) { $0.coverage.items = [] },
        Refusal(
            testDescription: "another role", expected: ["the policy lets only lead, director waive here, not \"dev\""]
        ) {
            $0.approver.role = "dev"
        },
        Refusal(testDescription: "no use", expected: ["it cannot be used at all"]) { $0.limits.uses = 0 },
        Refusal(testDescription: "no follow-up", expected: ["somebody has to follow it up within 72 hours"]) {
            $0.followUp = nil
        },
        Refusal(testDescription: "late follow-up", expected: ["it is to be followed up by"]) {
            $0.followUp?.within = Seconds(72 * 3600 + 1)
        },
        Refusal(
            testDescription: "several at once",
            expected: ["the reason has 0 characters", "it cannot be used", "it is over"]
        ) {
            ($0.reason.text, $0.limits) = ("", .init(holds: Seconds(0), uses: 0))
        },
    ]

    @Test(arguments: refusals)
    func `what a policy could never accept is refused when it is made`(refusal: Refusal) {
        let objections = Self.rules.objections(to: Self.waiver(refusal.change))
        #expect(objections.count == refusal.expected.count, "\(objections)")
        for (objection, expected) in zip(objections, refusal.expected) { #expect(objection.hasPrefix(expected)) }
    }

    @Test func `a policy without a word of waivers lets nobody waive`() throws {
        let objections = WaiverRules().objections(to: Self.waiver())
        #expect(objections == ["the policy lets nobody waive here, not \"lead\""])
        let read = try WaiverRules(json: JSON(parsing: #"{"roles":["lead"],"maxDays":1}"#))
        #expect(read.objections(to: Self.waiver()).count == 1)
        #expect(read.followUpHours == nil)
    }

    @Test func `which items take two people`() {
        #expect(Self.rules.itemsForTwo(in: Self.waiver()) == [.coexistence])
        #expect(Self.rules.itemsForTwo(in: Self.waiver { $0.coverage.items = [.tests, .identity] }) == [.identity])
        #expect(WaiverRules(roles: ["lead"]).itemsForTwo(in: Self.waiver()).isEmpty)
    }

    // MARK: - How they stand

    struct Standing: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Hours after it was made.
        let after: Int64
        var used = 0
        var deployed: [Deployment] = []
        let state: WaiverList.State
        let followUp: WaiverList.FollowUp?
        var owed = 1
    }

    static func deployment(_ image: String, environment: String = "production", after hours: Int64) -> Deployment {
        let draft = DeploymentDraft(service: "billing", image: digest(image), environment: environment, by: "job")
        let at = Timestamp(seconds: now.seconds + hours * 3600)
        return draft.deployment(id: "d", at: at, .init(deployments: [], records: [], decision: nil))
    }

    static let standings: [Standing] = [
        Standing(testDescription: "new", after: 0, state: .open, followUp: .due),
        Standing(testDescription: "used", after: 1, used: 1, state: .usedUp, followUp: .due),
        Standing(testDescription: "used, and over", after: 80, used: 1, state: .usedUp, followUp: .overdue),
        Standing(testDescription: "over and never used", after: 80, state: .expired, followUp: .done, owed: 0),
        Standing(testDescription: "late, and not used", after: 30, state: .open, followUp: .due),
        Standing(
            testDescription: "another image since", after: 80, used: 1, deployed: [deployment("next", after: 5)],
            state: .usedUp, followUp: .done, owed: 0),
        Standing(
            testDescription: "the same image since", after: 80, used: 1, deployed: [deployment("image", after: 5)],
            state: .usedUp, followUp: .overdue),
        Standing(
            testDescription: "another image elsewhere", after: 80, used: 1,
            deployed: [deployment("next", environment: "development", after: 5)], state: .usedUp, followUp: .overdue),
        Standing(
            testDescription: "another image before", after: 80, used: 1, deployed: [deployment("next", after: -5)],
            state: .usedUp, followUp: .overdue),
        Standing(testDescription: "before it begins", after: -1, state: .notYet, followUp: .due),
    ]

    @Test(arguments: standings)
    func `a waiver stands as clock, uses and deployments say`(_ standing: Standing) {
        let moment = Timestamp(seconds: Self.now.seconds + standing.after * 3600)
        let known = WaiverList.Known(
            Self.waiver { $0.followUp?.within = Seconds(24 * 3600) }, used: standing.used, signatures: 1)
        let list = WaiverList([known], deployments: standing.deployed, at: moment)
        #expect(list.waivers.map(\.state) == [standing.state])
        #expect(list.waivers.map(\.followUp) == [standing.followUp])
        #expect(list.debts.map(\.owed) == [standing.owed])
        #expect(list.overdue(for: "billing").isEmpty == (standing.followUp != .overdue))
        #expect(list.overdue(for: "orders").isEmpty)
    }

    @Test func `each service owes for its own`() {
        let mine = Self.waiver()
        let other = Self.waiver {
            $0.coverage.service = "orders"
            $0.followUp = nil
        }
        let known = [mine, other, mine].map { WaiverList.Known($0, used: 0, signatures: 2) }
        let list = WaiverList(known, deployments: [], at: Self.now)
        #expect(list.debts.map(\.service) == ["billing", "orders"])
        #expect(list.debts.map(\.waivers) == [2, 1])
        #expect(list.debts.map(\.since) == [Self.now, Self.now])
        #expect(list.debts.map(\.overdue) == [0, 0])
    }

    // MARK: - Deployments

    @Test func `a deployment follows the newest of its service and environment`() {
        let first = Self.deployment("one", after: 0)
        var draft = DeploymentDraft(
            service: "billing", image: digest("two"), environment: "production", by: "grace")
        // The clock of this machine is an hour behind.
        let behind = Timestamp(seconds: Self.now.seconds - 3600)
        let others = [Self.deployment("three", environment: "development", after: 9), first]
        let second = draft.deployment(id: "x", at: behind, .init(deployments: others, records: [], decision: nil))
        #expect(second.from == first.to)
        #expect(second.at == Timestamp(seconds: first.at.seconds + 1))
        #expect(second.intent == .deploy)
        let again = draft.deployment(
            id: "y", at: Self.now, .init(deployments: others + [second], records: [], decision: nil))
        #expect(again.intent == .redeploy)
        #expect(again.from?.image == digest("two"))
        draft.intent = .rollback
        #expect(
            draft.deployment(id: "z", at: Self.now, .init(deployments: [], records: [], decision: nil)).intent
                == .rollback)
        // What failed to migrate does not run.
        draft.migrations = .init(result: .failed, headVersion: nil, job: nil)
        draft.image = digest("four")
        let failed = draft.deployment(
            id: "f", at: Self.now, .init(deployments: others + [second], records: [], decision: nil))
        let next = draft.deployment(
            id: "g", at: Self.now, .init(deployments: others + [second, failed], records: [], decision: nil))
        #expect(next.from?.image == digest("two") && next.at > failed.at)
        #expect((others + [second]).newest(of: "billing", in: "production")?.id == "x")
        #expect(others.newest(of: "orders", in: "production") == nil)
    }
}
