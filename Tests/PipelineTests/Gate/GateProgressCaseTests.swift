import Fixtures
import Signing
import Testing

@testable import Pipeline

/// In which direction things may go: versions, sequences, soaking, and the way back.
struct GateProgressCaseTests {
    @Test(arguments: [("semver2", 20), ("suffix-after", 0)] as [(String, Int32)])
    func `gate 69: a suffix comes before its version, or after where builds are counted so`(scheme: String, exit: Int32)
    {
        var world = GateWorld()
        world.history = [GateWorld.release("1.5.3", of: GateWorld.running, sequence: 5, since: "1.5.2")]
        world.deployments[0].to.version = "1.5.3"
        world.records = [GateWorld.release("1.5.3-1", of: GateWorld.image, sequence: 9, since: "1.5.3")]
        world.question.policy.progress.scheme = VersionScheme(rawValue: scheme) ?? .semver2
        #expect(world.exit == exit)
    }

    @Test
    func `a pre-release goes nowhere that does not ask for it, and a build that is no release where only those may`() {
        var world = GateWorld()
        world.records = [GateWorld.release("1.5.0-rc.1", of: GateWorld.image, sequence: 9, since: "1.4.9")]
        #expect(world.exit == 20)
        world.question.policy.progress.prerelease = true
        #expect(world.exit == 0)
        world.records[0].release = nil
        world.question.policy.progress.prerelease = nil
        #expect(world.exit == 0)
        world.question.policy.progress.prerelease = false
        #expect((world.exit, world.decision[.monotonic]?.toGreen) == (20, "release it: slipway release billing"))
    }

    @Test func `gate 70: the same image again is fine, the same version for another image is a lie`() {
        var same = GateWorld()
        same.deployments[0].to = same.deployments[1].to
        #expect((same.exit, same.decision[.monotonic]?.detail) == (0, "it runs there already"))
        same.question.intent = .redeploy
        #expect(same.exit == 0)
        var moved = GateWorld()
        moved.deployments[0].to.version = "1.5.0"
        #expect((moved.exit, moved.decision[.monotonic]?.state) == (21, .unverifiable))
        var elsewhere = GateWorld()
        elsewhere.history.append(GateWorld.release("1.5.0", of: digest("twin"), sequence: 6, since: "1.4.9"))
        #expect(elsewhere.exit == 21)
    }

    @Test func `another image than the one that runs is no redeployment`() {
        var world = GateWorld()
        world.question.intent = .redeploy
        #expect(world.exit == 20)
    }

    @Test func `gate 74: a build that was begun before and finished late does not replace a later one`() {
        var world = GateWorld()
        world.deployments[0].to.sequence = 10
        #expect((world.exit, world.decision[.monotonic]?.state) == (20, .fail))
        world.question.policy.progress.hasSequence = false
        #expect(world.exit == 0)
    }

    @Test func `an older version does not replace a newer one`() {
        var world = GateWorld()
        world.deployments[0].to.version = "1.6.0"
        #expect((world.exit, world.decision[.monotonic]?.state) == (20, .fail))
        world.deployments[0].to.version = nil
        world.history = []
        #expect((world.exit, world.decision[.monotonic]?.state) == (20, .unknown))
    }

    @Test func `gate 75: what ran for twenty of sixty minutes is asked for again when they are over`() {
        var world = GateWorld()
        world.deployments[1].at = Timestamp(seconds: GateWorld.now.seconds - 1200)
        let decision = world.decision
        #expect((decision.exit, decision.retry) == (22, true))
        #expect(decision.retryAfter == Timestamp(seconds: GateWorld.now.seconds + 2400))
        world.deployments.remove(at: 1)
        #expect((world.exit, world.decision.retryAfter) == (22, nil))
    }

    @Test func `what was replaced before it ran long enough has not soaked`() {
        var world = GateWorld()
        var next = GateWorld.deployment("d3", digest("other"), "1.5.1", sequence: 10, to: "development", hoursAgo: 1)
        next.at = Timestamp(seconds: world.deployments[1].at.seconds + 600)
        world.deployments.append(next)
        #expect((world.exit, world.decision[.soak]?.state) == (22, .pending))
    }

    // MARK: - Back

    /// Back from 1.5.0, which runs, to 1.4.9.
    private func back() -> GateWorld {
        var world = GateWorld()
        world.question.intent = .rollback
        world.records = [GateWorld.release("1.4.9", of: GateWorld.image, sequence: 5, since: "1.4.8")]
        world.history = [GateWorld.release("1.5.0", of: GateWorld.running, sequence: 9, since: "1.4.9")]
        world.deployments = [
            GateWorld.deployment("d1", GateWorld.image, "1.4.9", sequence: 5, to: "production", hoursAgo: 48),
            GateWorld.deployment("d2", GateWorld.running, "1.5.0", sequence: 9, to: "production", hoursAgo: 2),
        ]
        return world
    }

    @Test func `back to what ran before is allowed, however old it is`() {
        var world = back()
        world.question.now = Timestamp(seconds: GateWorld.now.seconds + 90 * 86_400)
        #expect(world.exit == 0)
        world.deployments.removeFirst()
        #expect((world.exit, world.decision[.monotonic]?.detail) == (20, "it never ran in production"))
    }

