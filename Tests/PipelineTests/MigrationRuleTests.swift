import Fixtures
import Signing
import Testing

@testable import Pipeline

/// What a script says on its own: `tier rule object`, a second tier behind a plus.
func found(in script: String) -> [String] {
    let migration = Migration(script: Array(script.utf8), at: .root, hash: Digest.sha256)
    return migration.findings.map { finding in
        "\(finding.tier.rawValue)\(finding.also.map { "+\($0.rawValue)" } ?? "") \(finding.rule) \(finding.object ?? "")"
    }
}

struct MigrationRuleTests {
    private typealias Cases = [(sql: String, expected: [String])]

    private static let lock = "L no-lock-timeout "

    private static let contractions: Cases = [
        ("DROP TABLE a;", ["C drop-table a"]),
        ("drop table if exists s.a, \"B c\" cascade", ["C drop-table s.a", "C drop-table B c"]),
        ("DROP FOREIGN TABLE a", ["C drop-table a"]),
        ("ALTER TABLE a DROP COLUMN c;", ["C drop-column a.c"]),
        ("ALTER TABLE a DROP c, DROP IF EXISTS d CASCADE;", ["C drop-column a.c", "C drop-column a.d"]),
        ("ALTER TABLE ONLY s.a DROP COLUMN IF EXISTS \"D\" RESTRICT", ["C drop-column s.a.D"]),
        ("ALTER TABLE a RENAME TO d;", ["C rename-table a"]), ("ALTER TABLE a RENAME c TO d;", ["C rename-column a.c"]),
        ("ALTER TABLE a RENAME COLUMN c TO d;", ["C rename-column a.c"]),
        ("ALTER TABLE a RENAME CONSTRAINT c TO d;", []), ("ALTER INDEX i RENAME TO j;", []),
        ("ALTER VIEW v RENAME TO w; ALTER SEQUENCE q RENAME TO r", ["C rename-object v", "C rename-object q"]),
        ("ALTER TYPE t RENAME TO u; ALTER SCHEMA s RENAME TO t", ["C rename-object t", "C rename-object s"]),
        ("ALTER TABLE a SET SCHEMA s; ALTER FUNCTION f(int) SET SCHEMA s", ["C set-schema a", "C set-schema f"]),
        ("DROP VIEW v; DROP MATERIALIZED VIEW IF EXISTS w", ["C drop-view v", "C drop-view w"]),
        ("DROP VIEW v; CREATE VIEW v AS SELECT 1", ["C replace-view-columns v"]),
        ("DROP TYPE e; DROP DOMAIN d", ["C drop-type e", "C drop-type d"]),
        (
            "DROP SEQUENCE q; DROP EXTENSION x; DROP SCHEMA s CASCADE",
            ["C drop-sequence q", "C drop-extension x", "C drop-schema s"]
        ),
        ("DROP ROLE r; DROP OPERATOR + (int, int)", ["C drop-object r", "C drop-object "]),
        ("DROP FUNCTION f(int);", ["C drop-function f"]),
        (
            "DROP FUNCTION f(integer); CREATE FUNCTION f(a int4) RETURNS int AS 'x' LANGUAGE c",
            ["R replace-function-body f"]
        ),
        ("DROP FUNCTION f(int); CREATE FUNCTION f(a text) RETURNS int AS 'x' LANGUAGE c", ["C change-signature f"]),
        ("DROP FUNCTION f; CREATE FUNCTION f(text, OUT b int) AS 'x' LANGUAGE c", ["R replace-function-body f"]),
        (
            "DROP PROCEDURE p(a double precision); CREATE PROCEDURE p(IN b float8 DEFAULT 1) AS 'x' LANGUAGE c",
            ["R replace-function-body p"]
        ),
        ("ALTER TYPE e RENAME VALUE 'a' TO 'b';", ["C enum-rename e"]),
        ("DELETE FROM pg_enum WHERE enumlabel = 'a'", ["C enum-value-drop pg_enum"]),
        (
            "ALTER TYPE t RENAME ATTRIBUTE a TO b; ALTER TYPE t DROP ATTRIBUTE a",
            ["C composite-attribute t", "C composite-attribute t"]
        ),
        ("REVOKE SELECT ON a FROM u;", ["C revoke a"]), ("REVOKE ALL ON ALL TABLES IN SCHEMA s FROM u", ["C revoke "]),
        ("ALTER TABLE a OWNER TO u; ALTER VIEW v OWNER TO u", ["C change-owner a", "C change-owner v"]),
        ("REASSIGN OWNED BY a TO b", ["C change-owner "]),
        ("ALTER TABLE a ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY", ["C enable-rls a", "C enable-rls a"]),
        ("ALTER TABLE a DETACH PARTITION b", ["C detach-partition a"]),
        ("ALTER TABLE a DROP CONSTRAINT c CASCADE", ["R drop-constraint a", "C cascade a"]),
        ("DROP TRIGGER t ON a CASCADE", ["R drop-trigger a.t", "C cascade a.t"]),
        ("UPDATE a SET x = y WHERE z; ALTER TABLE a DROP y", ["C drop-column a.y", "C+D data-then-drop a.y"]),
        ("INSERT INTO b SELECT * FROM a; DROP TABLE a", ["C drop-table a", "C+D data-then-drop a"]),
        ("INSERT INTO b VALUES (1); DROP TABLE a", ["C drop-table a"]),
    ]

