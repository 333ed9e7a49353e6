import Fixtures
import Pipeline
import Testing

struct GitRefNameTests {
    @Test(arguments: [
        "", "@", "a@{b", "a..b", ".a", "a/.b", "a.lock", "a.lock/b", "a/b.lock", "a.", "/a", "a/", "a//b", "a b", "a~b",
        "a^b", "a:b", "a?b", "a*b", "a[b", "a\\b", "a\u{7F}b", "a\tb", "a\nb", "a\0b", "^{}", "v1.0.0^{}",
    ])
    func `what git refuses is refused`(text: String) {
        #expect(GitRefName(parsing: text) == nil)
    }

    @Test(arguments: [
        "v1", "billing/v1.0.0", "a@b", "@a", "a{b}", "a]b", "a.b/c", "-a", "größe/v1", "a.lockx", "lock", "{", "v1+a",
        "\u{202E}v1",
    ])
    func `what git takes is taken`(text: String) {
        #expect(GitRefName(parsing: text)?.text == text)
    }

    @Test func `names that only look alike are two, and what is no text is none`() throws {
        let composed = try #require(GitRefName(parsing: "caf\u{E9}"))
        let decomposed = try #require(GitRefName(parsing: "cafe\u{301}"))
        #expect(composed != decomposed)
        #expect(GitRefName(bytes: [0x61, 0xFF]) == nil)
    }

    @Test(arguments: [
        ("billing", "billing/v1.0.0", true), ("billing/v1.0.0", "billing", true), ("billing", "billing", false),
        ("billing", "billings/v1", false), ("a/b", "a/c", false), ("a/b", "a/b/c/d", true),
    ])
    func `a name that is a folder of another clashes with it`(one: String, other: String, clashes: Bool) throws {
        let (one, other) = (try #require(GitRefName(parsing: one)), try #require(GitRefName(parsing: other)))
        #expect(one.clashes(with: other) == clashes)
    }

    @Test func `tags and branches have their places`() throws {
        let name = try #require(GitRefName(parsing: "billing/v1.0.0"))
        #expect(name.asTag.text == "refs/tags/billing/v1.0.0")
        #expect(name.asBranch.text == "refs/heads/billing/v1.0.0")
        #expect(name.asTag.tagName == name)
        #expect(name.asTag.branchName == nil)
        #expect(name.asBranch.branchName == name)
        #expect(name.tagName == nil)
    }

    @Test func `names of all kinds are judged as git judges them`() async throws {
        var random = SystemRandomNumberGenerator()
        let parts = [
            "a", "b", ".", "..", "/", "//", "@", "{", "@{", ".lock", "lock", "-", "~", "^", ":", "?", "*", "[", "\\",
            " ",
            "\t", "\u{7F}", "ü", "+", "v1", "\u{1}", "]", "}", "!", "'", "\"", "$(x)", "\u{2028}", "é",
        ]
        for _ in 0..<300 {
            let text = (0..<Int.random(in: 1...5, using: &random)).map { _ in parts.randomElement(using: &random) ?? "a"
            }
            .joined()
            let said = try await run("git", ["check-ref-format", "refs/tags/" + text])
            // Alone it means HEAD, and the manual page forbids it.
            let isTaken = said.exit == 0 && text != "@"
            #expect((GitRefName(parsing: text) != nil) == isTaken, "\(text.debugDescription)")
        }
    }
}
