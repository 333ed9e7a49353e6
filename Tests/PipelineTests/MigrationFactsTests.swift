import Fixtures
import Signing
import Testing

@testable import Pipeline

struct MigrationFactsTests {
    private static let folder = "src/main/resources/db/migration"
    private static let release = ReleasedBase(version: .first, commit: .test(7))

    private static func set(_ files: [String: String], in folder: String = folder) -> MigrationSet {
        let folder = Path(bytes: Array(folder.utf8))
        return MigrationSet(files.map { MigrationFile(folder.appending($0.key), Array($0.value.utf8)) }, in: [folder])
    }

    private static func facts(
        _ base: [String: String]?, _ head: [String: String], strays: [Path] = []
    ) -> MigrationFacts {
        let chain = MigrationChain(of: set(head), since: base.map { set($0) }, service: "billing")
        return MigrationFacts(
            of: chain, among: ["billing": chain], since: base == nil ? nil : release, strays: strays,
            hash: Digest.sha256)
    }

    private static func said(_ facts: MigrationFacts) -> [String] {
        (facts.findings + facts.added.flatMap(\.findings)).map { finding in
            "\(finding.tier.rawValue) \(finding.rule) \(finding.path?.name ?? "")"
        }
    }

    // MARK: - Names

    @Test(arguments: [
        Row("V1__a.sql", "V1__a.sql", "V 1 a"), Row("dots", "V1.2.3__a_b.sql", "V 1.2.3 a_b"),
        Row("underscores", "V1_2__a.sql", "V 1_2 a"), Row("time", "V20260131120000__a.sql", "V 20260131120000 a"),
        Row("no description", "V1.sql", "V 1 "), Row("undo", "U2__a.sql", "U 2 a"),
        Row("baseline", "B3__a.sql", "B 3 a"),
        Row("repeatable", "R__view.sql", "R - view"), Row("callback", "afterMigrate__x.sql", " - afterMigrate__x"),
        Row("Kotlin", "V58__X.kt", "V 58 X code"), Row("Java", "V5_1__X.java", "V 5_1 X code"),
        Row("helper", "Helper.kt", "other"),
        Row("one underscore", "V21_removeUID.sql", "overlooked"), Row("small v", "v3__a.sql", "overlooked"),
        Row("capital suffix", "V1__a.SQL", "overlooked"), Row("no version", "V__a.sql", "overlooked"),
        Row("letters", "V1a__b.sql", "overlooked"), Row("bare R", "R__.sql", "overlooked"),
        Row("R1", "R1__a.sql", "overlooked"),
        Row("data", "data.sql", "overlooked"), Row("text", "schema.txt", "other"), Row("no dot", "V1__a", "other"),
        Row("other database", "mysql/V1__a.sql", "other"), Row("this database", "postgresql/V1__a.sql", "V 1 a"),
    ])
    private func `a name says what the engine makes of a file`(row: Row<String, String>) {
        let said: String
        switch MigrationFileName(Path(bytes: Array(row.input.utf8))) {
        case .migration(let name):
            said = "\(name.form.rawValue) \(name.version ?? "-") \(name.description)" + (name.isCode ? " code" : "")
        case .overlooked: said = "overlooked"
        case .other: said = "other"
        }
        #expect(said == row.expected)
    }

