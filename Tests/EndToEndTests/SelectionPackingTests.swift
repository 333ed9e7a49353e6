import Fixtures
import SystemPackage
import Testing

/// What images and seams of work trees could hide.
struct SelectionPackingTests {
    private func selected(_ git: GitFixture) async throws -> [String: String] {
        let said = try await slipway("plan", "--format", "tsv", in: git.root)
        #expect(said.exit == 0, "\(said.errors)")
        return said.output.split(separator: "\n").dropFirst().reduce(into: [:]) { selected, line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            selected[String(fields[0])] = String(fields[6])
        }
    }

    private func withServices(
        _ configuration: String, _ files: [String: String], _ body: (GitFixture) async throws -> Void
    ) async throws {
        try await withRepository { git in
            try await git.commit("feat: begin", files.merging(["slipway.yaml": "services:\n" + configuration]) { $1 })
            let said = try await slipway("run", "--offline", in: git.root)
            #expect(said.exit == 0, "\(said.errors)")
            let before = try await selected(git)
            #expect(before == [:])
            try await body(git)
        }
    }

    private static let plain = "toolchain: command, build: \"true\", test: false"

    @Test func `a library in the folder of a service is part of the image that copies it`() async throws {
        let configuration = "  a: {path: a, \(Self.plain)}\n  api: {path: a/api, kind: library, \(Self.plain)}\n"
        let files = ["a/Dockerfile": "FROM scratch\nCOPY . /x\n", "a/api/X": "1\n", "a/m": "1\n"]
        try await withServices(configuration, files) { git in
            try await git.commit("fix: api", ["a/api/X": "2\n"])
            let found = try await selected(git)
            #expect(Set(found.keys) == ["a", "api"])
        }
    }

    @Test func `documentation that a Dockerfile with a builder copies counts`() async throws {
        let configuration = "  a: {path: a, images: false, \(Self.plain)}\n  b: {path: b, \(Self.plain)}\n"
        let files = [
            "a/Dockerfile": "FROM alpine\nRUN true\nCOPY docs /docs\n", "a/docs/x.md": "1\n", "a/notes.md": "1\n",
            "b/docs/x.md": "1\n", "b/m": "1\n",
        ]
        try await withServices(configuration, files) { git in
            try await git.commit("docs: b and notes", ["b/docs/x.md": "2\n", "a/notes.md": "2\n"])
            let nothing = try await selected(git)
            #expect(nothing == [:])
            try await git.commit("docs: a", ["a/docs/x.md": "2\n"])
            let found = try await selected(git)
            #expect(found == ["a": "path"])
        }
    }

    @Test func `a script outside of all services that one names is said to all as a file of nobody`() async throws {
        let configuration =
            "  a: {path: a, \(Self.plain)}\n  b: {path: b, toolchain: command, build: sh ../tools/gen.sh, test: false}\n"
        let files = ["a/m": "1\n", "b/m": "1\n", "tools/gen.sh": "true\n"]
        try await withServices(configuration, files) { git in
            try await git.commit("fix: gen", ["tools/gen.sh": "true # more\n"])
            let said = try await slipway("plan", "--why", "a", in: git.root)
            #expect(said.output.contains("tools/gen.sh"), "\(said.output)")
        }
    }

    @Test func `new files are seen wherever the work tree is parted`() async throws {
        var files = ["d/Dockerfile": "FROM scratch\nCOPY s /s\n", "d/s/g": "1\n"]
        for number in 0..<7 { files["a\(number)"] = "x\n" }
        for number in 0..<6 { files["z\(number)"] = "x\n" }
        try await withServices("  d: {path: d, \(Self.plain)}\n", files) { git in
            try git.put("d/s/new.txt", "SECRET\n")
            let found = try await selected(git)
            #expect(found == ["d": "path"])
        }
    }

    @Test func `a plan file with a word that means nothing is no plan`() async throws {
        try await withServices("  a: {path: a, \(Self.plain)}\n", ["a/m": "1\n"]) { git in
            try await sh(
                "'\(SlipwayBinary.path)' plan --force --json | sed 's/\"build\"/\"nope\"/' > ../p", in: git.root)
            let said = try await slipway("run", "--plan", "../p", in: git.root)
            #expect(said.exit == 65, "\(said.errors)")
        }
    }

    @Test func `a registry that is away means more work, not none`() async throws {
        try await withRepository { git in
            let configuration = """
                registry: 127.0.0.1:1/acme
                registries: {"127.0.0.1:1": {http: true}}
                services:
                  a: {path: a, \(Self.plain)}

                """
            try await git.commit(
                "feat: begin",
                ["slipway.yaml": configuration, "a/Dockerfile": "FROM scratch\nCOPY x /x\n", "a/x": "1\n"])
            let said = try await slipway("plan", in: git.root)
            #expect(said.exit == 0, "\(said.errors)")
            #expect(said.output.contains("note ledger-unreachable"), "\(said.output)")
            #expect(said.output.contains("1 of 1 to build"))
            let strict = try await slipway("plan", "--require-ledger", in: git.root)
            #expect(strict.exit == 75)
        }
    }
}