    @Test(
        arguments: [
            Row("a column went", ("drop-column", .coexistence), 20),
            Row("readers meet null", ("drop-not-null", .rollback), 20),
            Row("a column came", ("add-column-nullable", .order), 0),
        ] as [Row<(String, MigrationFinding.Tier), Int32>])
    func `gate 71: what was migrated since must suit the older image`(
        row: Row<(String, MigrationFinding.Tier), Int32>
    ) {
        var world = back()
        let finding = GateWorld.finding(row.input.0, row.input.1, "invoices.total")
        world.history[0].migrations = GateWorld.migrations(
            "13", since: "1.4.9", [GateWorld.migration("13", [finding])])
        #expect(world.exit == row.expected)
        if row.expected != 0 { #expect(world.decision[.coexistence]?.findings?.map(\.rule) == [row.input.0]) }
    }

    @Test func `back over a break of the interface only while nobody came after`() {
        var world = back()
        world.history[0].interface = GateWorld.interface([("operation-removed", .major)], since: "1.4.9")
        #expect(world.exit == 0)
        world.deployments.append(
            GateWorld.deployment("d3", digest("o"), "3.0.0", sequence: 1, to: "production", hoursAgo: 1, of: "orders"))
        #expect(
            (world.exit, world.decision[.semver]?.detail) == (20, "its interface broke since, and orders came after"))
    }

    @Test(arguments: [(nil, 20), (.template, 20), (.newIndexName, 0)] as [(AuditFacts.Evidence.Kind?, Int32)])
    func `back to older documents only into an index of their own`(kind: AuditFacts.Evidence.Kind?, exit: Int32) {
        var world = back()
        world.history[0].audit = GateWorld.audit(.breaking, evidence: kind)
        #expect(world.exit == exit)
    }

    @Test func `nobody goes back from what nobody recorded`() {
        var world = back()
        world.history = []
        #expect((world.exit, world.decision[.coexistence]?.state) == (22, .pending))
    }

    @Test(arguments: Decision.Intent.allCases)
    func `gate 73: a prevented digest goes nowhere, forward or back, advice or not`(intent: Decision.Intent) {
        for policy in [GateWorld.production, GateWorld.development] {
            var world = GateWorld(policy)
            world.question.intent = intent
            world.question.trust = Trust(keys: [], prevented: [GateWorld.image])
            world.waive([.prevented], by: [GateWorld.lead, GateWorld.director])
            #expect((world.exit, world.decision[.prevented]?.state) == (20, .fail))
        }
    }

    // MARK: - What runs

    @Test func `deployments count only when a key for it signed them`() {
        var world = GateWorld()
        let deployment = world.deployments[0]
        world.deployments.removeFirst()
        func add(_ signatures: Exhibit.Signatures) -> Decision {
            var other = world
            other.evidence.deployments = [
                Testimony(
                    places: ["d1"], digest: digest("d1"),
                    statement: InTotoStatement(deployment, about: [.init(image: deployment.to.image, of: "r")]),
                    signatures: signatures)
            ]
            return other.decision
        }
        #expect(add(.by([GateWorld.deployKey])).deployedFrom?.version == "1.4.9")
        #expect(add(.by([GateWorld.buildKey])).deployedFrom == nil)
        #expect(add(.none).deployedFrom == nil)
        #expect(add(.unknown).deployedFrom == nil)
        #expect((add(.broken).exit, add(.broken)[.history]?.state) == (21, .unverifiable))
    }

    @Test func `who deploys can say what runs`() {
        var world = GateWorld()
        world.deployments.removeFirst()
        world.evidence.stated = GateWorld.read(
            #"{"image":"\#(GateWorld.running)","version":"1.6.0","sequence":12}"#)
        #expect((world.exit, world.decision.deployedFrom?.version) == (20, "1.6.0"))
        world.evidence.stated = StatedDeployment()
        #expect((world.exit, world.decision.deployedFrom) == (0, nil))
    }

    static let orders: [Row<(VersionScheme, SemanticVersion, SemanticVersion), Bool>] = [
        Row("semver", (.semver2, "1.5.3-1", "1.5.3"), true), Row("semver rc", (.semver2, "1.5.3-rc.1", "1.5.3"), true),
        Row("suffix", (.suffixAfter, "1.5.3", "1.5.3-1"), true),
        Row("numbers", (.suffixAfter, "1.5.3-2", "1.5.3-10"), true),
        Row("next", (.suffixAfter, "1.5.3-9", "1.5.4"), true), Row("back", (.suffixAfter, "1.5.3-1", "1.5.3"), false),
        Row("rc", (.suffixAfter, "1.5.3-rc.1", "1.5.3"), true),
        Row("rc and suffix", (.suffixAfter, "1.5.3-rc.1", "1.5.3-1"), true),
        Row("suffix and rc", (.suffixAfter, "1.5.3-1", "1.5.3-rc.1"), false),
        Row("branch", (.suffixAfter, "0.1.8", "0.1.8-projects.19"), true),
        Row("snapshot", (.suffixAfter, "1.5.3-0.main.1", "1.5.3"), true),
    ]

    @Test(arguments: orders)
    func `versions are ordered as the policy counts them`(
        row: Row<(VersionScheme, SemanticVersion, SemanticVersion), Bool>
    ) {
        #expect(row.input.0.precedes(row.input.1, row.input.2) == row.expected)
        #expect(row.input.0.precedes(row.input.2, row.input.1) == !row.expected)
    }
}
