import Fixtures
import Foundation
import Glibc
import Pipeline
import SystemPackage
import Testing

/// New migrations on a real PostgreSQL that is made for them.
///
/// It has a socket in a folder of its own and no port: a cluster that Debian's package starts is in nobody's way.
struct MigrationTrialTests {
    private static let folder = "billing/db/migration"
    private static let begin = [
        "\(folder)/V1__begin.sql": "CREATE TABLE invoices (id int PRIMARY KEY, note text);\n",
        "\(folder)/V2__more.sql":
            "ALTER TABLE invoices ADD total bigint;\nCREATE INDEX CONCURRENTLY i ON invoices (id);\n",
    ]

    private static func settings(_ trial: String = "true") -> String {
        VersionWorld.configuration("    migrations: {trial: \(trial)}\n")
    }

    /// A run with one more migration, and what its record says of the trial.
    private static func tried(
        _ world: VersionWorld, _ script: String, _ more: [String: String] = [:]
    ) async throws -> (trial: MigrationFacts.Trial, said: Said) {
        try await world.commit("fix: more", more.merging(["\(folder)/V3__new.sql": script]) { one, _ in one })
        let said = try await world.slipway("run")
        #expect(said.exit == 0, "\(said.errors)")
        return (try await trial(world), said)
    }

    private static func trial(_ world: VersionWorld) async throws -> MigrationFacts.Trial {
        let said = try await world.slipway("record", "list", "--service", "billing", "--json")
        let records = try [Stability](json: JSON(parsing: said.output, profile: .lenient))
        return try #require(records.first?.migrations?.trial, "\(said.errors)")
    }

    /// The servers that are there of a world, and the folders of them.
    private static func traces(_ world: VersionWorld) throws -> [String] {
        let folder = world.git.root.appending(".slipway/trials")
        return folder.isThere ? try FileManager.default.contentsOfDirectory(atPath: folder.string) : []
    }

    @Test func `what code takes from the catalog is seen, and nothing of the server stays`() async throws {
        try await withBilling(Self.settings(), Self.begin) { world in
            let script = "DO $$ BEGIN EXECUTE 'ALTER TABLE invoices DROP note'; END $$;\nCREATE TABLE b (x int);\n"
            let (trial, said) = try await Self.tried(world, script)
            #expect(trial.system.hasPrefix("PostgreSQL 1"))
            #expect((trial.applied, trial.problem, trial.previousTests) == (true, nil, nil))
            #expect(trial.findings.map { "\($0.rule) \($0.object ?? "")" } == ["drop-column invoices.note"])
            let difference = try #require(trial.difference)
            #expect((difference.added.names, difference.removed.names) == (["table b"], ["column invoices.note"]))
            #expect(said.errors.contains("its new migrations were tried on PostgreSQL"))
            #expect(try Self.traces(world) == [])
        }
    }

    @Test func `what the database refuses is told with file and line`() async throws {
        try await withBilling(Self.settings(), Self.begin) { world in
            let (trial, said) = try await Self.tried(world, "SELECT 1;\n\nALTER TABLE invoices\n  ADD c intt;\n")
            #expect((trial.applied, trial.problem) == (false, nil))
            let error = try #require(trial.errors?.first)
            #expect((error.path?.name, error.line) == ("V3__new.sql", 4))
            #expect(error.text.contains("type \"intt\" does not exist"))
            #expect(said.errors.contains("a new migration cannot be applied"))
        }
    }

    @Test func `a chain that needs more than it makes is no proof until that is set up`() async throws {
        let files = Self.begin.merging([
            "\(Self.folder)/V1__begin.sql":
                "CREATE TABLE invoices (id int, note text);\nGRANT SELECT ON invoices TO ${who};\n"
        ]) { $1 }
        let bare = "{placeholders: {who: reader}}"
        try await withBilling(Self.settings(bare), files) { world in
            let (trial, _) = try await Self.tried(world, "ALTER TABLE invoices ADD c int;\n")
            #expect(trial.applied == false)
            let problem = try #require(trial.problem)
            #expect(problem.contains("V1__begin.sql:2: 42704: role \"reader\" does not exist"), "\(problem)")
            let (again, _) = try await Self.tried(
                world, "ALTER TABLE invoices ADD c int NOT NULL;\n",
                [
                    "slipway.yaml": Self.settings("{setup: setup.sql, placeholders: {who: reader}}"),
                    "billing/setup.sql": "CREATE ROLE reader;\n",
                ])
            #expect((again.applied, again.problem) == (true, nil))
            #expect(again.findings.map(\.rule) == ["add-not-null-no-default"])
        }
    }

