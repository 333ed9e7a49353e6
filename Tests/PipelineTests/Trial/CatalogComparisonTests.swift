import Fixtures
import Signing
import Testing

@testable import Pipeline

/// Two pictures of a catalog, and what the version before would meet.
struct CatalogComparisonTests {
    struct Change: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var before: [String] = []
        var after: [String] = []
        var findings: [String] = []
        var names: [String] = []
    }

    private static let table = #"["table","public","","a","false"]"#

    private static func column(_ name: String, _ type: String = "integer", _ rest: String = #""","","""#) -> String {
        #"["column","public","a","\#(name)","\#(type)",\#(rest)]"#
    }

    /// A change beside which the table `a` with its column `x` stays.
    private static func beside(
        _ name: String, _ before: [String], _ after: [String], _ findings: [String], _ names: [String]
    ) -> Change {
        let same = [table, column("x")]
        return Change(
            testDescription: name, before: same + before, after: same + after, findings: findings, names: names)
    }

    private static let columns = [
        beside("drop column", [column("y")], [], ["C drop-column a.y"], ["- column a.y"]),
        beside("add column", [], [column("y")], [], ["+ column a.y"]),
        beside(
            "add not null", [], [column("y", "integer", #""NOT NULL","","""#)], ["C add-not-null-no-default a.y"],
            ["+ column a.y"]),
        beside("add filled", [], [column("y", "integer", #""NOT NULL","0","""#)], [], ["+ column a.y"]),
        beside("add identity", [], [column("y", "bigint", #""NOT NULL","","identity d""#)], [], ["+ column a.y"]),
        beside(
            "widen", [column("y", "character varying(10)")], [column("y", "character varying(20)")], [],
            ["~ column a.y: character varying(10) → character varying(20)"]),
        beside(
            "tighten", [column("y", "text")], [column("y", "character varying(20)")], ["C tighten-varchar a.y"],
            ["~ column a.y: text → character varying(20)"]),
        beside(
            "retype", [column("y", "text")], [column("y")], ["C alter-type a.y"], ["~ column a.y: text → integer"]),
        beside(
            "set not null", [column("y")], [column("y", "integer", #""NOT NULL","","""#)], ["C set-not-null a.y"],
            ["~ column a.y: integer → integer NOT NULL"]),
        beside(
            "drop not null", [column("y", "integer", #""NOT NULL","","""#)], [column("y")], ["R drop-not-null a.y"],
            ["~ column a.y: integer NOT NULL → integer"]),
        beside(
            "drop default", [column("y", "integer", #""","1","""#)], [column("y")], ["C drop-default a.y"],
            ["~ column a.y: integer DEFAULT 1 → integer"]),
        beside(
            "change default", [column("y", "integer", #""","1","""#)], [column("y", "integer", #""","2","""#)],
            ["R change-default a.y"], ["~ column a.y: integer DEFAULT 1 → integer DEFAULT 2"]),
        beside(
            "generate", [column("y")], [column("y", "integer", #""","","identity a""#)], ["C generated-always a.y"],
            ["~ column a.y: integer → integer identity a"]),
    ]

    private static func constraint(_ type: String, _ columns: String) -> String {
        #"["constraint","public","a","k","\#(type)","…","\#(columns)"]"#
    }

    private static let parts = [
        beside("check", [], [constraint("c", "x")], ["C add-check a.x"], ["+ constraint a.k"]),
        beside("bare check", [], [constraint("c", "")], ["C add-check a"], ["+ constraint a.k"]),
        beside(
            "check of new", [], [column("y"), constraint("c", "y")], [], ["+ column a.y", "+ constraint a.k"]),
        beside(
            "key over old and new", [], [column("y"), constraint("u", "x,y")], [],
            ["+ column a.y", "+ constraint a.k"]),
        beside("unique", [], [constraint("u", "x")], ["C add-unique a.x"], ["+ constraint a.k"]),
        beside("foreign key", [], [constraint("f", "x")], ["C add-fk a.x"], ["+ constraint a.k"]),
        beside("exclude", [], [constraint("x", "x")], ["C add-exclude a.x"], ["+ constraint a.k"]),
        beside("drop constraint", [constraint("c", "x")], [], ["R drop-constraint a"], ["- constraint a.k"]),
        beside(
            "unique index", [], [#"["index","public","a","i","unique","…","x"]"#], ["C unique-index a.x"], ["+ index i"]
        ),
        beside("index", [], [#"["index","public","a","i","","…","x"]"#], [], ["+ index i"]),
        beside("trigger", [], [#"["trigger","public","a","t","…"]"#], ["R add-trigger a.t"], ["+ trigger a.t"]),
    ]

    private static let things = [
        Change(
            testDescription: "drop table", before: [table, column("x"), constraint("c", "x")], after: [],
            findings: ["C drop-table a"], names: ["- table a"]),
        Change(
            testDescription: "create table", before: [], after: [table, column("x", "integer", #""NOT NULL","","""#)],
            names: ["+ table a"]),
        Change(
            testDescription: "row security", before: [table], after: [#"["table","public","","a","true"]"#],
            findings: ["C enable-rls a"], names: ["~ table a"]),
        Change(
            testDescription: "view of another schema", before: [#"["view","s","","v","1"]"#], after: [],
            findings: ["C drop-view s.v"], names: ["- view s.v"]),
        Change(
            testDescription: "view column",
            before: [#"["view","s","","v","1"]"#, #"["column","s","v","x","integer","","",""]"#],
            after: [#"["view","s","","v","2"]"#], findings: ["C replace-view-columns s.v.x", "R replace-view s.v"],
            names: ["- column s.v.x", "~ view s.v"]),
        Change(
            testDescription: "function body", before: [#"["function","public","","f(integer)","text","1"]"#],
            after: [#"["function","public","","f(integer)","text","2"]"#], findings: ["R replace-function-body f"],
            names: ["~ function f(integer)"]),
        Change(
            testDescription: "overload", before: [], after: [#"["function","public","","f(integer)","text","1"]"#],
            names: ["+ function f(integer)"]),
        Change(
            testDescription: "enum", before: [#"["type","public","","e","e","a, b"]"#],
            after: [#"["type","public","","e","e","b, c"]"#],
            findings: ["C enum-value-drop e", "R enum-add-value e"], names: ["~ type e"]),
        Change(
            testDescription: "sequence", before: [#"["sequence","public","","q"]"#], after: [],
            findings: ["C drop-sequence q"], names: ["- sequence q"]),
        Change(
            testDescription: "schema", before: [#"["schema","","","s"]"#], after: [], findings: ["C drop-schema s"],
            names: ["- schema s"]),
    ]

    private static func picture(_ lines: [String]) throws -> CatalogPicture {
        try CatalogPicture(Array(lines.joined(separator: "\n").utf8), home: nil)
    }

    @Test(arguments: columns + parts + things)
    func `a change of the catalog is what a rule calls it`(change: Change) throws {
        let comparison = CatalogComparison(
            from: try Self.picture(change.before), to: try Self.picture(change.after))
        let findings = comparison.findings(hash: Digest.sha256)
        #expect(
            findings.map { "\($0.tier.rawValue) \($0.rule) \($0.object ?? "")" }.sorted() == change.findings.sorted())
        let difference = comparison.difference
        let lists = [("+", difference.added), ("-", difference.removed), ("~", difference.changed)]
        #expect(lists.flatMap { sign, list in list.names.map { "\(sign) \($0)" } } == change.names)
    }

    @Test func `names without a schema are in the home of the service`() throws {
        let picture = try CatalogPicture(Array(#"["table","billing","","a","false"]"#.utf8), home: "billing")
        #expect(picture.items.keys.map(\.description) == ["table a"])
    }

    @Test func `a record stays small, however much is otherwise`() throws {
        let many = try Self.picture((0..<300).map { #"["table","public","","t\#($0)","false"]"# })
        let comparison = CatalogComparison(from: many, to: try Self.picture([]))
        #expect((comparison.difference.removed.count, comparison.difference.removed.names.count) == (300, 50))
        #expect(comparison.findings(hash: Digest.sha256).count == 200)
    }

    @Test(arguments: ["[]", #"["table"]"#, #"["other","","","x"]"#, "nonsense", #"{"a":1}"#])
    func `what is no picture is refused`(line: String) {
        #expect(throws: JSONError.self) { try Self.picture([line]) }
    }
}
