import Pipeline
import Signing

extension Fuzz {
    static let scripts = [
        """
        -- slipway:contract-of 1.7.0
        CREATE TABLE IF NOT EXISTS billing.invoices (id bigserial PRIMARY KEY, note varchar(20) NOT NULL DEFAULT 'x''y');
        ALTER TABLE ONLY invoices ADD COLUMN c numeric(12, 2) NOT NULL DEFAULT 0, DROP COLUMN IF EXISTS d CASCADE,
          ALTER c TYPE bigint USING c::bigint, ADD CONSTRAINT k CHECK (c > 0) NOT VALID, RENAME TO "Bills";
        CREATE UNIQUE INDEX CONCURRENTLY i ON invoices (lower(note)) WHERE note IS NOT NULL;

        """,
        """
        /* outer /* inner */ */ UPDATE a SET x = b.y FROM b JOIN LATERAL (SELECT 1 FROM c) d ON true WHERE a.id = b.id;
        WITH w AS MATERIALIZED (DELETE FROM a RETURNING *), v AS (SELECT extract(year FROM t) FROM w)
          INSERT INTO e SELECT f(x), E'\\'' FROM v;
        DO $body$ BEGIN EXECUTE 'DROP TABLE t'; END $body$;
        CREATE OR REPLACE FUNCTION f(a int, OUT b text) RETURNS text LANGUAGE sql BEGIN ATOMIC
          SELECT CASE WHEN a > 0 THEN 'x' END; END;
        COPY a (x, y) FROM STDIN;
        1\tx;'y
        \\.
        -- slipway:ack drop-table,cascade reason=gone
        DROP TABLE IF EXISTS a, s.b CASCADE;

        """,
        """
        SET search_path = billing, public; SET LOCAL lock_timeout = '2s';
        GRANT SELECT ON a TO ${owner}; REVOKE ALL ON ALL TABLES IN SCHEMA s FROM PUBLIC;
        ALTER TYPE e ADD VALUE IF NOT EXISTS 'new' BEFORE 'old'; ALTER TYPE c RENAME ATTRIBUTE a TO b CASCADE;
        CREATE TRIGGER g AFTER UPDATE OF x ON a FOR EACH ROW EXECUTE FUNCTION f(); DROP FUNCTION f(int, text[]);
        CREATE VIEW v AS SELECT DISTINCT FROM a; ALTER TABLE p DETACH PARTITION q CONCURRENTLY;
        COMMIT; VACUUM (FULL) a; REINDEX INDEX i; \\i other.sql
        """,
    ]

    private static let sqlWords = [
        "'", "''", "\"", "$$", "$a$", "/*", "*/", "--", "(", ")", ";", "${", "}", "\\", "E'", "U&\"", ",", ".", "[",
        "BEGIN ATOMIC", "CASE", "END", "COPY a FROM STDIN;\n", "\\.\n", "CASCADE", "CONCURRENTLY", "IF EXISTS", "AS (",
        "FROM", "JOIN", "ALTER TABLE ", "DROP COLUMN ", "ADD COLUMN ", "DO $$", "-- slipway:ack ",
        "-- slipway:run-after ",
        "((((((((((((((((", "))))))))))))))))", "\u{FEFF}", "\u{0}", "é",
    ]

    private static let chart = """
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: {{ include "app.name" . }}-migrate
          annotations: {"helm.sh/hook": pre-upgrade}
        spec: {template: {spec: {containers: [{name: m, image: "{{ .Values.image }}:{{ .Chart.AppVersion }}"}]}}}
        {{- if .Values.x }}
        {{- toYaml .Values.y | nindent 4 }}
        {{- end }}

        """

    private static let row = #"["column","public","a","x","character varying(20)","NOT NULL","","identity a"]"#

    private static func path(_ text: String) -> Path { Path(bytes: Array(text.utf8)) }

    /// What reads migrations, and what tries them.
    static let migrations = [
        Subject(name: "migration", share: 20, corpus: scripts, words: sqlWords) { bytes in
            let read = Migration(script: bytes, at: path("V1__a.sql"), hash: Digest.sha256)
            guard read == Migration(script: bytes, at: path("V1__a.sql"), hash: Digest.sha256) else {
                throw Discovery(text: "reads otherwise again")
            }
            let lines = bytes.count { $0 == 0x0A } + 1
            guard read.findings.allSatisfy({ (1...lines).contains($0.line ?? 0) }), read.findings.count <= 200 else {
                throw Discovery(text: "finds something where nothing is")
            }
        },
        Subject(name: "chain", share: 5, corpus: scripts, words: sqlWords) { bytes in
            let old = MigrationFile(path("db/V1__a.sql"), Array(scripts[0].utf8))
            let set = MigrationSet([old, MigrationFile(path("db/V2__b.sql"), bytes)], in: [path("db")])
            let base = MigrationSet([old], in: [path("db")])
            guard let service = ServiceName(parsing: "app") else { throw Discovery(text: "is no name any more") }
            let chain = MigrationChain(of: set, since: base, service: service)
            let facts = MigrationFacts(of: chain, among: [service: chain], since: nil, hash: Digest.sha256)
            guard facts.added.count == 1 else { throw Discovery(text: "is no migration any more") }
        },
        Subject(name: "trial input", share: 5, corpus: scripts, words: sqlWords) { bytes in
            let set = MigrationSet([MigrationFile(path("db/V1__a.sql"), bytes)], in: [path("db")])
            let input = try TrialInput(TrialLegs(set, since: nil).new, placeholders: ["owner": "app"])
            _ = input.mishap(output: bytes, errors: bytes)
        },
        Subject(name: "catalog", share: 2, corpus: [row + "\n" + row.replacing("x", with: "y")]) { bytes in
            let one = try CatalogPicture(bytes, home: nil)
            let other = try CatalogPicture(Array(row.utf8), home: nil)
            let comparison = CatalogComparison(from: one, to: other)
            _ = (comparison.findings(hash: Digest.sha256), comparison.difference)
        },
        Subject(name: "chart", share: 2, corpus: [chart], words: ["{{", "}}", "xHELM", "xHELM0x", "\n"]) { bytes in
            let template = ChartTemplate(bytes)
            _ = template.restoring(.string(String(decoding: template.text, as: UTF8.self)))
        },
    ]
}
