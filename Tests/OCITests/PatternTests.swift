import Pipeline
import Testing

@testable import OCI

/// Patterns as Go reads them, and files of what is ignored as Docker does.
struct PatternTests {
    @Test(arguments: [
        ("*", "a", true), ("*", "a/b", false), ("*/b", "a/b", true), ("a?c", "abc", true), ("a?c", "a/c", false),
        ("[a-c]x", "bx", true), ("[^a-c]x", "bx", false), ("[^a-c]x", "dx", true), ("[!a]x", "ax", true),
        ("\\*", "*", true), ("\\*", "a", false), ("[\\]]", "]", true), ("?", "ä", true),
        ("[ä-ü]", "ö", true), ("**", "a/b", false), ("**/b", "x/b", true), ("a*b*c", "aXbYc", true),
        ("a*b*c", "aXbY", false), (".*", ".env", true), ("*", ".env", true), ("{a,b}", "a", false), ("", "", true),
    ])
    func `what a pattern takes`(pattern: String, path: String, taken: Bool) {
        #expect(PathPattern(pattern).matches(Path(bytes: Array(path.utf8))) == taken)
    }

    @Test(arguments: ["[", "[a", "a\\", "[]", "[]a]", "[^", "[a\\"])
    func `what has no end is no pattern`(text: String) {
        #expect(PathPattern(text).problem != nil)
    }

    @Test func `a pattern of many stars is answered at once`() {
        let pattern = PathPattern(spanning: String(repeating: "**/*a*/", count: 60) + "x")
        let path = Path(
            bytes: Array(repeating: Array("aaaaaaaaaaaaaaaa".utf8), count: 120).joined(separator: [0x2F]).map { $0 })
        #expect(!pattern.matches(path))
    }

    @Test(
        arguments: [
            ("a\n", "a", 1), ("a\n", "a/b", 1), ("a/*\n!a/b\n", "a/b", nil), ("a\n!a/b\n", "a/b", nil),
            ("# c\n\n*.log\n", "x.log", 3), ("*.log\n", "d/x.log", nil), ("**/*.log\n", "d/x.log", 1),
            ("**/*.log\n", "x.log", 1), ("/a\n", "a", 1), ("./a/../b/\n", "b/c", 1), ("a/**\n", "a/b/c", 1),
            ("a/**/z\n", "a/z", 1), ("a/**/z\n", "a/b/c/z", 1), (" # no comment\n", "# no comment", 1),
            ("\u{FEFF}a\n", "a", 1), ("a\r\n", "a", 1), ("! a\n", "a", nil), ("a\n! a\n", "a", nil),
            ("../a\n", "a", nil),
            ("*\n!keep\n", "keep/x", nil), ("*\n!keep\nkeep/x\n", "keep/x", 3), ("\\#a\n", "#a", 1), (".\n", "a", nil),
            ("/\n", "a", nil), ("", ".git/config", 0), ("!.slipway\n", ".slipway/x", 0),
        ] as [(String, String, Int?)])
    func `what is ignored, and by which line`(text: String, path: String, line: Int?) {
        #expect(IgnoreFile(parsing: text).ruleAgainst(Path(bytes: Array(path.utf8))) == line)
    }
}