    private static let tightenings: Cases = [
        ("ALTER TABLE a ALTER c TYPE int;", ["C+L alter-type a.c", lock]),
        ("ALTER TABLE a ALTER COLUMN c SET DATA TYPE text USING c::text", ["C+L alter-type a.c", lock]),
        ("ALTER TABLE a ALTER c TYPE varchar(10);", ["C tighten-varchar a.c"]),
        ("ALTER TABLE a ALTER c SET NOT NULL;", ["C+L set-not-null a.c", lock]),
        ("ALTER TABLE a ADD c int NOT NULL;", ["C add-not-null-no-default a.c"]),
        ("ALTER TABLE a ADD COLUMN c int DEFAULT NULL NOT NULL;", ["C add-not-null-no-default a.c"]),
        ("ALTER TABLE a ALTER c DROP DEFAULT;", ["C drop-default a.c"]),
        ("ALTER TABLE a ALTER c SET DEFAULT NULL;", ["C drop-default a.c"]),
        ("ALTER TABLE a ALTER c SET GENERATED ALWAYS", ["C generated-always a.c"]),
        ("ALTER TABLE a ALTER c ADD GENERATED BY DEFAULT AS IDENTITY", []),
        ("ALTER TABLE a ADD CONSTRAINT k CHECK (x > 0);", ["C+L add-check a", lock]),
        ("ALTER TABLE a ADD CHECK (x > 0) NOT VALID;", ["C add-check a"]),
        ("ALTER TABLE a VALIDATE CONSTRAINT k", []),
        ("ALTER TABLE a ADD CONSTRAINT k UNIQUE (x, y);", ["C+L add-unique a.x,y", lock]),
        ("ALTER TABLE a ADD CONSTRAINT k UNIQUE USING INDEX i;", []),
        ("ALTER TABLE a ADD PRIMARY KEY (x);", ["C+L add-primary-key a.x", lock]),
        ("ALTER TABLE a ADD EXCLUDE USING gist (x WITH &&)", ["C+L add-exclude a", lock]),
        ("ALTER TABLE a ADD FOREIGN KEY (x) REFERENCES b;", ["C+L add-fk a.x", lock]),
        ("ALTER TABLE a ADD FOREIGN KEY (x) REFERENCES b (id) ON DELETE SET NULL NOT VALID;", ["C add-fk a.x"]),
        ("CREATE UNIQUE INDEX i ON a (x)", ["C+L unique-index a", lock]),
        ("CREATE UNIQUE INDEX CONCURRENTLY i ON a (x)", ["C unique-index a"]),
        (
            "ALTER DOMAIN d SET NOT NULL; ALTER DOMAIN d ADD CHECK (VALUE > 0)",
            ["C+L set-not-null d", "C+L add-check d", lock]
        ),
    ]

