import Fixtures
import Signing
import Testing

@testable import Pipeline

/// Points 2 and 3 at the gate: what has to run first, and what the running version would meet.
struct GateMigrationCaseTests {
    /// The candidate brings one migration more than 1.4.9, whose database is at 12.
    private func world(_ findings: [MigrationFinding] = [], creates: [String] = [], head: String = "13") -> GateWorld {
        var world = GateWorld()
        world.candidate.migrations = GateWorld.migrations(
            head, since: "1.4.9", [GateWorld.migration(head, findings, creates: creates)])
        world.evidence.databases = ["billing": state("13")]
        return world
    }

    private func state(_ head: String?, failed: [String] = [], minutesAgo: Int64 = 1) -> DatabaseState {
        DatabaseState(
            head: head, failed: failed, observedAt: Timestamp(seconds: GateWorld.now.seconds - minutesAgo * 60),
            origin: "history.csv")
    }

    @Test func `gate 41: migrations that are not applied come first, in order`() {
        var world = world()
        world.evidence.databases = ["billing": state("12")]
        let decision = world.decision
        #expect((decision.exit, decision.retry) == (22, true))
        #expect(decision[.migrationsOrder]?.plan == [.init(service: "billing", upTo: "13", job: nil)])
        world.evidence.databases = [:]
        #expect((world.exit, world.decision[.migrationsOrder]?.state) == (22, .pending))
    }

    @Test func `gate 42: applied migrations are enough, whether the database or the job says so`() {
        #expect(world().exit == 0)
        var told = world()
        told.evidence.databases = [:]
        told.deployments[0].migrations = .init(result: .success, headVersion: "13", job: "m")
        #expect(told.exit == 0)
    }

    @Test func `a look at the database must be fresh`() {
        var world = world()
        world.evidence.databases = ["billing": state("13", minutesAgo: 61)]
        #expect((world.exit, world.decision[.migrationsOrder]?.state) == (22, .pending))
    }

    @Test func `gate 43: a job that failed blocks, and two people can let it pass`() {
        var world = world()
        world.evidence.databases = [:]
        let failed = Deployment.Migrations(result: .failed, headVersion: "12", job: "m")
        world.deployments.append(
            GateWorld.deployment(
                "d3", GateWorld.image, "1.5.0", sequence: 9, to: "production", hoursAgo: 1, migrations: failed))
        #expect((world.exit, world.decision.deployedFrom?.version) == (20, "1.4.9"))
        world.waive([.migrationsOrder])
        #expect(world.exit == 20)
        world.waivers[0].signers = .by([GateWorld.lead, GateWorld.director])
        #expect((world.exit, world.decision.waived.map(\.id)) == (0, ["w1"]))
        world.waivers = []
        world.evidence.databases = ["billing": state("13")]
        #expect(world.exit == 0)
    }

    private static let drop = GateWorld.finding("drop-column", .coexistence, "invoices.total")

    @Test func `gate 45: a column that the running version uses stays`() {
        let decision = world([Self.drop]).decision
        #expect((decision.exit, decision[.coexistence]?.state) == (20, .fail))
        #expect(decision[.coexistence]?.findings?.map(\.rule) == ["drop-column"])
        #expect(decision[.coexistence]?.findings?.map(\.place) == ["db/V13__x.sql invoices.total"])
    }

