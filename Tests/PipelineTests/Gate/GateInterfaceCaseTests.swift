import Fixtures
import Signing
import Testing

@testable import Pipeline

/// Points 4 and 5 at the gate: what others call, and what the audit index takes.
struct GateInterfaceCaseTests {
    /// A release of some version, with interface changes since what runs.
    private func world(_ running: SemanticVersion, _ candidate: String, _ changes: [(String, Level)]) -> GateWorld {
        var world = GateWorld()
        world.history = [GateWorld.release("\(running)", of: GateWorld.running, sequence: 5, since: nil)]
        world.deployments[0].to.version = running
        world.records = [GateWorld.release(candidate, of: GateWorld.image, sequence: 9, since: "\(running)")]
        world.candidate.interface = GateWorld.interface(changes, since: running)
        return world
    }

    private static let gone = ("operation-removed", Level.major)
    private static let added = ("operation-added", Level.minor)

    typealias Step = (from: SemanticVersion, to: String, changes: [(String, Level)], exit: Int32)

    @Test(
        arguments: [
            Row("gate 53: minor", ("1.4.9", "1.5.0", [gone], 20), 20),
            Row("gate 53: major", ("1.4.9", "2.0.0", [gone], 0), 0),
            Row("gate 54: 0.5", ("0.4.0", "0.5.0", [gone], 0), 0),
            Row("gate 54: 0.4.1", ("0.4.0", "0.4.1", [gone], 20), 20),
            Row("additions in a minor", ("1.4.9", "1.5.0", [added], 0), 0),
            Row("additions in a patch", ("1.4.9", "1.4.10", [added], 20), 20),
            Row("additions before 1.0", ("0.4.0", "0.4.1", [added], 0), 0),
            Row("nothing changed", ("1.4.9", "1.4.10", [], 0), 0),
        ] as [Row<Step, Int32>])
    func `gates 53 and 54: a break needs a major version`(row: Row<Step, Int32>) {
        let world = world(row.input.from, row.input.to, row.input.changes)
        #expect(world.exit == row.expected)
        #expect(world.decision[.semver]?.state == (row.expected == 0 ? .pass : .fail))
    }

