import Pipeline
import Testing

@testable import OCI

struct BuilderPartTests {
    private func part(_ text: String, for request: ImageRequest = ImageRequest()) throws -> BuilderPart {
        let path = Path.root.appending("Dockerfile")
        let dockerfile = Dockerfile(parsing: text, path: path)
        let error = #expect(throws: ImageError.self) { try ImagePlan(dockerfile, for: request) }
        guard case .needsBuilder(_, let line, let reason)? = error else {
            throw ImageError.layout("Dockerfile", "is native")
        }
        return try BuilderPart(dockerfile, text: text, for: request, line: line, reason: reason)
    }

    private func instructions(_ part: BuilderPart) -> [Dockerfile.Instruction] {
        part.rest.stages[part.rest.target]?.instructions ?? []
    }

    @Test func `RUN before the first COPY is parted from what comes after it`() throws {
        let part = try part(
            """
            # escape=\\
            ARG BASE=alpine:3
            FROM ${BASE} AS app
            LABEL a=b
            ENV MODE=fast
            RUN apk add \\
                jre
            # the code
            COPY build /app
            CMD ["/app/run"]

            """)
        #expect(!part.seesContext)
        #expect(part.line == 6 && part.reason == "RUN")
        #expect(part.bases.map(\.text) == ["docker.io/library/alpine:3"])
        #expect(instructions(part).map(\.keyword) == ["LABEL", "COPY", "CMD"])
        let text = part.text(naming: [part.sources[0]: "here:1"], labels: ["x": "y"])
        let expected = """
            # escape=\\
            ARG BASE=alpine:3
            FROM here:1 AS app
            LABEL x=y
            ENV MODE=fast
            RUN apk add \\
                jre
            # the code

            """
        #expect(text == expected)
    }

    @Test(arguments: [
        "FROM alpine\nCOPY a /a\nRUN b\n", "FROM alpine AS x\nRUN a\nFROM x\nCOPY --from=x /a /b\n",
        "FROM alpine\nSHELL [\"/bin/sh\"]\nRUN a <<E\nb\nE\n",
        "FROM alpine\nRUN a\nADD https://x.example/y /z\n",
    ])
    func `what cannot be parted is the builder's as it stands`(_ text: String) throws {
        let part = try part(text)
        #expect(part.seesContext)
        #expect(instructions(part).isEmpty)
        #expect(part.text(naming: [:], labels: [:]).hasSuffix(text.drop { $0 != "\n" }.dropFirst()))
    }

    @Test func `the key of what is parted does not change with what comes after it`() throws {
        let one = try part("FROM alpine\nRUN a\nCOPY b /b\n")
        let other = try part("FROM alpine\nLABEL x=y\nRUN a\nCOPY c /c\nENV d=e\n")
        #expect(one.text(naming: [:], labels: [:]) == other.text(naming: [:], labels: [:]))
    }

    @Test func `arguments that were declared before are known after`() throws {
        let part = try part("FROM alpine\nARG V=1\nRUN a\nCOPY b /$V\n")
        #expect(instructions(part).map(\.keyword) == ["ARG", "COPY"])
        #expect(part.arguments == ["V"])
    }

    @Test func `secrets that RUN mounts are known by their ids`() throws {
        let text = """
            FROM alpine
            RUN --mount=type=secret,id=token --mount=type=secret,target=/run/secrets/other a

            """
        #expect(try part(text).secrets == ["token", "other"])
    }

    @Test(arguments: [
        ("FROM alpine\nRUN --mount=type=bind,source=x,target=/x a\n", 2, "build context"),
        ("FROM alpine\nCOPY --from=nginx:1 /a /b\nRUN a\n", 2, "nginx:1 is no stage"),
        ("FROM alpine\nRUN --mount=type=bind,from=nginx,target=/x a\n", 2, "nginx is no stage"),
    ])
    func `what no key would see is refused with its line`(_ text: String, _ line: Int, _ problem: String) throws {
        let error = #expect(throws: ImageError.self) { try part(text) }
        #expect(error?.description.hasPrefix("Dockerfile:\(line): ") == true)
        #expect(error?.description.contains(problem) == true)
    }

    @Test func `stages behind the target are nobody's work`() throws {
        let text = "FROM alpine AS one\nRUN a\nCOPY b /b\n\nFROM debian\nRUN c\nCOPY --from=one /b /b\n"
        let part = try part(text, for: ImageRequest(target: "one"))
        #expect(part.bases.map(\.text) == ["docker.io/library/alpine"])
        #expect(!part.seesContext)
        #expect(part.text(naming: [:], labels: [:]) == "FROM docker.io/library/alpine AS one\nRUN a\n")
        #expect(instructions(part).map(\.keyword) == ["COPY"])
    }

    @Test func `an argument names the base, and what comes after RUN is assembled with it`() throws {
        let text = "ARG BASE=alpine\nFROM $BASE\nARG V\nRUN a\nCOPY b /$V\n"
        let part = try part(text, for: ImageRequest(arguments: ["BASE": "debian", "V": "1"]))
        #expect(part.bases.map(\.text) == ["docker.io/library/debian"])
        #expect(part.arguments == ["BASE", "V"])
        #expect(part.rest.request.arguments == ["BASE": "debian", "V": "1"])
    }

    @Test func `images that are copied from after RUN are assembled natively`() throws {
        let part = try part("FROM alpine\nRUN a\nCOPY --from=nginx:1 /a /b\n")
        #expect(!part.seesContext)
        #expect(part.rest.images.map(\.base.text) == ["docker.io/library/alpine", "docker.io/library/nginx:1"])
    }

    @Test func `one image for two platforms is two bases`() throws {
        let text = "FROM --platform=linux/arm64 alpine AS x\nRUN a\nFROM alpine\nCOPY --from=x /a /b\n"
        let part = try part(text)
        #expect(part.sources.map { "\($0.platform)" } == ["linux/arm64", "linux/amd64"])
        #expect(part.bases.count == 1)
    }

    @Test func `another frontend gets the whole of it`() throws {
        #expect(try part("# syntax=acme/frontend\nFROM alpine\nRUN a\nCOPY b /b\n").seesContext)
    }
}
