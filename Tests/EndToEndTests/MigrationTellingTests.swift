import Fixtures
import Foundation
import Testing

/// Migrations move versions, and are in the record of every run of a service that has some.
struct MigrationTellingTests {
    private static let folder = "billing/src/main/resources/db/migration"
    private static let first = "\(folder)/V1__begin.sql"

    private func record(of service: String, in world: VersionWorld) async throws -> [String: Any] {
        let list = try await world.slipway("record", "list", "--json", "--service", service)
        let all = try #require(try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]])
        return try #require(all.first)
    }

    @Test func `a column that is dropped asks for a minor, though the commit says fix`() async throws {
        let begin = [Self.first: "CREATE TABLE invoices (id int, total int, note text);\n"]
        try await withBilling(VersionWorld.configuration(), begin) { world in
            #expect(try await world.next() == nil)
            try await world.commit(
                "fix: tidy", ["\(Self.folder)/V2__drop.sql": "-- it is unused\nALTER TABLE invoices DROP note;\n"])
            let said = try await world.slipway("version", "billing")
            #expect(said.exit == 0, "\(said.errors)")
            #expect(
                said.output.contains("coexistence  minor → 1.5.0  drop-column: invoices.note (V2__drop.sql:2)"),
                "\(said.output)")
            let plan = try await world.slipway("plan", "--json")
            #expect(plan.output.contains("\"next\": \"1.5.0\""))
            let run = try await world.slipway("run")
            #expect(run.exit == 0, "\(run.errors)")
            let migrations = try #require(try await record(of: "billing", in: world)["migrations"] as? [String: Any])
            #expect(migrations["headVersion"] as? String == "2")
            #expect((migrations["base"] as? [String: Any])?["version"] as? String == "1.4.2")
            let added = try #require(migrations["added"] as? [[String: Any]])
            #expect(added.map { $0["phase"] as? String } == ["contract"])
            let findings = try #require(added[0]["findings"] as? [[String: Any]])
            #expect(findings.map { $0["rule"] as? String } == ["drop-column"])
            #expect(findings.map { $0["line"] as? Int } == [2])
        }
    }

    @Test func `what was made since the release is nobody's loss, and what is edited is told`() async throws {
        try await withBilling(VersionWorld.configuration(), [Self.first: "CREATE TABLE a (x int);\n"]) { world in
            try await world.commit(
                "fix: more", ["\(Self.folder)/V2__b.sql": "ALTER TABLE a ADD y int NOT NULL DEFAULT 0;\n"])
            try await world.commit(
                "fix: less",
                [
                    "\(Self.folder)/V3__c.sql": "ALTER TABLE a DROP y;\n", Self.first: "CREATE TABLE a (x bigint);\n",
                    "\(Self.folder)/V4_d.sql": "SELECT 1;\n", "billing/sql/V5__e.sql": "SELECT 1;\n",
                ])
            #expect(try await world.next() == "1.4.3")
            #expect(try await world.slipway("run").exit == 0)
            let migrations = try #require(try await record(of: "billing", in: world)["migrations"] as? [String: Any])
            let findings = try #require(migrations["findings"] as? [[String: Any]])
            #expect(findings.compactMap { $0["rule"] as? String } == ["bad-name", "wrong-folder", "edited-released"])
            #expect((migrations["changed"] as? [[String: Any]])?.count == 1)
        }
    }

    @Test func `a folder of its own is declared, and a service without migrations has nothing of them in its record`()
        async throws
    {
        let files = [
            "billing/sql/V1__a.sql": "CREATE TABLE a (x int);\n", "billing/db/migration/V9__z.sql": "DROP TABLE a;\n",
        ]
        try await withBilling(VersionWorld.configuration("    migrations: sql\n"), files) { world in
            try await world.commit("fix: more", ["billing/sql/V2__b.sql": "DROP TABLE a;\n"])
            #expect(try await world.next() == "1.5.0")
            #expect(try await world.slipway("run").exit == 0)
            let migrations = try #require(try await record(of: "billing", in: world)["migrations"] as? [String: Any])
            #expect(migrations["folders"] as? [String] == ["billing/sql"])
        }
        try await withBilling { world in
            try await world.commit("fix: nothing")
            #expect(try await world.slipway("run").exit == 0)
            #expect(try await record(of: "billing", in: world)["migrations"] == nil)
        }
    }
}