    @Test func `versions are numbers, however they are parted`() throws {
        let texts = ["0.9", "1", "1.0.1", "1_1", "1.9", "1.10", "2", "20260131", "99999999999999999999999"]
        let versions = try texts.map { try #require(MigrationVersion(parsing: $0)) }
        #expect(versions == versions.shuffled().sorted())
        #expect(MigrationVersion(parsing: "1.0") == MigrationVersion(parsing: "01"))
        for text in ["", "a", "1.", "1..2", "1-2", "1 "] { #expect(MigrationVersion(parsing: text) == nil, "\(text)") }
    }

    @Test(arguments: [
        (
            "services/billing/src/main/resources/db/migration/V1__a.sql",
            "services/billing/src/main/resources/db/migration"
        ),
        ("services/billing/src/main/kotlin/db/migration/x/V1__A.kt", "services/billing/src/main/kotlin/db/migration"),
        ("services/billing/src/test/resources/db/migration/V1__a.sql", ""), ("services/billing/db/migration", ""),
        ("services/billing/src/jvmTest/resources/db/migration/V1__a.sql", ""),
        ("services/other/db/migration/V1__a.sql", ""),
        ("old/billing/db/migration/V1__a.sql", "old/billing/db/migration"),
        ("services/billing/db/migrations/V1__a.sql", ""),
    ])
    func `folders of migrations are known by their name`(path: String, root: String) {
        let places = MigrationPlaces(homes: ["services/billing", "old/billing"], declared: nil)
        #expect(places.root(of: Path(bytes: Array(path.utf8)))?.description ?? "" == root)
    }

    @Test func `a declared folder is the only one, and follows a service that moved`() {
        let places = MigrationPlaces(homes: ["a", "b"], declared: "a/sql")
        #expect(places.root(of: "a/sql/x/V1__a.sql") == "a/sql")
        #expect(places.root(of: "b/sql/V1__a.sql") == "b/sql")
        #expect(places.root(of: "a/db/migration/V1__a.sql") == nil)
        #expect(places.isStray("a/db/migration/V1__a.sql"))
        #expect(
            !places.isStray("a/sql/V1__a.sql") && !places.isStray("a/src/test/V1__a.sql")
                && !places.isStray("c/V1__a.sql"))
        #expect(!places.isStray("a/query.sql"))
    }

    @Test func `the checksum is that of the engine`() {
        func checksum(_ text: String) -> Int32 { Array(text.utf8).engineChecksum }
        // The check value that CRC-32 is told by.
        #expect(checksum("123456789") == Int32(bitPattern: 0xCBF4_3926))
        #expect(checksum("\u{FEFF}1234\n56789\r\n") == Int32(bitPattern: 0xCBF4_3926))
        #expect(checksum("a b") != checksum("a  b"))
        #expect(checksum("") == 0)
    }

    // MARK: - Against the last release

    @Test func `what is new is applied in the order of versions, what is repeated last`() {
        let facts = Self.facts(
            ["V1__a.sql": "CREATE TABLE a (x int)"],
            [
                "V10__d.sql": "SELECT 1", "R__v.sql": "SELECT 1", "V1__a.sql": "CREATE TABLE a (x int)",
                "V9__c.sql": "ALTER TABLE a DROP x", "V2.1__b.sql": "ALTER TABLE a ADD y int",
            ])
        #expect(facts.added.map(\.path.name) == ["V2.1__b.sql", "V9__c.sql", "V10__d.sql", "R__v.sql"])
        #expect(facts.headVersion == "10")
        #expect(facts.added.map(\.phase) == [.expand, .contract, .expand, .expand])
        #expect(facts.added[0].creates == ["a.y"])
        #expect(facts.added[0].tables == ["a"])
        #expect(Self.said(facts) == ["C drop-column V9__c.sql"])
        #expect(facts.base == Self.release)
        #expect(facts.versionEvidence.map(\.text) == ["drop-column: a.x (V9__c.sql:1)"])
        #expect(facts.versionEvidence.map(\.level) == [.minor])
    }

    @Test func `what was made since the last release may be unmade, whichever migration does it`() {
        let base = ["V1__a.sql": "CREATE TABLE a (x int)"]
        let head = [
            "V1__a.sql": "CREATE TABLE a (x int)", "V2__b.sql": "CREATE TABLE b (x int); ALTER TABLE a ADD y int",
            "V3__c.sql": "DROP TABLE b; ALTER TABLE a DROP y",
        ]
        #expect(Self.said(Self.facts(base, head)).isEmpty)
        #expect(Self.said(Self.facts(nil, head)).isEmpty)
        let later = head.merging(["V4__d.sql": "DROP TABLE a"]) { one, _ in one }
        #expect(Self.said(Self.facts(head, later)) == ["C drop-table V4__d.sql"])
    }

    @Test func `a first release breaks nobody`() {
        let facts = Self.facts(
            nil, ["V1__a.sql": "CREATE TABLE a (x int)", "V2__b.sql": "ALTER TABLE a DROP x; CREATE INDEX i ON a (y)"])
        #expect(facts.base == nil)
        #expect(facts.added.count == 2)
        #expect(Self.said(facts).isEmpty)
    }

    @Test(arguments: [
        Row("edited", ["V1__a.sql": "SELECT 1", "V2__b.sql": "SELECT 9"], ["O edited-released V2__b.sql"]),
        Row("line ends", ["V1__a.sql": "SELECT 1\r\n", "V2__b.sql": "SELECT 2"], ["O whitespace-edit V1__a.sql"]),
        Row("gone", ["V2__b.sql": "SELECT 2"], ["O removed-released V1__a.sql"]),
        Row("renamed", ["V1__z.sql": "SELECT 1", "V2__b.sql": "SELECT 2"], ["O renamed-released V1__z.sql"]),
        Row("moved", ["x/V1__a.sql": "SELECT 1", "V2__b.sql": "SELECT 2"], []),
        Row(
            "twice", ["V1__a.sql": "SELECT 1", "V2__b.sql": "SELECT 2", "V3__c.sql": "", "V3__d.sql": ""],
            ["O duplicate-version V3__d.sql"]),
        Row(
            "twice, dotted", ["V1__a.sql": "SELECT 1", "V2__b.sql": "SELECT 2", "V3__c.sql": "", "V3.0__d.sql": ""],
            ["O duplicate-version V3.0__d.sql"]),
        Row(
            "twice, by case", ["V1__a.sql": "SELECT 1", "V2__b.sql": "SELECT 2", "V3__C.sql": "", "V3__c.sql": ""],
            ["O case-duplicate V3__c.sql"]),
        Row(
            "late", ["V1__a.sql": "SELECT 1", "V1.5__c.sql": "", "V2__b.sql": "SELECT 2"],
            ["O out-of-order V1.5__c.sql"]),
        Row("misnamed", ["V1__a.sql": "SELECT 1", "V2__b.sql": "SELECT 2", "V3_c.sql": ""], ["O bad-name V3_c.sql"]),
        Row("code", ["V1__a.sql": "SELECT 1", "V2__b.sql": "SELECT 2", "V3__C.kt": ""], ["U code-migration V3__C.kt"]),
        Row("undo", ["V1__a.sql": "SELECT 1", "V2__b.sql": "SELECT 2", "U2__b.sql": "DROP TABLE a"], []),
        Row("baseline", ["V1__a.sql": "SELECT 1", "V2__b.sql": "SELECT 2", "B2__b.sql": "DROP TABLE a"], []),
    ])
    private func `what became of released migrations`(row: Row<[String: String], [String]>) {
        let facts = Self.facts(["V1__a.sql": "SELECT 1", "V2__b.sql": "SELECT 2"], row.input)
        #expect(Self.said(facts) == row.expected)
    }

    @Test func `edits and removals are listed with what they were`() {
        let facts = Self.facts(["V1__a.sql": "SELECT 1", "V2__b.sql": "SELECT 2"], ["V1__a.sql": "SELECT 1\n"])
        #expect(facts.changed.map(\.isInvisible) == [true])
        #expect(facts.changed.map(\.from) == [digest("SELECT 1")])
        #expect(facts.changed.map(\.to) == [digest("SELECT 1\n")])
        #expect(facts.removed.map(\.name) == ["V2__b.sql"])
        #expect(facts.added.isEmpty)
    }

    @Test func `a repeated migration that changed runs again`() {
        let base = ["R__v.sql": "CREATE OR REPLACE VIEW v AS SELECT 1"]
        let facts = Self.facts(base, ["R__v.sql": "CREATE OR REPLACE VIEW v AS SELECT 2"])
        #expect(Self.said(facts) == ["R repeatable-changed R__v.sql", "R replace-view R__v.sql"])
        #expect(facts.added.map(\.kind) == [.repeatable])
        #expect(Self.facts(base, base).added.isEmpty)
    }

    @Test func `CONCURRENTLY beside other statements needs a script that says it runs without a transaction`() {
        let sql = "CREATE INDEX CONCURRENTLY i ON a (x); CREATE INDEX CONCURRENTLY j ON a (y)"
        #expect(
            Self.said(Self.facts(["V1__a.sql": ""], ["V1__a.sql": "", "V2__b.sql": sql])) == [
                "O concurrently-in-txn V2__b.sql"
            ])
        let apart = ["V1__a.sql": "", "V2__b.sql": sql, "V2__b.sql.conf": "executeInTransaction = false\n"]
        #expect(Self.said(Self.facts(["V1__a.sql": ""], apart)).isEmpty)
    }