    @Test(arguments: [("1.7.2", 0), ("1.6.9", 20)] as [(SemanticVersion, Int32)])
    func `gate 46: what nobody needs from 1.7.0 on may go once that runs`(running: SemanticVersion, exit: Int32) {
        var world = GateWorld()
        world.history = [GateWorld.release("\(running)", of: GateWorld.running, sequence: 5, since: "1.6.0")]
        world.deployments[0].to.version = running
        world.records = [GateWorld.release("1.8.0", of: GateWorld.image, sequence: 9, since: "\(running)")]
        var migration = GateWorld.migration("13", [Self.drop])
        migration.contractOf = "1.7.0"
        world.candidate.migrations = GateWorld.migrations("13", since: running, [migration])
        world.evidence.databases = ["billing": state("13")]
        #expect(world.exit == exit)
        if exit != 0 { #expect(world.decision[.coexistence]?.toGreen == "deploy 1.7.0 or later first") }
    }

    @Test func `gate 47: what the range itself brought may go again, and what was there before may not`() {
        var world = world([Self.drop])
        let brought = GateWorld.migration("12.5", creates: ["invoices.total"])
        world.candidate.migrations?.added.insert(brought, at: 0)
        #expect(world.exit == 0)
        // Dropped first and then brought back is another column to whoever runs.
        world.candidate.migrations?.added.reverse()
        #expect(world.exit == 20)
    }

    @Test func `the range goes back to what runs, over the releases between`() {
        var world = world()
        world.records = [GateWorld.release("1.6.0", of: GateWorld.image, sequence: 9, since: "1.5.0")]
        world.candidate.migrations = GateWorld.migrations("13", since: "1.5.0", [GateWorld.migration("13")])
        #expect((world.exit, world.decision[.coexistence]?.state) == (22, .pending))
        #expect(world.decision[.coexistence]?.detail == "the record of release 1.5.0 is missing")
        var between = GateWorld.release("1.5.0", of: digest("between"), sequence: 7, since: "1.4.9")
        between.migrations = GateWorld.migrations("12", since: "1.4.9", [GateWorld.migration("12", [Self.drop])])
        world.history.append(between)
        #expect(world.exit == 20)
        #expect(world.decision[.coexistence]?.findings?.map(\.introducedIn) == ["1.5.0"])
    }

    @Test func `gate 49: two migrations of one version block`() {
        var world = world()
        world.candidate.migrations?.findings = [GateWorld.finding("duplicate-version", .order, "V12")]
        #expect((world.exit, world.decision[.migrationsOrder]?.state) == (20, .fail))
    }

    @Test func `gate 50: what nobody can read passes when its author says so and a trial shows it`() {
        var dynamic = GateWorld.finding("dynamic", .unknown)
        var world = world([dynamic])
        #expect((world.exit, world.decision[.coexistence]?.state) == (20, .unknown))
        dynamic.acknowledgement = "rebuilds an index"
        world.candidate.migrations?.added = [GateWorld.migration("13", [dynamic])]
        #expect(world.exit == 20)
        world.candidate.migrations?.trial = .init(
            system: "PostgreSQL 15", applied: true, findings: [], previousTests: true)
        #expect(world.exit == 0)
        world.candidate.migrations?.trial = .init(
            system: "PostgreSQL 15", applied: true, findings: [Self.drop], previousTests: nil)
        #expect(world.exit == 20)
    }

    @Test func `gate 51: another service's schema comes first`() {
        var world = world()
        world.candidate.migrations?.runBefore = [.init(service: "provider", version: "32")]
        world.evidence.databases = ["billing": state("12"), "provider": state("31")]
        let item = world.decision[.migrationsOrder]
        #expect(world.exit == 22)
        #expect(item?.plan?.map { "\($0.service) \($0.upTo ?? "")" } == ["provider 32", "billing 13"])
        #expect(item?.toGreen?.hasPrefix("migrate provider up to V32, then billing up to V13") == true)
        world.evidence.databases["provider"] = state("32")
        #expect(world.decision[.migrationsOrder]?.plan?.map(\.service) == ["billing"])
    }

    @Test func `migrations that wait for each other never begin`() {
        var world = world()
        world.evidence.databases = [:]
        var own = GateWorld.migration("13")
        own.needs = [.init(service: "provider", version: "32")]
        var other = GateWorld.migration("32")
        other.needs = [.init(service: "billing", version: "13")]
        world.candidate.migrations?.added = [own]
        world.evidence.neighbours = ["provider": GateWorld.migrations("32", since: "3.1.0", [other])]
        #expect((world.exit, world.decision[.migrationsOrder]?.state) == (20, .fail))
        #expect(world.decision[.migrationsOrder]?.detail.contains("wait for each other") == true)
    }

    @Test(arguments: [
        "installed_rank,version,description,type,script,checksum,success\n1,1,a,SQL,V1__a.sql,1,t\n2,2,\"b, c\",SQL,x,1,t\n",
        #"[{"version":"1","script":"V1__a.sql","success":true},{"version":"2","script":"x","success":true}]"#,
        #"{"schemaVersion":"2","migrations":[{"version":"1","state":"Success"},{"version":"2","state":"Success"},{"version":"3","state":"Pending"}]}"#,
    ])
    func `an export of the history is read in each form`(text: String) throws {
        let state = try DatabaseState(export: Array(text.utf8), observedAt: GateWorld.now, origin: "f")
        #expect((state.head, state.failed) == ("2", []))
    }

    @Test func `an export tells what failed, and what is none is refused`() throws {
        let failed = try DatabaseState(
            export: Array("version,success\n1,t\n2,f\n".utf8), observedAt: GateWorld.now, origin: "f")
        #expect((failed.head, failed.failed) == ("1", ["2"]))
        for bad in ["", "a,b\n1,2\n", "version,success\n1\n", "{}", "[{}]", "version,success\n\"1,t\n"] {
            #expect(throws: (any Error).self) {
                try DatabaseState(export: Array(bad.utf8), observedAt: GateWorld.now, origin: "f")
            }
        }
    }
}