    private static let milder: Cases = [
        ("ALTER TABLE a ALTER c SET DEFAULT 2;", ["R change-default a.c"]),
        ("CREATE OR REPLACE FUNCTION f() RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql", ["R replace-function-body f"]),
        ("CREATE TRIGGER t BEFORE INSERT ON a EXECUTE FUNCTION f()", ["R add-trigger a.t"]),
        ("DROP TRIGGER t ON a; ALTER TABLE a DISABLE TRIGGER t", ["R drop-trigger a.t", "R toggle-trigger a.t"]),
        (
            "CREATE RULE r AS ON INSERT TO a DO NOTHING; CREATE POLICY p ON a",
            ["R change-rule a.r", "R change-policy a.p"]
        ),
        ("ALTER TYPE e ADD VALUE 'x';", ["R enum-add-value e"]),
        ("ALTER TABLE a ALTER c DROP NOT NULL;", ["R drop-not-null a.c"]),
        ("CREATE OR REPLACE VIEW v AS SELECT 1", ["R replace-view v"]),
        ("ALTER TABLE a DROP CONSTRAINT k", ["R drop-constraint a"]),
        (
            "ALTER SEQUENCE q RESTART WITH 5; ALTER EXTENSION x UPDATE; ALTER ROLE r LOGIN",
            ["R change-sequence q", "R update-extension x", "R change-role r"]
        ),
        ("ALTER TABLE a ADD c uuid DEFAULT gen_random_uuid();", ["L add-column-default-volatile a.c", lock]),
        ("ALTER TABLE a ADD c int GENERATED ALWAYS AS (x + 1) STORED", ["L add-stored-generated a.c", lock]),
        ("ALTER TABLE a ADD c bigserial", ["L add-serial a.c", lock]),
        ("ALTER TABLE a ADD c int GENERATED ALWAYS AS IDENTITY", ["L add-identity a.c", lock]),
        (
            "ALTER TABLE a ADD c int UNIQUE; ALTER TABLE a ADD d int DEFAULT 1 UNIQUE",
            ["L add-unique a.c", "C+L add-unique a.d", lock]
        ),
        ("CREATE INDEX i ON a(x);", ["L index-not-concurrent a", lock]),
        ("SET lock_timeout = '2s'; CREATE INDEX i ON a(x);", ["L index-not-concurrent a"]),
        ("CREATE INDEX CONCURRENTLY i ON a(x);", []), ("DROP INDEX i", ["L drop-index i", lock]),
        ("DROP INDEX CONCURRENTLY i", []),
        ("CREATE INDEX CONCURRENTLY i ON a(x);\nCREATE INDEX CONCURRENTLY j ON a(y)", ["O concurrently-in-txn "]),
        ("VACUUM FULL a; VACUUM (FULL, ANALYZE) b; VACUUM c", ["L vacuum-full a", "L vacuum-full b", lock]),
        ("CLUSTER a USING i; REINDEX TABLE a", ["L cluster a", "L reindex a", lock]),
        ("REINDEX TABLE CONCURRENTLY b", []),
        ("REFRESH MATERIALIZED VIEW v; LOCK TABLE a", ["L refresh-view v", "L lock-table a", lock]),
        ("ALTER TABLE a SET LOGGED, SET (fillfactor = 70)", ["L rewrite-table a", lock]),
        ("ALTER TABLE a ATTACH PARTITION b FOR VALUES IN (1)", ["L attach-partition a", lock]),
        ("TRUNCATE a, ONLY b", ["D truncate a", "D truncate b"]),
        ("TRUNCATE a CASCADE", ["D truncate a", "C cascade a"]),
        ("DELETE FROM a", ["D delete-all a"]), ("DELETE FROM a WHERE x", []),
        ("UPDATE a SET x=1;", ["D update-all a"]), ("UPDATE a SET x = (SELECT 1 WHERE true)", ["D update-all a"]),
        ("WITH d AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM d", ["D delete-all a"]),
        ("BEGIN; COMMIT;", ["O txn-control-in-migration ", "O txn-control-in-migration "]),
    ]