    @Test func `a release that this clone does not hold says that nothing is known`() {
        let chain = MigrationChain(of: Self.set(["V1__a.sql": "DROP TABLE a"]), since: nil, service: "billing")
        let facts = MigrationFacts(of: chain, among: [:], since: Self.release, hash: Digest.sha256)
        #expect(facts.findings.map(\.rule) == ["base-missing"])
    }

    // MARK: - Between services

    @Test func `tables of another schema make its service run first`() {
        let provider = MigrationChain(
            of: Self.set([
                "V1__a.sql": "CREATE TABLE other (id int)", "V3__b.sql": "CREATE TABLE resource (id int)",
                "schema.txt": "provider\n",
            ]),
            since: nil, service: "provider-service")
        let sql = """
            CREATE TABLE a (r int REFERENCES provider.resource (id));
            WITH q(z) AS (SELECT 1) SELECT * FROM q, public.x JOIN nobody.y ON true WHERE extract(year FROM a.b) IS DISTINCT FROM c.d;
            """
        let billing = MigrationChain(of: Self.set(["V1__a.sql": sql]), since: nil, service: "billing")
        let facts = MigrationFacts(
            of: billing, among: ["billing": billing, "provider-service": provider], since: nil, hash: Digest.sha256)
        #expect(facts.runBefore == [.init(service: "provider-service", version: "3")])
        #expect(facts.added[0].needs == facts.runBefore)
        #expect(facts.added[0].findings.map(\.object) == ["nobody.y", "provider.resource"])
        #expect(facts.added[0].findings.map(\.line) == [2, 1])
        #expect(facts.added[0].tables == ["a", "nobody.y", "provider.resource", "x"])
    }

    @Test func `an order that no statement shows can be written down`() {
        let facts = Self.facts(nil, ["V1__a.sql": "-- slipway:run-after provider 3.2\nSELECT 1;"])
        #expect(facts.runBefore == [.init(service: "provider", version: "3.2")])
    }

    @Test func `facts are read back as they were written`() throws {
        let facts = Self.facts(
            ["V1__a.sql": "SELECT 1"], ["V1__a.sql": "SELECT 2", "V2__b.sql": "ALTER TABLE a ALTER x TYPE int"])
        let text = try JSON(encoding: facts)
        #expect(try MigrationFacts(json: text) == facts)
    }
}
