import Fixtures
import Signing
import Testing

@testable import Pipeline

/// What people may let pass, and what not.
struct GateWaiverCaseTests {
    /// A release that is flaky, which production does not take.
    private func flaky() -> GateWorld {
        var world = GateWorld()
        world.records = [
            GateWorld.release(
                "1.5.0", of: GateWorld.image, sequence: 9, since: "1.4.9",
                tests: VerdictTests.report([.passed, .flaky]))
        ]
        world.candidate.verdict = world.candidate.recomputedVerdict
        return world
    }

    @Test func `gate 61: a waiver for the one item that fails lets it pass, and stands in the decision`() {
        var world = flaky()
        #expect(world.exit == 20)
        world.waive([.tests])
        let decision = world.decision
        #expect((decision.exit, decision[.tests]?.waivedBy, decision[.tests]?.state) == (0, "w1", .fail))
        #expect(decision.waived.map(\.items) == [[.tests]])
        #expect(decision.validUntil.seconds == GateWorld.now.seconds + 3600)
        world.waivers[0].waiver.expires = Timestamp(seconds: GateWorld.now.seconds + 60)
        #expect(world.decision.validUntil == world.waivers[0].waiver.expires)
    }

    @Test func `gate 62: a waiver for one of two is not enough, and is not used up`() {
        var world = flaky()
        world.candidate.source.dirty = true
        world.waive([.tests])
        let decision = world.decision
        #expect((decision.exit, decision.waived) == (20, []))
        #expect(decision.unusedWaivers == [.init(id: "w1", why: "it does not cover source")])
        world.waivers.append((GateWorld.waiver([.source]) { $0.id = "w2" }, .by([GateWorld.lead])))
        #expect((world.exit, world.decision.waived.map(\.id)) == (0, ["w1", "w2"]))
    }

    typealias Change = @Sendable (inout Waiver) -> Void

    static let invalid: [Row<Change, String>] = [
        Row("expired", { $0.expires = GateWorld.now }, "it expired"),
        Row("other digest", { $0.image = digest("other") }, "it is for image"),
        Row("other environment", { $0.environment = "staging" }, "it is for staging"),
        Row("other service", { $0.service = "orders" }, "it is for service orders"),
        Row("short reason", { $0.reason = "now" }, "the reason has 3 characters"),
        Row("blank reason", { $0.reason = "a                              b" }, "the reason has 3 characters"),
        Row("not yet", { $0.notBefore = Timestamp(seconds: GateWorld.now.seconds + 1) }, "it counts from"),
        Row("too long", { $0.expires = Timestamp(seconds: GateWorld.now.seconds + 8 * 86_400) }, "it would hold until"),
        Row("role", { $0.approver.role = "intern" }, "the policy lets only lead, director waive"),
        Row("no follow-up", { $0.followUp = nil }, "somebody has to follow it up"),
        Row("no uses", { $0.uses = 0 }, "it cannot be used at all"),
        Row("own commits", { $0.approver.id = "g@example.org" }, "g@example.org committed to"),
        Row("own name", { $0.approver.id = "grace hopper" }, "grace hopper committed to"),
        Row("own request", { $0.requester = "Ada <ADA@example.org>" }, "ada@example.org asked for it"),
        Row("35: other policy", { $0.policy = digest("another") }, "it was made under another policy"),
        Row("future", { $0.madeAt = Timestamp(seconds: GateWorld.now.seconds + 400) }, "it is from the future"),
        Row("other item", { $0.items = [.soak] }, "nothing that it covers is in the way"),
    ]

    @Test(arguments: invalid)
    func `gates 35 and 63: a waiver that does not fit is left out, and why is said`(row: Row<Change, String>) {
        var world = flaky()
        world.waivers = [(GateWorld.waiver([.tests], row.input), .by([GateWorld.lead]))]
        let decision = world.decision
        #expect((decision.exit, decision.waived) == (20, []))
        #expect(decision.unusedWaivers.map { $0.why.hasPrefix(row.expected) } == [true], "\(decision.unusedWaivers)")
    }

    @Test func `gate 63: a waiver that was used as often as it may be counts no more`() {
        var world = flaky()
        world.waive([.tests])
        world.evidence.kept = [world.decision]
        #expect(world.exit == 20)
        #expect(world.decision.unusedWaivers.map(\.why) == ["it was used 1 of 1 times"])
        world.waivers[0].waiver.uses = 2
        #expect(world.exit == 0)
    }

