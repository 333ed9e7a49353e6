import Pipeline
import Testing

struct ModuleGraphDockerTests {
    private func app(_ text: String, images: [String: String] = ["base": "base"]) throws -> GraphOfTexts {
        try GraphOfTexts(["app/Dockerfile": text, "base/Dockerfile": "FROM scratch"], images: images)
    }

    @Test(arguments: [
        "FROM base", "from dreg.example.org:5000/ucloud/base:0.1.0", "FROM base@sha256:00 AS build",
        "FROM --platform=$BUILDPLATFORM x/base", "FROM \\\n# a comment\n  base", "# escape=`\nFROM `\nbase",
        "ARG NAME=base\nFROM x/${NAME}:1", "ARG R\nFROM ${R:-x}/base", "ARG NAME=base\nFROM $NAME",
        "FROM alpine AS a\nFROM a\nCOPY --from=base /x /x",
        "FROM alpine\nRUN --mount=type=bind,from=base,source=/x,target=/y ls",
        "FROM alpine\nRUN <<EOF cat\nFROM nothing\nEOF\nFROM base",
    ])
    func `an image of the repository is needed`(text: String) throws {
        let line = text.contains("alpine") ? text.split(separator: "\n").count : text.contains("\nFROM") ? 2 : 1
        #expect(try app(text).edges == ["app -> base build app/Dockerfile:\(line)"])
    }

    @Test(arguments: [
        "FROM alpine AS base\nFROM base\nCOPY --from=BASE /x /x", "FROM basement", "FROM base/alpine", "# FROM base",
        "FROM alpine\nRUN <<-'EOF'\nFROM base\n\tEOF\n", "FROM $NAME", "FROM alpine\nRUN echo FROM base",
        "FROM alpine\nCOPY --from=0 base /x",
    ])
    func `a stage, another image or a document is not`(text: String) throws {
        #expect(try app(text).edges == [])
    }

    @Test func `a whole name is known by its whole, or by its last part alone`() throws {
        let images = ["registry.org/ucloud/base": "base"]
        #expect(try app("FROM registry.org/ucloud/base:1", images: images).edges.count == 1)
        #expect(try app("FROM base:1", images: images).edges.count == 1)
        #expect(try app("FROM other.org/base:1", images: images).edges.count == 0)
        #expect(try app("FROM base", images: images).modules == ["app docker app", "base docker base"])
    }

    @Test func `what is copied from elsewhere is an edge or an input`() throws {
        let graph = try GraphOfTexts(
            [
                "svc/app/Dockerfile": """
                FROM scratch
                ARG DIR=conf
                COPY svc/app/src ./
                COPY --chown=1:1 ["svc/lib/src", "/src"]
                ADD shared/$DIR/*.json https://example.org/x ./
                COPY gone ./
                COPY svc ./
                COPY ../../x.txt ./
                """,
                "svc/lib/go.mod": "module x/lib", "svc/lib/src/a.go": "", "shared/conf/a.json": "", "x.txt": "",
            ], contexts: ["svc/app/Dockerfile": ""])
        #expect(graph.edges == ["svc/app -> svc/lib build svc/app/Dockerfile:4"])
        #expect(
            graph.inputs == [
                "svc/app <- shared/conf svc/app/Dockerfile:5", "svc/app <- svc svc/app/Dockerfile:7",
                "svc/app <- x.txt svc/app/Dockerfile:8",
            ])
        #expect(graph.dangling == ["svc/app ! gone svc/app/Dockerfile:6"])
    }

    @Test func `all of a context above is an input, the own folder is not`() throws {
        let texts = ["a/Dockerfile": "FROM scratch\nCOPY . .\nCOPY *.txt ./\n", "b/x": "", "package.json": "{}"]
        #expect(try GraphOfTexts(texts).inputs == [])
        let above = try GraphOfTexts(texts, contexts: ["a/Dockerfile": "."])
        #expect(above.inputs == ["a <- . a/Dockerfile:2", "a <- . a/Dockerfile:3"])
        #expect(above.edges == [])
    }
}