    private static let unknowns: Cases = [
        ("DO $$ BEGIN EXECUTE 'alter table t drop column c'; END $$", ["U dynamic "]),
        ("PREPARE p AS SELECT 1; EXECUTE p", ["U dynamic ", "U dynamic "]),
        ("SELECT my_function(1)", ["U function-call my_function"]), ("CALL p()", ["U function-call "]),
        ("SELECT setval('q', (SELECT max(id) FROM a))", []), ("SELECT count(*) FROM a", []),
        ("WITH x(a) AS (SELECT evil()) SELECT * FROM x", ["U function-call evil"]),
        ("CREATE FUNCTION f() RETURNS void AS $b$ BEGIN DROP TABLE a; END $b$ LANGUAGE plpgsql", ["U function-ddl f"]),
        ("CREATE FUNCTION f() RETURNS void AS 'BEGIN EXECUTE ''x''; END' LANGUAGE plpgsql", ["U function-ddl f"]),
        ("\\i other.sql\nSELECT 1;", ["U psql-meta "]), ("COPY a FROM '/tmp/x'", ["U copy-from-file "]),
        ("COPY a FROM PROGRAM 'x'", ["U copy-from-file "]),
        ("COPY a (x) FROM stdin;\n1\t'\n\\.\nDROP TABLE a;", ["C drop-table a"]), ("COPY a TO stdout", []),
        ("INSERT INTO a VALUES ('x);", ["U unparsable a quote that is not closed"]),
        ("SELECT $a$ x", ["U unparsable a dollar quote that is not closed"]),
        ("/* /* */ SELECT 1", ["U unparsable a comment that is not closed"]),
        ("SELECT (1; DROP TABLE a", ["U unparsable a parenthesis that is not closed"]),
        ("SELECT 1); DROP TABLE a", ["U unparsable a parenthesis that was not opened"]),
        ("SELECT 1\0", ["U unparsable a NUL"]), ("ALTER TABLE a FROBNICATE", ["U unknown-action a"]),
        ("ALTER TABLE a ADD COLUMN (b int)", ["U unknown-action a"]), ("FROBNICATE a", ["U unknown-statement "]),
        ("IMPORT FOREIGN SCHEMA s FROM SERVER t INTO u", ["U unknown-statement "]),
        ("UPDATE pg_class SET x = 1 WHERE y", ["U catalog-write pg_class"]),
        ("ALTER TABLE a ADD c int ${more}", ["U placeholder "]),
        ("ALTER TABLE ${schema}.a DROP c", ["C drop-column ${schema}.a.c"]),
        ("${everything};", ["U placeholder ", "U unknown-statement "]),
        ("-- slipway:contract-of soon\nSELECT 1", ["O bad-note "]),
    ]