    @Test func `a bump that is too small says which would do`() {
        #expect(
            world("1.4.9", "1.5.0", [Self.gone]).decision[.semver]?.toGreen
                == "release it as 2.0.0 or later, or take the change back")
        #expect(world("0.4.0", "0.4.1", [Self.gone]).decision[.semver]?.toGreen?.contains("0.5.0") == true)
    }

    @Test func `gate 55: the bump is counted from what runs, over every release between`() {
        var honest = world("1.4.0", "2.1.0", [])
        honest.candidate.version = GateWorld.read(
            #"{"builtAs":"2.1.0","bump":"minor","scheme":"semver2","current":"2.0.0","next":"2.1.0"}"#)
        honest.candidate.interface = GateWorld.interface([], since: "2.0.0")
        var two = GateWorld.release("2.0.0", of: digest("two"), sequence: 7, since: "1.4.0")
        two.interface = GateWorld.interface([Self.gone], since: "1.4.0")
        honest.history.append(two)
        #expect(honest.exit == 0)

        var hiding = world("1.4.0", "1.6.0", [])
        hiding.candidate.interface = GateWorld.interface([], since: "1.5.0")
        var between = GateWorld.release("1.5.0", of: digest("between"), sequence: 7, since: "1.4.0")
        between.interface = GateWorld.interface([Self.gone], since: "1.4.0")
        hiding.history.append(between)
        #expect((hiding.exit, hiding.decision[.semver]?.findings?.map(\.introducedIn)) == (20, ["1.5.0"]))
    }

    @Test(arguments: [("op-added", "op-removed", 0), ("op-removed", "op-added", 20)] as [(String, String, Int32)])
    func `what came and went within the range breaks nobody, what was there before does`(
        first: String, second: String, exit: Int32
    ) {
        func change(_ id: String) -> (String, Level) { (id, id.hasSuffix("removed") ? .major : .minor) }
        var world = world("1.4.0", "1.6.0", [change(second)])
        world.candidate.interface = GateWorld.interface([change(second)], since: "1.5.0")
        var between = GateWorld.release("1.5.0", of: digest("between"), sequence: 7, since: "1.4.0")
        between.interface = GateWorld.interface([change(first)], since: "1.4.0")
        world.history.append(between)
        #expect(world.exit == exit)
    }

    @Test func `gate 57: more than is needed passes, and is said`() {
        let item = world("1.4.9", "2.0.0", [Self.added]).decision[.semver]
        #expect(item?.state == .pass)
        #expect(item?.detail == "1.4.9 to 2.0.0 is enough for minor: a major version, and nothing breaks")
    }

    @Test(arguments: [InterfaceFacts.Surface.State.unknown, .error])
    func `an interface that could not be compared is no pass`(state: InterfaceFacts.Surface.State) {
        var world = world("1.4.9", "1.5.0", [])
        world.candidate.interface = GateWorld.interface([], since: "1.4.9", state: state)
        #expect((world.exit, world.decision[.semver]?.state) == (20, .unknown))
        world.candidate.interface = GateWorld.interface([], since: "1.4.9")
        world.candidate.interface?.surfaces[0].examined = 0
        #expect(world.exit == 20)
        world.candidate.interface?.surfaces[0].examined = 1
        world.candidate.interface?.surfaces[0].canary = false
        #expect(world.exit == 20)
    }

    // MARK: - Audit

    @Test(
        arguments: [
            Row("58: no evidence", (.breaking, nil), 20), Row("58: a higher template", (.breaking, .template), 0),
            Row("59: renamed", (.renamed, nil), 20), Row("additive", (.additive, nil), 0),
            Row("gone", (.removed, nil), 0),
            Row("nothing", (nil, nil), 0),
        ] as [Row<(AuditFacts.Change?, AuditFacts.Evidence.Kind?), Int32>])
    func `gates 58 and 59: the index must take what is newly written`(
        row: Row<(AuditFacts.Change?, AuditFacts.Evidence.Kind?), Int32>
    ) {
        var world = GateWorld()
        world.candidate.audit = GateWorld.audit(row.input.0, evidence: row.input.1)
        #expect(world.exit == row.expected)
    }

    @Test func `gate 58: a template that another one hides is no evidence`() {
        var world = GateWorld()
        world.candidate.audit = GateWorld.audit(.breaking)
        world.candidate.audit?.findings = [
            .init(
                rule: "template-shadowed", isError: true, place: "t.json", fingerprint: "aaaaaaaaaaaa", text: "hidden")
        ]
        let item = world.decision[.auditIndex]
        #expect((world.exit, item?.findings?.count) == (20, 2))
    }

    @Test func `without a catalogue nobody knows`() {
        var world = GateWorld()
        world.candidate.audit = AuditFacts(catalogue: nil, base: nil)
        #expect((world.exit, world.decision[.auditIndex]?.state) == (20, .unknown))
        // Nor where it has no call in it: nothing was looked at.
        world.candidate.audit = AuditFacts(catalogue: "calls.json", base: nil)
        #expect((world.exit, world.decision[.auditIndex]?.state) == (20, .unknown))
    }

    @Test func `what a release between broke must have been prepared by then or later`() {
        var world = GateWorld()
        world.records = [GateWorld.release("1.6.0", of: GateWorld.image, sequence: 9, since: "1.5.0")]
        world.candidate.audit = GateWorld.audit(nil, since: "1.5.0")
        var between = GateWorld.release("1.5.0", of: digest("between"), sequence: 7, since: "1.4.9")
        between.audit = GateWorld.audit(.breaking)
        world.history.append(between)
        #expect(world.exit == 20)
        world.history[1].audit = GateWorld.audit(.breaking, evidence: .reindex)
        #expect(world.exit == 0)
    }
}
