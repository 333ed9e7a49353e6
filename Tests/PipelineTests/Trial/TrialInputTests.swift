import Fixtures
import Signing
import Testing

@testable import Pipeline

/// What a trial tells psql, and what it makes of the answer.
struct TrialInputTests {
    static func set(_ files: [String: String]) -> MigrationSet {
        let folder: Path = "db"
        return MigrationSet(files.map { MigrationFile(folder.appending($0.key), Array($0.value.utf8)) }, in: [folder])
    }

    private static func leg(_ script: String, _ more: [String: String] = [:]) -> TrialLegs.Leg {
        TrialLegs(set(more.merging(["V1__a.sql": script]) { $1 }), since: nil).new
    }

    private static func input(
        _ script: String, _ more: [String: String] = [:], _ placeholders: [String: String] = [:]
    ) throws -> String {
        String(decoding: try TrialInput(leg(script, more), placeholders: placeholders).bytes, as: UTF8.self)
    }

    private static func wrapped(_ middle: String, _ first: String = "DISCARD ALL;\nBEGIN;\n") -> String {
        "\(first)\(middle)\\echo @ 0 0\nCOMMIT;\n\\echo @ end\n"
    }

    @Test func `a script is in a transaction, and each statement says where it begins`() throws {
        let said = try Self.input("-- first\nCREATE TABLE a (x int); -- why\n\nSELECT ';' -- end")
        #expect(said == Self.wrapped("\\echo @ 0 2\nCREATE TABLE a (x int)\n;\n\\echo @ 0 4\nSELECT ';'\n;\n"))
    }

    @Test(arguments: [
        Row("create index", "CREATE INDEX CONCURRENTLY i ON a (x);", false),
        Row("create unique", "SELECT 1; create unique index concurrently i on a (x)", false),
        Row("drop index", "DROP INDEX CONCURRENTLY i;", false), Row("vacuum", "VACUUM a;", false),
        Row("reindex", "REINDEX (CONCURRENTLY) TABLE a;", false), Row("system", "ALTER SYSTEM SET x = 1;", false),
        Row("detach", "ALTER TABLE a DETACH PARTITION b CONCURRENTLY;", false),
        Row("database", "CREATE DATABASE d;", false), Row("index", "CREATE INDEX concurrently_i ON a (x);", true),
        Row("refresh", "REFRESH MATERIALIZED VIEW CONCURRENTLY v;", true),
        Row("text", "SELECT 'CREATE INDEX CONCURRENTLY';", true),
    ])
    private func `what PostgreSQL refuses in a transaction is outside of one`(row: Row<String, Bool>) throws {
        #expect(try Self.input(row.input).contains("BEGIN;") == row.expected)
    }