    @Test(arguments: [("DROP note", false), ("ADD more int", true)])
    func `tests of the last release run in a checkout of it on the new schema`(change: String, passed: Bool)
        async throws
    {
        let tests = "{previous-tests: [sh, test.sh]}"
        let script =
            "psql -X -c \"INSERT INTO invoices (id, note) VALUES (1, '$SLIPWAY_VERSION')\" && git log -1 --format=%s\n"
        let files = Self.begin.merging(["billing/test.sh": script]) { $1 }
        try await withBilling(Self.settings(tests), files) { world in
            let (trial, _) = try await Self.tried(
                world, "ALTER TABLE invoices \(change);\n", ["billing/test.sh": "exit 9\n"])
            #expect((trial.previousTests, trial.problem) == (passed, nil))
            let log = try await sh("zcat .slipway/runs/latest/logs/billing.previous-tests.log.gz", in: world.git.root)
            #expect(log.contains(passed ? "feat: begin" : "column \"note\" of relation"), "\(log)")
        }
    }

    @Test func `an interrupted run leaves nothing, and the next one tries again`() async throws {
        // It ends at once when it is run for the second time.
        let tests = "{previous-tests: \"mkdir ../../../../../../../../begun || exit 0; sleep 600\"}"
        try await withBilling(Self.settings(tests), Self.begin) { world in
            try await world.commit("fix: x", ["\(Self.folder)/V3__new.sql": "SELECT 1;\n"])
            _ = try await sh(
                """
                '\(SlipwayBinary.path)' run >/dev/null 2>&1 & pid=$!
                while [ ! -e ../begun ]; do kill -0 $pid && sleep 0.05 || exit 1; done
                kill -TERM $pid; wait $pid || true
                """, in: world.git.root)
            // Where the machine is so busy that there was no time for the end, it is as if the run had been killed.
            if world.git.root.appending(".slipway/runs/latest/outcome.json").isThere {
                #expect(try Self.traces(world) == [])
                let first = try await Self.trial(world)
                #expect((first.problem, first.mayBeRepeated) == ("it was interrupted", true))
            }
            #expect(try await world.slipway("run").exit == 0)
            let second = try await Self.trial(world)
            #expect((second.previousTests, second.problem) == (true, nil))
            #expect(try Self.traces(world) == [])
        }
    }

    @Test func `a run that is killed leaves a server, and the next one ends it`() async throws {
        let tests = "{previous-tests: \"touch $SLIPWAY_ROOT/../begun; sleep 600\"}"
        try await withBilling(Self.settings(tests), Self.begin) { world in
            try await world.commit("fix: x", ["\(Self.folder)/V3__new.sql": "SELECT 1;\n"])
            _ = try await sh(
                """
                '\(SlipwayBinary.path)' run >/dev/null 2>&1 & pid=$!
                while [ -z "$(find .slipway/runs -name begun 2>/dev/null)" ]; do kill -0 $pid && sleep 0.05 || exit 1; done
                kill -9 $pid; wait $pid || true
                """, in: world.git.root)
            let mark = try #require(try Self.traces(world).first)
            let place = FilePath(try await sh("cat .slipway/trials/\(mark)", in: world.git.root))
            #expect(place.appending("data/postmaster.pid").isThere)
            let server = try await sh("head -1 \(place)/data/postmaster.pid", in: "/")
            try await world.commit("fix: no trial", ["slipway.yaml": VersionWorld.configuration()])
            #expect(try await world.slipway("run").exit == 0)
            #expect(!place.isThere)
            #expect(try Self.traces(world) == [])
            #expect(!FilePath("/proc/\(server.trimmingCharacters(in: .whitespacesAndNewlines))").isThere)
        }
    }

    @Test func `what is no setting of a trial is refused`() async throws {
        let wrong = "{previous-tests: \"\", placeholders: {a: \"x\\ny\"}}"
        try await withBilling(Self.settings(wrong), Self.begin) { world in
            let said = try await world.slipway("plan")
            #expect(said.exit == 65)
            #expect(said.errors.contains("its previous-tests name no program"), "\(said.errors)")
            #expect(said.errors.contains("is no placeholder with a line of text"), "\(said.errors)")
        }
    }
}
