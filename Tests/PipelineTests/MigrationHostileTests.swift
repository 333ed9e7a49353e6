import Fixtures
import Signing
import Testing

@testable import Pipeline

/// Scripts that were written to break their reader.
struct MigrationHostileTests {
    private static let size = 1 << 18

    private static let scripts: [(String, String, String)] = [
        ("parentheses", "SELECT " + String(repeating: "(", count: size), "unparsable"),
        ("comments", String(repeating: "/*", count: size), "unparsable"),
        ("quotes", String(repeating: "'", count: size | 1), "unparsable"),
        ("dollars", "SELECT " + String(repeating: "$a$ $b$ ", count: size / 8) + "$c$", "unparsable"),
        ("tags", "SELECT $a$" + String(repeating: "$b", count: size / 2), "unparsable"),
        ("half dollars", "SELECT " + String(repeating: "$ ", count: size / 2), ""),
        ("names", "DROP TABLE " + String(repeating: "a.", count: size / 2) + "b", "drop-table"),
        ("actions", "ALTER TABLE a " + String(repeating: "DROP c,", count: size / 8) + "DROP c", "too-many"),
        ("statements", String(repeating: "DROP TABLE a;", count: size / 16), "too-many"),
        ("brackets", "ALTER TABLE a ADD c int DEFAULT " + String(repeating: "[", count: size), ""),
        ("words", "SELECT " + String(repeating: "a ", count: 1_000_005), "unparsable"),
        (
            "queries", "WITH " + String(repeating: "a AS (SELECT 1), ", count: size / 32) + "b AS (SELECT 1) SELECT 1",
            ""
        ),
        ("joins", "SELECT 1 FROM " + String(repeating: "a.b, ", count: size / 8) + "c", ""),
        (
            "as", "SELECT " + String(repeating: "1) AS (", count: 1) + String(repeating: "(1) as (", count: size / 64),
            "unparsable"
        ),
        ("placeholders", String(repeating: "${", count: size / 2), "placeholder"),
        ("backslashes", String(repeating: "\\\n", count: size / 4), "too-many"),
        ("escapes", "SELECT E'" + String(repeating: "\\'", count: size / 2), "unparsable"),
        ("notes", String(repeating: "-- slipway:ack\n", count: size / 32), "too-many"),
        ("lines", String(repeating: "\n", count: size) + "DROP TABLE a", "drop-table"),
    ]

    @Test(arguments: scripts.map { Row($0.0, $0.1, $0.2) })
    private func `is read in one pass`(row: Row<String, String>) {
        let expected = row.expected
        let migration = Migration(script: Array(row.input.utf8), at: .root, hash: Digest.sha256)
        #expect(
            expected.isEmpty
                ? !migration.findings.contains { $0.tier == .coexistence }
                : migration.findings.contains { $0.rule == expected })
        #expect(migration.findings.count <= 200)
    }

    @Test func `what is too large is not looked at, and says so`() {
        let script = [UInt8](repeating: 0x20, count: 16 << 20 | 1)
        #expect(Migration(script: script, at: .root, hash: Digest.sha256).findings.map(\.rule) == ["too-large"])
    }

    @Test func `soup of words and signs never stops it`() {
        let words = [
            "ALTER", "TABLE", "DROP", "COLUMN", "ADD", "a", "b", "(", ")", ",", ";", "'", "\"", "$$", "$x$", "--", "/*",
            "*/",
            "\n", " ", "NOT", "NULL", "DEFAULT", "CREATE", "FUNCTION", "VIEW", "AS", "SELECT", "FROM", "WITH", "CHECK",
            "E'",
            "U&'", "[", "]", ".", "${x}", "\\", "TYPE", "RENAME", "TO", "SET", "INDEX", "ON", "REFERENCES", "GENERATED",
            "IDENTITY", "UPDATE", "DELETE", "COPY", "stdin", "BEGIN", "ATOMIC", "END", "IF", "EXISTS", "\u{E9}", "1.5",
            ":", "=",
        ]
        var seed: UInt64 = 7
        func next(_ count: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % count
        }
        for _ in 0..<4_000 {
            let script = (0..<next(40)).map { _ in words[next(words.count)] }.joined(separator: next(2) == 0 ? " " : "")
            let migration = Migration(script: Array(script.utf8), at: .root, hash: Digest.sha256)
            #expect(migration.findings.allSatisfy { ($0.line ?? 0) > 0 && $0.fingerprint.utf8.count == 12 })
        }
    }
}