    @Test func `a script whose settings say so is outside of a transaction, and another schema is made for names`()
        throws
    {
        let apart = try Self.input("SELECT 1;", ["V1__a.sql.conf": "executeInTransaction = false"])
        #expect(!apart.contains("BEGIN;"))
        let home = try Self.input("SELECT 1;", ["schema.txt": "bill\"ing\n"])
        #expect(
            home.contains("CREATE SCHEMA IF NOT EXISTS \"bill\"\"ing\"; SET search_path = \"bill\"\"ing\", public;"))
    }

    @Test func `rows behind COPY go along, with their end`() throws {
        let whole = try Self.input("COPY a FROM STDIN;\n1\tx;y\n\\.\nSELECT 1;")
        #expect(whole.contains("COPY a FROM STDIN\n;\n1\tx;y\n\\.\n\\echo @ 0 4\nSELECT 1\n;\n"))
        let torn = try Self.input("COPY a FROM STDIN;\n1\tx")
        #expect(torn.contains("COPY a FROM STDIN\n;\n1\tx\n\\.\n\\echo @ 0 0\n"))
    }

    @Test func `placeholders stand for what is said, and for what the engine knows`() throws {
        let text = "GRANT ALL ON a TO ${owner}; SELECT '${flyway:filename}', '${other}', '$';"
        let said = try Self.input(text, [:], ["owner": "app"])
        #expect(said.contains("GRANT ALL ON a TO app\n"))
        #expect(said.contains("SELECT 'V1__a.sql', '${other}', '$'\n"))
    }

    private static func refusal(_ script: String, _ more: [String: String] = [:]) -> TrialInput.Refusal? {
        do {
            _ = try TrialInput(leg(script, more), placeholders: [:])
            return nil
        } catch {
            return error
        }
    }

    @Test func `what no engine takes is refused with its line, and what only an engine takes is not tried`() {
        let line = "a line for psql, which no engine carries out"
        #expect(Self.refusal("SELECT 1;\n\\! id\n") == .refused(.init("db/V1__a.sql", line: 2, line)))
        #expect(
            Self.refusal("SELECT 1;\nSELECT 'x")
                == .refused(.init("db/V1__a.sql", line: 2, "a quote that is not closed")))
        guard case .unsupported(let open) = Self.refusal("\nDROP TABLE ${t};") else {
            Issue.record("it was taken")
            return
        }
        #expect((open.line, open.text.contains("${t}")) == (2, true))
        guard case .unsupported(let code) = Self.refusal("SELECT 1;", ["V2__B.kt": "class V2__B"]) else {
            Issue.record("it was taken")
            return
        }
        #expect(code.sentence == "db/V2__B.kt: is code, which only its engine can run")
    }

    struct Answer: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let output: String
        var errors = ""
        var said: String?
    }

    @Test(arguments: [
        Answer(testDescription: "done", output: "@ 0 1\n@ 0 0\n@ end\n"),
        Answer(
            testDescription: "in the statement", output: "@ 0 4\n",
            errors: "psql:<stdin>:9: ERROR:  42704: type \"intt\" does not exist\nLINE 2:  y intt\n     ^\n",
            said: "db/V1__a.sql:5: 42704: type \"intt\" does not exist"),
        Answer(
            testDescription: "of the statement", output: "@ 0 4\n",
            errors: "psql:<stdin>:9: ERROR:  42P01: relation \"nope\" does not exist\nLOCATION:  x, y.c:1\n",
            said: "db/V1__a.sql:4: 42P01: relation \"nope\" does not exist"),
        Answer(
            testDescription: "at the end", output: "@ 0 4\n@ 0 0\n",
            errors: "psql:<stdin>:9: ERROR:  23503: deferred\n",
            said: "db/V1__a.sql: 23503: deferred"),
        Answer(
            testDescription: "no server", output: "", errors: "psql: error: connection to server failed",
            said: "connection to server failed"),
        Answer(testDescription: "silence", output: "@ 0 4\n", said: "db/V1__a.sql:4: it ended before the scripts did"),
        Answer(testDescription: "nonsense", output: "@ 7 4\n", errors: "x", said: "it ended before the scripts did"),
    ])
    func `a halt is told with file and line`(answer: Answer) throws {
        let input = try TrialInput(Self.leg("SELECT 1;"), placeholders: [:])
        let mishap = input.mishap(output: Array(answer.output.utf8), errors: Array(answer.errors.utf8))
        #expect(mishap?.sentence == answer.said)
    }

    // MARK: - Legs

    private static func names(_ leg: TrialLegs.Leg) -> String {
        (leg.files.map(\.path.name) + leg.code.map(\.name)).joined(separator: " ")
    }

    @Test func `what was released goes first as it was, then what is new`() {
        let base = ["V1__a.sql": "1", "V2__b.sql": "2", "R__v.sql": "v", "R__w.sql": "w", "U2__b.sql": "u"]
        let head = base.merging(["V2__b.sql": "edited", "V10__d.sql": "4", "V9__c.sql": "3", "R__v.sql": "v2"]) { $1 }
        let legs = TrialLegs(Self.set(head), since: Self.set(base))
        #expect(Self.names(legs.released) == "V1__a.sql V2__b.sql R__v.sql R__w.sql")
        #expect(legs.released.files[1].content == Array("2".utf8))
        #expect(Self.names(legs.new) == "V9__c.sql V10__d.sql R__v.sql")
        #expect(TrialLegs(Self.set(base), since: Self.set(base)).new.isEmpty)
    }

    @Test func `a baseline begins the chain, and callbacks are called each time`() {
        let base = [
            "V1__a.sql": "1", "B2__b.sql": "b", "V2__b.sql": "2", "V3__c.sql": "3", "afterMigrate__x.sql": "a",
            "beforeMigrate.sql": "f", "afterClean.sql": "never",
        ]
        let head = base.merging(["V4__d.sql": "4", "B4__d.sql": "b4", "V5__e.kt": "class"]) { $1 }
        let legs = TrialLegs(Self.set(head), since: Self.set(base))
        #expect(Self.names(legs.released) == "beforeMigrate.sql B2__b.sql V3__c.sql afterMigrate__x.sql")
        #expect(Self.names(legs.new) == "beforeMigrate.sql V4__d.sql afterMigrate__x.sql V5__e.kt")
    }
}
