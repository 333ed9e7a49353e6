import Fixtures
import Signing
import Testing

@testable import Pipeline

/// What the gate is shown: bundles with all that was sealed in them, the same thing in several places, and damage.
struct GateEvidenceTests {
    /// The candidate's record as it was sealed: with its provenance and its tests for others.
    private static func bundle(
        keeping: (String) -> Bool = { _ in true }, changing change: (String) -> String = { $0 }
    ) throws -> Exhibit {
        var record = GateWorld().candidate
        record.release = nil
        let set = try StatementSet(record, hash: Digest.sha256)
        let others = set.companions.map { String(decoding: $0, as: UTF8.self) }.filter(keeping).map(change)
        let envelopes = [DecisionTests.opened(set.statement, .by([GateWorld.buildKey]))]
        let companions = others.map { text in
            OpenedEnvelope(
                payloadType: StatementForm.payloadType, payload: Array(text.utf8), isSigned: true,
                signers: [.init(keyID: GateWorld.buildKey.spki, key: GateWorld.buildKey)], isBroken: false)
        }
        return Exhibit(origin: "ledger", digest: digest("bundle"), content: .bundle(envelopes + companions))
    }

    private static func world(showing exhibits: Exhibit...) -> GateWorld {
        var world = GateWorld()
        world.records = []
        world.evidence.exhibits = exhibits
        world.question.policy.progress.prerelease = true
        return world
    }

    @Test func `a record with all that was sealed with it goes through, and where it was is said`() throws {
        let decision = Self.world(showing: try Self.bundle()).decision
        #expect(decision.exit == 0, "\(decision.items)")
        let origins = decision.origins ?? []
        #expect(
            origins.map { "\($0.kind.rawValue) \($0.places.joined(separator: " "))" } == [
                "deployment d1", "deployment d2", "provenance ledger", "record ledger",
            ])
    }

    typealias Change = @Sendable (String) -> String

    static let changes: [Row<Change, String>] = [
        Row("commit", { $0.replacing("\(ObjectID.test(9))", with: "\(ObjectID.test(8))") }, "was changed"),
        Row("builder", { $0.replacing("urn:slipway:builder:run", with: "urn:other") }, "was changed"),
        Row("digest", { $0.replacing(GateWorld.image.hex, with: digest("x").hex) }, "was changed"),
    ]

    @Test(arguments: changes)
    func `what was sealed with a record and says something else spoils it`(row: Row<Change, String>) throws {
        let decision = Self.world(showing: try Self.bundle(changing: row.input)).decision
        #expect(decision.exit == 21)
        #expect(decision[.identity]?.detail.contains(row.expected) == true, "\(decision.items)")
    }

    @Test(arguments: changes)
    func `a second provenance that contradicts the record spoils it, too`(row: Row<Change, String>) throws {
        let (good, other) = (try Self.bundle(), try Self.bundle(changing: row.input))
        guard case .bundle(let envelopes) = good.content, case .bundle(let others) = other.content else { return }
        let both = Exhibit(origin: "ledger", digest: good.digest, content: .bundle(envelopes + others.dropFirst()))
        let decision = Self.world(showing: both).decision
        #expect(decision.exit == 21)
        #expect(decision[.identity]?.detail.hasPrefix("ledger: the provenance") == true, "\(decision.items)")
    }

    @Test func `what was sealed with a record and is gone is missed, unless another place has it`() throws {
        let bare = try Self.bundle(keeping: { !$0.contains("slsa.dev/provenance") })
        #expect(Self.world(showing: bare).exit == 21)
        #expect(Self.world(showing: bare, try Self.bundle()).exit == 0)
    }

    @Test func `a version that contradicts itself is not believed`() {
        var world = GateWorld()
        world.candidate.version?.next = "1.4.8"
        #expect((world.exit, world.decision[.identity]?.state) == (21, .unverifiable))
        world = GateWorld()
        world.candidate.version?.bump = .major
        #expect(world.exit == 21)
    }

    @Test func `what lies in two places is no second build`() {
        var world = GateWorld()
        world.question.policy.tests.consecutive = 3
        world.history += world.history
        #expect((world.exit, world.decision[.tests]?.state) == (22, .pending))
    }

    @Test func `the release whose record is missing between what runs and a candidate has a name`() {
        var world = GateWorld()
        world.candidate.version?.current = "1.4.12"
        world.evidence.exhibits = [DecisionTests.exhibit(world.candidate, .by([GateWorld.buildKey]))]
        #expect(world.evidence.missingRelease(for: world.question) == nil)
        world.evidence.stated = GateWorld.read(
            #"{"image":"\#(GateWorld.running)","version":"1.4.9","sequence":5}"#)
        #expect(world.evidence.missingRelease(for: world.question) == "1.4.12")
        let between = GateWorld.release("1.4.12", of: digest("between"), sequence: 7, since: "1.4.9")
        world.evidence.history = [DecisionTests.exhibit(between, .by([GateWorld.buildKey]))]
        #expect(world.evidence.missingRelease(for: world.question) == nil)
    }

    @Test func `a ledger that shows that it was changed is no evidence where that counts`() {
        var world = GateWorld()
        world.evidence.damage = ["ledger.jsonl: line 3 was not written after the line before it"]
        #expect((world.exit, world.decision[.history]?.state) == (21, .unverifiable))
        var development = GateWorld(GateWorld.development)
        development.evidence.damage = world.evidence.damage
        #expect((development.exit, development.decision.wouldBlock) == (0, [.history]))
    }

    @Test func `what was deployed with a waiver has used it, wherever the decision was kept`() {
        var world = GateWorld()
        world.candidate.source.dirty = true
        world.waive([.source])
        world.waivers[0].waiver.madeAt = Timestamp(seconds: GateWorld.now.seconds - 7200)
        #expect(world.exit == 0)
        world.deployments.append(
            GateWorld.deployment("d9", GateWorld.image, "1.5.0", sequence: 9, to: "production", hoursAgo: 1))
        #expect((world.exit, world.decision.unusedWaivers.map(\.why)) == (20, ["it was used 1 of 1 times"]))
        world.waivers[0].waiver.uses = 2
        #expect(world.exit == 0)
    }

    @Test func `taking the record away lets nobody pass alone`() {
        var world = GateWorld()
        world.records = []
        world.waive([.identity])
        #expect(world.exit == 22)
        #expect(world.decision.unusedWaivers.map(\.why) == ["identity needs two persons, and one has signed"])
    }
}
