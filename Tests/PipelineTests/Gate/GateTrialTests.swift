import Fixtures
import Testing

@testable import Pipeline

/// Point 3 where new migrations were tried on a scratch database, or were to be.
struct GateTrialTests {
    private static func world(
        _ trial: MigrationFacts.Trial, _ findings: [MigrationFinding] = []
    ) -> GateWorld {
        var world = GateWorld()
        world.candidate.migrations = GateWorld.migrations(
            "13", since: "1.4.9", [GateWorld.migration("13", findings)])
        world.candidate.migrations?.trial = trial
        world.evidence.databases = [
            "billing": DatabaseState(
                head: "13", failed: [], observedAt: Timestamp(seconds: GateWorld.now.seconds - 60), origin: "h.csv")
        ]
        return world
    }

    private static func trial(_ findings: [MigrationFinding] = []) -> MigrationFacts.Trial {
        .init(system: "PostgreSQL 15.1", applied: true, findings: findings, previousTests: nil)
    }

    @Test func `a trial that was asked for and did not take place is never a pass`() {
        let decision = Self.world(.init(unmade: "there is no PostgreSQL on this machine")).decision
        let item = decision[.coexistence]
        #expect((decision.exit, item?.state) == (20, .unknown))
        #expect(item?.detail.contains("there is no PostgreSQL on this machine") == true)
        #expect(item?.toGreen?.contains("build again") == true)
    }

    @Test func `a break that a file shows comes before a trial that did not take place`() {
        let drop = GateWorld.finding("drop-column", .coexistence, "invoices.total")
        let item = Self.world(.init(unmade: "x"), [drop]).decision[.coexistence]
        #expect((item?.state, item?.findings?.map(\.rule)) == (.fail, ["drop-column"]))
    }

    @Test func `a migration that the database refuses fails with its place`() {
        var trial = Self.trial()
        (trial.applied, trial.errors) = (false, [.init("db/V13__x.sql", line: 7, "42P01: no such table")])
        let item = Self.world(trial).decision[.coexistence]
        #expect(item?.state == .fail)
        #expect(
            item?.detail
                == "the new migrations could not be applied to a scratch PostgreSQL 15.1: db/V13__x.sql:7: 42P01: no such table"
        )
    }

    @Test func `tests of the version before that fail are a no, and tests that could not be run are no yes`() {
        var trial = Self.trial()
        trial.previousTests = false
        #expect(Self.world(trial).decision[.coexistence]?.state == .fail)
        trial.previousTests = true
        #expect(Self.world(trial).exit == 0)
        (trial.previousTests, trial.problem) = (nil, "the tests could not be run")
        #expect(Self.world(trial).decision[.coexistence]?.state == .unknown)
    }

    @Test(arguments: [
        Row("same", "invoices.total", true), Row("table of it", "invoices", true),
        Row("other", "invoices.tot", false), Row("part of it", "invoices.total.x", false),
    ])
    private func `what a file shows already is not told again`(row: Row<String, Bool>) {
        let shown = GateWorld.finding("drop-column", .coexistence, "invoices.total")
        var seen = GateWorld.finding("drop-table", .coexistence, row.input)
        seen.fingerprint = "aaaaaaaaaaaa"
        let item = Self.world(Self.trial([shown]), [seen]).decision[.coexistence]
        #expect((item?.detail.contains("no file shows") == true) == !row.expected)
    }
}
