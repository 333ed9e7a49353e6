import Fixtures
import Pipeline
import Testing

struct PathTests {
    @Test func `a folder holds what lies below it, by component`() {
        #expect(Path("svc/a/x").lies(in: "svc/a"))
        #expect(Path("svc/a").lies(in: "svc/a"))
        #expect(!Path("svc/ab/x").lies(in: "svc/a"))
        #expect(Path("x").lies(in: .root))
        #expect(Path("svc/a/x").relative(to: "svc/a") == "x")
        #expect(Path("svc/ab").relative(to: "svc/a") == nil)
    }

    @Test(arguments: ["a/b", "a b", "ü", "u\u{308}", "a\\b", #"a\x41"#, "\"q\"", "line\nbreak", "\u{202E}x"])
    func `a path survives its text`(text: String) throws {
        let path = Path(bytes: Array(text.utf8))
        #expect(try Path(json: JSON(encoding: path)) == path)
    }

    @Test func `bytes that are no text survive as well, and are shown`() throws {
        let path = Path(bytes: [0x61, 0xFF, 0x5C, 0xC3, 0xA9, 0xC3])
        #expect("\(path)" == #"a\xff\\é\xc3"#)
        #expect(try Path(json: JSON(encoding: path)) == path)
    }

    @Test func `two spellings of one letter are two paths`() {
        #expect(Path("\u{E9}") != Path("e\u{301}"))
    }

    @Test(arguments: ["../x", "a/../../x", "/etc", "a\u{0}b"])
    func `a path that leaves the repository is refused`(text: String) {
        #expect(throws: PathError.self) { try Path(parsing: text) }
    }

    @Test func `dots are resolved where they can be`() throws {
        #expect(try Path(parsing: "./a//b/../c/") == "a/c")
        #expect(try Path(parsing: "../x", in: "a/b") == "a/x")
        #expect(try Path(parsing: ".").isRoot)
    }

    @Test(arguments: [
        ("services/*", "services/a", true), ("services/*", "services/a/b", false), ("services/*", "services/.a", true),
        ("**/x", "x", true), ("**/x", "a/b/x", true), ("a/**", "a", false), ("a/**", "a/b/c", true),
        ("a/**/z", "a/z", true), ("a/**/z", "a/b/c/z", true), ("*.xml", "a/b.xml", false), ("?", "ab", false),
        ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false), (#"\*"#, "*", true), (#"\*"#, "a", false),
        ("a*b*c", "axxbyyc", true),
        ("a*b*c", "axxbyy", false), ("A", "a", false), ("[", "[", true), ("*", "ü", true),
    ])
    func `globs`(pattern: String, path: String, matches: Bool) {
        #expect(Glob(anchored: pattern).matches(Path(bytes: Array(path.utf8))) == matches)
    }

    @Test(arguments: [
        ("*.md", "a/b/c.md", true), ("docs/", "docs/x", true), ("docs/", "a/docs/b/c", true), ("docs/", "docs", false),
        ("LICENSE*", "x/LICENSE.txt", true), ("src/test/", "a/src/test/b", false), ("src/test/", "src/test/b", true),
    ])
    func `patterns of path classes match at any depth unless they hold a slash`(
        pattern: String, path: String, matches: Bool
    ) {
        #expect(Glob(anywhere: pattern).matches(Path(bytes: Array(path.utf8))) == matches)
    }

    @Test func `a folder that cannot match is not entered`() {
        #expect(Glob(anchored: "services/*").canMatch(below: "services"))
        #expect(!Glob(anchored: "services/*").canMatch(below: "docs"))
        #expect(!Glob(anchored: "services/*").canMatch(below: "services/a"))
        #expect(Glob(anchored: "**/x").canMatch(below: "a/b"))
    }

    @Test(arguments: [
        ("README.md", "go", PathClass.docs), ("docs/a.txt", "go", .docs), ("docs/main.go", "go", .main),
        ("deploy/main.go", "go", .main), ("deploy/x.yaml", "go", .deploy), ("ci/x.sh", "go", .ci),
        ("a_test.go", "go", .test), ("go.mod", "go", .build), ("Dockerfile", "go", .image), ("main.go", "go", .main),
        ("src/main/resources/db/migration/V1__a.sql", "maven", .migration), ("src/test/java/A.java", "maven", .test),
        ("k8.kts", "gradle", .deploy), ("build.gradle.kts", "gradle", .build), ("Tests/a.swift", "swiftpm", .test),
    ])
    func `classes of paths`(path: String, toolchain: String, expected: PathClass) throws {
        let rules = PathRules(overrides: [:], toolchain: try #require(Toolchain.named(toolchain)))
        #expect(rules.pathClass(of: Path(bytes: Array(path.utf8))) == expected)
    }

    @Test func `overrides come before everything a toolchain knows`() throws {
        let rules = PathRules(
            overrides: ["docs": ["notes/**"], "main": ["*.md"]], toolchain: try #require(Toolchain.named("go")))
        #expect(rules.pathClass(of: "notes/x.go") == .docs)
        #expect(rules.pathClass(of: "README.md") == .main)
    }

    @Test(arguments: [
        "a b", "", "-a", "a-", "a..b", "x.lock", "$(id)", "a;b", "\"a\"", "a/b", "ü", "a\nb",
        String(repeating: "a", count: 101),
    ])
    func `what cannot be a tag, a folder and an image is no service name`(text: String) {
        #expect(ServiceName(parsing: text) == nil)
    }
}
