import Pipeline
import Testing

@testable import OCI

struct DockerfileTests {
    private func plan(_ text: String) throws -> ImagePlan {
        try ImagePlan(Dockerfile(parsing: text, path: Path(bytes: Array("s/Dockerfile".utf8))))
    }

    private func message(_ text: String) -> String {
        do {
            _ = try plan(text)
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
        ("FROM a AS x\nRUN y\nFROM scratch\nCOPY --from=x /a /b\n", "s/Dockerfile:2: RUN needs a builder"),
        ("FROM a AS x\nRUN y\nFROM x\n", "s/Dockerfile:2: RUN needs a builder"),
        ("FROM a AS x\nRUN <<E\nFROM z\nE\nFROM scratch\nCOPY a /b\n", "fine"),
        ("FROM a AS x\nFROM scratch\nCOPY --from=x /a /b\nCOPY --from=0 /a /c\nCOPY --from=other /a /d\n", "fine"),
        ("FROM scratch\nCOPY --from=1 /a /b\n", "s/Dockerfile:2: there is no stage 1 before this one"),
        ("FROM scratch as me\nCOPY --from=me /a /b\n", "s/Dockerfile:2: me is this stage itself"),
        (
            "FROM scratch\nCOPY --from=A//B /a /b\n",
            "s/Dockerfile:2: \"A//B\" is neither a stage before this one nor an image"
        ),
        ("FROM scratch\nCOPY --from=$X /a /b\n", "s/Dockerfile:2: COPY --from with a variable needs a builder"),
        ("FROM scratch\nCOPY --parents a /b\n", "s/Dockerfile:2: COPY --parents needs a builder"),
        ("FROM scratch\nADD --checksum=sha256:0 a /b\n", "s/Dockerfile:2: ADD --checksum needs a builder"),
        ("FROM scratch\nONBUILD COPY a /b\n", "s/Dockerfile:2: ONBUILD needs a builder"),
        ("# syntax=docker/dockerfile:1.7\nFROM scratch\n", "fine"),
        ("# Syntax = docker.io/docker/dockerfile:1\nFROM scratch\n", "fine"),
        (
            "# syntax=example.com/other\nFROM scratch\n",
            "s/Dockerfile:1: the frontend example.com/other needs a builder"
        ),
        ("# escape=x\nFROM scratch\n", "s/Dockerfile:1: the escape character is ` or \\, not x"),
        ("FROM scratch AS\n", "s/Dockerfile:1: FROM wants an image, or an image AS a name"),
        ("FROM --platform=x scratch\n", "s/Dockerfile:1: \"x\" is no platform"),
        ("FROM --with=x scratch\n", "s/Dockerfile:1: FROM does not know --with=x"),
        ("ARG X\nFROM ${X:?unset}\n", "s/Dockerfile:2: X: unset"),
        ("FROM scratch\nCOPY <<EOF /x\nno end\n", "s/Dockerfile:2: the document EOF has no end"),
        ("FROM scratch\nADD https://x.example/y /y\n", "s/Dockerfile:2: ADD of a remote address needs a builder"),
        ("FROM scratch\nADD x.tar.gz /\n", "s/Dockerfile:2: ADD of an archive needs a builder"),
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
        #expect(try plan(text + "\n").base.text == expected)
    }

    @Test(arguments: [
        ("$A", "1"), ("${A}x", "1x"), ("${B:-d}", "d"), ("${A:-d}", "1"), ("${A:+y}", "y"), ("${B:+y}", ""),
        ("\\$A", "$A"), ("'$A'", "$A"),
        ("\"$A b\"", "1 b"), ("$", "$"), ("a$", "a$"), ("${E:-d}", "d"), ("${E-d}", ""), ("${B-d}", "d"),
        ("${B:-${A}2}", "12"), ("${B:-'$A'}", "$A"), ("${E+y}", "y"), ("${A:?no}", "1"), ("\"a\\b\"", "a\\b"),
        ("\"\\$A\"", "$A"), ("$1x", "x"), ("a\\", "a"), ("${A}$A-$A_", "11-"),
    ])
    func `variables`(word: String, expected: String) throws {
        let expanded = try Variables(["A": "1", "E": ""]).expand(word)
        #expect(expanded == expected)
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
}