    @Test func `a waiver counts only when a key for it signed it, of somebody whom the policy names`() {
        func exit(_ signatures: Exhibit.Signatures) -> Int32 {
            var world = flaky()
            world.waivers = [(GateWorld.waiver([.tests]), signatures)]
            return world.exit
        }
        #expect(exit(.by([GateWorld.lead])) == 0)
        #expect(exit(.by([GateWorld.buildKey])) == 20)
        #expect(exit(.by([GateWorld.deployKey])) == 20)
        #expect(exit(.none) == 20)
        #expect(exit(.unknown) == 20)
        #expect(exit(.broken) == 20)
        let untitled = DecisionTests.key(#"{"spki":"u","role":"waiver"}"#)
        let intern = DecisionTests.key(#"{"spki":"i","role":"waiver","title":"intern"}"#)
        let elsewhere = DecisionTests.key(
            #"{"spki":"e","role":"waiver","title":"lead","environments":["development"]}"#)
        #expect([untitled, intern, elsewhere].map { exit(.by([$0])) } == [20, 20, 20])
    }

    @Test func `where the policy has no word of it nobody may waive`() {
        var world = flaky()
        world.question.policy.waiver = WaiverRules()
        world.waive([.tests])
        #expect(world.exit == 20)
    }

    @Test func `nobody knows whose commits it is about: that is no pass`() {
        var world = flaky()
        world.waive([.tests])
        world.evidence.committers = nil
        #expect(world.exit == 20)
        world.question.policy.waiver.approveOwn = true
        #expect(world.exit == 0)
    }

    private static let drop = GateWorld.finding("drop-column", .coexistence, "invoices.total")

    @Test func `some points need two people, and two keys of one person are one`() {
        var world = GateWorld()
        world.candidate.migrations = GateWorld.migrations(
            "13", since: "1.4.9", [GateWorld.migration("13", [Self.drop])])
        world.evidence.databases = [
            "billing": DatabaseState(head: "13", observedAt: GateWorld.now, origin: "f")
        ]
        world.waive([.coexistence])
        #expect(
            (world.exit, world.decision.unusedWaivers.map(\.why)) == (
                20, ["coexistence needs two persons, and one has signed"]
            ))
        let twin = DecisionTests.key(#"{"id":"lead-again","spki":"a","role":"waiver","title":"lead"}"#)
        world.waivers[0].signers = .by([GateWorld.lead, twin])
        #expect(world.exit == 20)
        world.waivers[0].signers = .by([GateWorld.lead, GateWorld.director])
        #expect(world.exit == 0)
        world.waivers[0].waiver.findings = ["000000000000"]
        #expect(world.exit == 20)
        world.waivers[0].waiver.findings = [Self.drop.fingerprint]
        #expect(world.exit == 0)
    }

    @Test func `gate 65: identity is waived by two people who name the digest, never by one`() {
        var world = GateWorld()
        let record = world.candidate
        world.records = []
        world.evidence.exhibits = [DecisionTests.exhibit(record, .none)]
        world.waive([.identity])
        #expect(world.exit == 21)
        world.waivers[0].signers = .by([GateWorld.lead, GateWorld.director])
        let decision = world.decision
        #expect((decision.exit, decision[.identity]?.waivedBy, decision[.tests]?.state) == (0, "w1", .pass))
        // What is written about the digest still counts against it.
        var red = record
        red.tests = VerdictTests.report([.failed], exit: 1)
        red.verdict = red.recomputedVerdict
        world.evidence.exhibits = [DecisionTests.exhibit(red, .none)]
        #expect(world.exit == 20)
    }

    @Test func `gate 66: a waiver that nothing needs is told`() {
        var world = GateWorld()
        world.waive([.tests])
        let decision = world.decision
        #expect((decision.exit, decision.waived) == (0, []))
        #expect(decision.unusedWaivers == [.init(id: "w1", why: "nothing that it covers is in the way")])
    }

    @Test func `gate 67: a follow-up that is overdue keeps the next waiver from counting`() {
        var world = flaky()
        let old = GateWorld.waiver([.tests]) { waiver in
            (waiver.id, waiver.image) = ("w0", digest("old"))
            waiver.madeAt = Timestamp(seconds: GateWorld.now.seconds - 86_400)
            waiver.notBefore = waiver.madeAt
            waiver.followUp?.due = Timestamp(seconds: GateWorld.now.seconds - 3600)
        }
        var before = flaky()
        before.waivers = [(GateWorld.waiver([.tests]) { $0.id = "w0" }, .by([GateWorld.lead]))]
        world.evidence.kept = [before.decision]
        world.waivers = [(old, .by([GateWorld.lead]))]
        world.waive([.tests])
        #expect(world.exit == 20)
        #expect(world.decision.unusedWaivers.map(\.why).contains("the follow-up of waiver w0 is overdue"))
        // Another image has run since: it is followed up.
        world.deployments.append(
            GateWorld.deployment("d9", GateWorld.running, "1.4.9", sequence: 5, to: "production", hoursAgo: 1))
        #expect(world.exit == 0)
    }

    @Test func `advice needs no waiver, and one that lies about is not used`() {
        var world = GateWorld(GateWorld.development)
        world.candidate.source.dirty = true
        world.waive([.source])
        #expect((world.exit, world.decision.waived, world.decision.wouldBlock) == (0, [], [.source]))
    }
}
