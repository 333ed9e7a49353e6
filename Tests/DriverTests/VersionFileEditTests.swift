import Fixtures
import Pipeline
import Testing

@testable import Driver

/// What a release would write into the files that state a version.
struct VersionFileEditTests {
    private func edits(_ files: [String: String], named names: String) async throws -> [VersionFileEdit] {
        try await withRepository { git in
            let configuration = """
                services:
                  a: {path: a, toolchain: command, build: "true", test: false, version: {files: [\(names)]}}

                """
            try await git.commit("feat: a", files.merging(["slipway.yaml": configuration]) { one, _ in one })
            let survey = try await Survey.make(Request(folder: git.root, environment: [:]))
            return try survey.versionFileEdits(for: "a", version: "1.5.0")
        }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `each file with the bytes it has and those it would have`() async throws {
        let edits = try await edits(
            ["a/version.txt": "1.4.2\r\n", "a/gradle.properties": "x=1\nversion=1.4.2\n"],
            named: "version.txt, gradle.properties")
        #expect(edits.map(\.path) == ["a/version.txt", "a/gradle.properties"])
        #expect(edits.map { text($0.old) } == ["1.4.2\r\n", "x=1\nversion=1.4.2\n"])
        #expect(edits.map { text($0.new) } == ["1.5.0\r\n", "x=1\nversion=1.5.0\n"])
    }

    @Test func `a file that states it already is left alone`() async throws {
        let edits = try await edits(["a/version.txt": "1.5.0\n"], named: "version.txt")
        #expect(edits.isEmpty)
    }

    @Test(arguments: [
        ("", "there is no such file"), ("version \"1\"\nversion \"2\"\n", "several places"),
        ("version = rootProject.x\n", "not written here"), ("plugins {}\n", "no version is stated"),
    ])
    func `what cannot be written is a problem with a place`(content: String, problem: String) async throws {
        let files = content.isEmpty ? ["a/x": "1\n"] : ["a/build.gradle": content]
        let error = await #expect(throws: VersionFile.Problem.self) {
            _ = try await edits(files, named: "build.gradle")
        }
        #expect(error.map { "\($0)".hasPrefix("a/build.gradle:") && "\($0)".contains(problem) } == true)
    }
}