    private static let harmless: Cases = [
        ("CREATE TABLE a (x int PRIMARY KEY); CREATE INDEX i ON a (x); ALTER TABLE a DROP x; DROP TABLE a", []),
        ("CREATE TABLE s.a (x int); ALTER TABLE s.a ALTER x SET NOT NULL; UPDATE s.a SET x = 1; TRUNCATE s.a", []),
        ("CREATE TABLE a AS SELECT 1; ALTER TABLE public.a RENAME TO b; DROP TABLE b", []),
        ("SELECT * INTO a FROM b; DROP TABLE a", []), ("CREATE TEMP TABLE a (x int); DROP TABLE a", []),
        ("CREATE VIEW v AS SELECT 1; CREATE OR REPLACE VIEW v AS SELECT 2; DROP VIEW v", []),
        ("CREATE TYPE e AS ENUM ('a'); ALTER TYPE e ADD VALUE 'b'; DROP TYPE e", []),
        (
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END; SELECT 1",
            []
        ),
        (
            "ALTER TABLE a ADD c varchar(10); ALTER TABLE a ALTER c TYPE int; ALTER TABLE a RENAME c TO d; ALTER TABLE a DROP d",
            []
        ),
        (
            "ALTER TABLE a ADD c varchar(10) DEFAULT ''; ALTER TABLE a ALTER c TYPE text; ALTER TABLE a ALTER c DROP DEFAULT",
            []
        ),
        ("ALTER TABLE a ADD c int; COMMENT ON COLUMN a.c IS 'DROP TABLE a;'; GRANT SELECT ON a TO u", []),
        ("INSERT INTO a (x) VALUES ('it''s; DROP TABLE b'), (E'\\'; DROP TABLE c;'), ($q$; DROP TABLE d$q$)", []),
        ("-- DROP TABLE a;\n/* DROP TABLE b; /* nested */ DROP TABLE c; */ SELECT 1 AS \"DROP TABLE d;\"", []),
        ("MERGE INTO a USING b ON a.x = b.x WHEN MATCHED THEN UPDATE SET y = 1", []),
        ("ALTER TABLE a ALTER c SET STATISTICS 100, ALTER c SET STORAGE PLAIN, REPLICA IDENTITY FULL", []),
        ("INSERT INTO a SELECT 1 ON CONFLICT (x) DO UPDATE SET y = 1", []), ("", []), (";;\n-- nothing\n;", []),
        (
            "ALTER TABLE a ADD IF NOT EXISTS c int REFERENCES b (id) ON DELETE CASCADE, ADD d numeric(10, 2) CHECK (d > 0)",
            []
        ),
    ]

    private static let all = (contractions + tightenings + milder + unknowns + harmless).map {
        Row(String($0.sql.prefix(48)), $0.sql, $0.expected)
    }

    @Test(arguments: all)
    private func `each rule has its statement`(row: Row<String, [String]>) {
        #expect(found(in: row.input) == row.expected)
    }

    @Test(arguments: [
        "int NOT NULL DEFAULT 0", "int DEFAULT 0 NOT NULL", "text NOT NULL DEFAULT ''",
        "jsonb NOT NULL DEFAULT '{}'::jsonb",
        "boolean DEFAULT FALSE NOT NULL", "timestamptz NOT NULL DEFAULT now()", "numeric(10,2) NOT NULL DEFAULT (0)",
        "varchar(20) COLLATE \"C\" NOT NULL DEFAULT 'x'", "text[] NOT NULL DEFAULT ARRAY[]::text[]",
        "timestamp with time zone CONSTRAINT n NOT NULL DEFAULT CURRENT_TIMESTAMP",
        "s.kind DEFAULT 'a'::s.kind NOT NULL",
        "double precision NOT NULL DEFAULT -1.5", "bigint NOT NULL DEFAULT 0 REFERENCES b(id)",
        "date NOT NULL DEFAULT date '2020-01-01'", "interval NOT NULL DEFAULT interval '1 day'",
        "int NOT NULL DEFAULT - 1",
    ])
    func `a column that may not be NULL and has a default is no alarm`(definition: String) {
        for head in ["ADD COLUMN c", "ADD c", "ADD COLUMN IF NOT EXISTS \"C\""] {
            #expect(found(in: "ALTER TABLE a \(head) \(definition);") == [])
        }
    }

    @Test func `types that hold all that was there are let pass where they are known`() {
        let widening = [
            ("varchar(10)", "varchar(20)"), ("varchar(10)", "text"), ("character varying(5)", "varchar"),
            ("cidr", "inet"),
            ("numeric(5,2)", "decimal(8,2)"), ("timestamp(3)", "timestamp without time zone"),
        ]
        for (old, new) in widening {
            #expect(Self.rules(after: old, new) == [], "\(old) → \(new)")
        }
        #expect(Self.rules(after: "varchar(20)", "varchar(10)") == ["tighten-varchar"])
        for (old, new) in [("int", "bigint"), ("numeric(5,2)", "numeric(8,3)"), ("text", "int"), ("text[]", "text")] {
            #expect(Self.rules(after: old, new).first == "alter-type", "\(old) → \(new)")
        }
    }

