import Pipeline
import Testing

@testable import OCI

struct DockerfileTests {
    private func stage(_ text: String) throws -> Stage {
        try Stage(Dockerfile(parsing: text, path: Path(bytes: Array("s/Dockerfile".utf8))))
    }

    private func message(_ text: String) -> String {
        do {
            _ = try stage(text)
            return "fine"
        } catch {
            return "\(error)"
        }
    }

    @Test func `keywords in any case, comments, continuation lines, line numbers`() {
        let text =
            "# syntax=docker/dockerfile:1\n\nfrom scratch\n  # indented comment\nCopy a \\\n  # between\n  b \\\n\n  /c/\nlabel x=y\n"
        let dockerfile = Dockerfile(parsing: text, path: .root)
        #expect(dockerfile.instructions.map { "\($0.line) \($0.keyword)" } == ["3 FROM", "5 COPY", "10 LABEL"])
        let words = dockerfile.instructions[1].arguments.split(separator: " ")
        #expect(words == ["a", "b", "/c/"])
    }

    @Test func `the escape directive`() {
        let dockerfile = Dockerfile(parsing: "# escape=`\nFROM scratch\nCOPY a `\n b /c/\n", path: .root)
        #expect(dockerfile.instructions.count == 2)
    }

    @Test(arguments: [
        ("FROM alpine\nRUN apk add x\n", "s/Dockerfile:2: RUN needs a builder"),
        ("FROM a AS x\nFROM scratch\nCOPY --from=x /a /b\n", "s/Dockerfile:2: a second stage (FROM) needs a builder"),
        ("FROM scratch\nCOPY --from=other /a /b\n", "s/Dockerfile:2: COPY --from needs a builder"),
        ("FROM scratch\nADD https://x.example/y /y\n", "s/Dockerfile:2: ADD of a remote address needs a builder"),
        ("FROM scratch\nADD x.tar.gz /\n", "s/Dockerfile:2: ADD of an archive needs a builder"),
        ("FROM scratch\nCOPY <<EOF /x\n", "s/Dockerfile:2: a here-document (COPY <<) needs a builder"),
        ("FROM scratch\n\nENTRYPIONT [\"x\"]\n", "s/Dockerfile:3: unknown instruction ENTRYPIONT"),
        ("COPY a b\n", "s/Dockerfile:1: the first instruction is not FROM"),
        ("", "s/Dockerfile:1: the first instruction is not FROM"),
        ("FROM Not/Valid\n", "s/Dockerfile:1: \"Not/Valid\" is no image name"),
        ("FROM scratch\nCOPY a /b\nENV A=1\nCMD [\"/b\"]\n", "fine"),
    ])
    func `what needs a builder is refused with its line`(text: String, expected: String) {
        #expect(message(text) == expected)
    }

    @Test(arguments: [
        ("FROM scratch", "scratch"), ("FROM alpine", "docker.io/library/alpine"), ("FROM a/b:1", "docker.io/a/b:1"),
        ("FROM reg.example:5000/x/y:1.2", "reg.example:5000/x/y:1.2"), ("FROM localhost/x", "localhost/x"),
        ("FROM --platform=linux/amd64 alpine:3 AS base", "docker.io/library/alpine:3"),
        ("ARG V=3.19\nARG R=reg.example\nFROM ${R}/base:${V:-1}", "reg.example/base:3.19"),
        ("FROM oci:base:v1", "oci:base:v1"),
        (
            "FROM x@sha256:\(String(repeating: "a", count: 64))",
            "docker.io/library/x@sha256:\(String(repeating: "a", count: 64))"
        ),
    ])
    func `bases`(text: String, expected: String) throws {
        #expect(try stage(text + "\n").base.text == expected)
    }

    @Test(arguments: [
        ("$A", "1"), ("${A}x", "1x"), ("${B:-d}", "d"), ("${A:-d}", "1"), ("${A:+y}", "y"), ("${B:+y}", ""),
        ("\\$A", "$A"), ("'$A'", "$A"),
        ("\"$A b\"", "1 b"), ("$", "$"), ("a$", "a$"), ("${E:-d}", "d"),
    ])
    func `variables`(word: String, expected: String) {
        #expect(Variables(["A": "1", "E": ""]).expand(word) == expected)
    }

    @Test(arguments: [
        ("COPY . /app/", "README.md", true), ("COPY docs /d/", "docs/x.md", true),
        ("COPY docs /d/", "README.md", false),
        ("COPY *.md /d/", "README.md", true), ("COPY build/app /app", "README.md", false),
        ("COPY ${X} /app", "README.md", true),
        ("ADD [\"a b\", \"/x\"]", "a b", true), ("COPY --chown=1:1 docs/ /d/", "docs/a/b", true),
        ("COPY ./docs/../docs /x/", "docs/a", true),
        ("COPY do*s /x/", "docs/deep/a", true),
    ])
    func `what COPY takes`(line: String, path: String, taken: Bool) {
        let dockerfile = Dockerfile(parsing: "FROM scratch\n\(line)\n", path: "Dockerfile")
        #expect(PackedPaths(dockerfile, ignoreFile: nil).contains(Path(bytes: Array(path.utf8))) == taken)
    }

    @Test func `what .dockerignore keeps out is not taken`() {
        let dockerfile = Dockerfile(parsing: "FROM scratch\nCOPY . /app/\n", path: "Dockerfile")
        #expect(
            !PackedPaths(dockerfile, ignoreFile: Array("**/*.md\n!keep.md\n".utf8)).contains(
                Path(bytes: Array("a/README.md".utf8))))
        #expect(
            PackedPaths(dockerfile, ignoreFile: Array("**/*.md\n!keep.md\n".utf8)).contains(
                Path(bytes: Array("keep.md".utf8))))
    }

    @Test(
        arguments: [
            ("a\n", "a", 1), ("a\n", "a/b", 1), ("a/*\n!a/b\n", "a/b", nil), ("a\n!a/b\n", "a/b", nil),
            ("# c\n\n*.log\n", "x.log", 3), ("*.log\n", "d/x.log", nil),
            ("**/*.log\n", "d/x.log", 1), ("/a\n", "a", 1), ("", ".git/config", 0), ("!.slipway\n", ".slipway/x", 0),
        ] as [(String, String, Int?)])
    func `.dockerignore`(text: String, path: String, line: Int?) {
        #expect(IgnoreFile(parsing: text).ruleAgainst(Path(bytes: Array(path.utf8))) == line)
    }
}