    /// What is found when a released column of a type gets another one.
    private static func rules(after old: String, _ new: String) -> [String] {
        var reading = SQLReading(isInRange: false)
        _ = reading.read(Array("CREATE TABLE a (id int, c \(old) NOT NULL)".utf8))
        reading.schema.isInRange = true
        let script = reading.read(Array("ALTER TABLE a ALTER c TYPE \(new)".utf8))
        return script.findings(in: nil, hash: Digest.sha256).map(\.rule)
    }

    @Test func `a new column that must be filled needs its default as long as others write`() {
        #expect(
            found(in: "ALTER TABLE a ADD c int NOT NULL DEFAULT 0; ALTER TABLE a ALTER c DROP DEFAULT") == [
                "C drop-default a.c"
            ])
        #expect(
            found(in: "ALTER TABLE a ADD c int; UPDATE a SET c = 1 WHERE true; ALTER TABLE a ALTER c SET NOT NULL")
                == ["C+L set-not-null a.c", Self.lock])
        #expect(
            found(in: "ALTER TABLE a ADD c int DEFAULT 0; ALTER TABLE a ALTER c SET NOT NULL")
                == ["L set-not-null a.c", Self.lock])
    }

    @Test func `every rule has a sentence, and names are told apart`() {
        for rule in MigrationRule.allCases { #expect(rule.text.count > 15, "\(rule)") }
    }

    @Test func `a fingerprint is that of the statement, however it is laid out`() {
        let one = Migration(script: Array("ALTER TABLE A DROP c;".utf8), at: .root, hash: Digest.sha256)
        let other = Migration(
            script: Array("-- why\n\n  alter  table a /* x */ drop\nC".utf8), at: .root.appending("x"),
            hash: Digest.sha256)
        let another = Migration(script: Array("ALTER TABLE A DROP COLUMN c;".utf8), at: .root, hash: Digest.sha256)
        #expect(one.findings[0].fingerprint == other.findings[0].fingerprint)
        #expect(one.findings[0].fingerprint != another.findings[0].fingerprint)
        #expect(one.findings[0].fingerprint.utf8.count == 12)
        #expect((one.findings[0].line, other.findings[0].line) == (1, 3))
    }

    @Test func `what the author writes is kept beside the finding and takes nothing away`() {
        let script = """
            -- slipway:contract-of 1.7.0
            -- slipway:ack drop-column reason=nobody reads it since 1.6
            ALTER TABLE a
              DROP c,
              DROP d;
            ALTER TABLE a DROP e;
            """
        let migration = Migration(script: Array(script.utf8), at: .root, hash: Digest.sha256)
        #expect(
            migration.findings.map(\.acknowledgement) == [
                "nobody reads it since 1.6", "nobody reads it since 1.6", nil,
            ])
        #expect(migration.findings.map(\.line) == [3, 5, 6])
        #expect(migration.contractOf == SemanticVersion(parsing: "1.7.0"))
    }
}

/// The rules as people read them.
struct MigrationReferenceTests {
    @Test func `the reference of rules`() throws {
        let tiers: [(MigrationFinding.Tier, String)] = [
            (.coexistence, "C: breaks the version that is running"), (.rollback, "R: breaks a rollback"),
            (.lock, "L: locks or an outage"), (.data, "D: data"), (.order, "O: order and hygiene"),
            (.unknown, "U: nobody can tell"),
        ]
        let tables = tiers.map { tier, title in
            let rows = MigrationRule.allCases.filter { $0.tier == tier }.map { rule in
                "| `\(rule.rawValue)` | \(rule.also.map(\.rawValue) ?? "") | \(rule.text) |\n"
            }
            return "\n## \(title)\n\n| rule | also | what happens, and what to do instead |\n|---|---|---|\n"
                + rows.joined()
        }
        let intro = "What [migrations](../migrations.md) are told about, by tier.\n"
        try Golden("docs/reference/migrations.md").check("# Rules for migrations\n\n" + intro + tables.joined())
    }
}
