import Driver
import Fixtures
import Foundation
import Pipeline
import SystemPackage
import Testing

@testable import slipway

/// What a run says while it goes on: a picture on a terminal, a story in a log.
struct DisplayTests {
    private static let loud = """
        services:
          calm: {path: a, toolchain: command, build: "seq 1000", test: false}
          loud: {path: b, toolchain: command, build: "seq 1000; exit 3", test: false}

        """

    private func withOffice(_ configuration: String, _ body: (Monorepo) async throws -> Void) async throws {
        try await withMonorepo(configuration) { repository in
            try await repository.git.commit("chore: more", ["a/x": "", "b/x": ""])
            try await body(repository)
        }
    }

    /// Runs slipway on a terminal of its own; gives all that was written to it.
    private func onTerminal(_ arguments: String, columns: Int, in repository: Monorepo, _ variables: [String: String])
        async throws -> String
    {
        let size = "stty rows 24 cols \(columns)"
        let said = try await Fixtures.run(
            "script", ["-qec", "\(size); '\(SlipwayBinary.path)' \(arguments)", "/dev/null"], in: repository.root,
            environment: SlipwayBinary.environment.merging(["SHELL": "/bin/sh"]) { $1 }.merging(variables) { $1 })
        return said.output
    }

    @Test func `a log gets the last 200 lines of what is red, nothing of what is not, and no control character`()
        async throws
    {
        try await withOffice(Self.loud) { repository in
            let said = try await slipway("run", in: repository.root)
            #expect(said.exit == 11)
            let lines = said.errors.split(separator: "\n")
            let told = lines.filter { $0.hasPrefix("[loud] | ") }
            #expect(told.count == 200)
            #expect(told.first == "[loud] | 801")
            #expect(told.last == "[loud] | 1000")
            #expect(lines.count { $0.hasPrefix("[calm]") } <= 40)
            #expect(!lines.contains { $0.hasPrefix("[calm] | ") })
            let control = (said.errors + said.output).unicodeScalars.filter { $0.value < 0x20 && $0 != "\n" }
            #expect(control.isEmpty)
        }
    }

    @Test func `all logs together are told up to a budget, and what is left out is named`() async throws {
        let services = (0..<14).map { number in
            let print = "head -c 250000 /dev/zero | tr '\\\\0' x | fold -w 1200; exit 1"
            return "  s\(number): {path: s\(number), toolchain: command, build: \"\(print)\", test: false}\n"
        }
        try await withMonorepo("services:\n" + services.joined()) { repository in
            let files = Dictionary(uniqueKeysWithValues: (0..<14).map { ("s\($0)/x", "") })
            try await repository.git.commit("chore: more", files)
            let said = try await slipway("run", in: repository.root)
            #expect(said.errors.utf8.count > RunStory.budget / 2)
            #expect(said.errors.utf8.count < RunStory.budget + 100_000)
            #expect(said.errors.contains("this run has said enough; all of it is in "))
        }
    }

    @Test(arguments: [80, 200])
    func `a terminal shows what runs, no line wider than it is`(_ columns: Int) async throws {
        let slow = """
            services:
              a-service-with-a-rather-long-name-that-somebody-thought-was-a-good-idea-one-day:
                {path: a, toolchain: command, build: "sleep 1.2", test: false}

            """
        try await withOffice(slow) { repository in
            let text = try await onTerminal("run", columns: columns, in: repository, ["TERM": "xterm"])
            #expect(text.contains("0 of 1 steps done, 1 running, 0:0"))
            #expect(text.contains("\u{1B}[2A\r\u{1B}[J"), "the picture is drawn in its own place")
            let picture = text.split(whereSeparator: \.isNewline).filter {
                $0.contains("  build  ") || $0.contains("steps done")
            }
            let widths = picture.map { line in
                line.replacing(#/\e\[[0-9;]*[A-Za-z]/#, with: "").filter { !$0.isNewline }.count
            }
            #expect(!widths.isEmpty)
            #expect(widths.allSatisfy { $0 <= columns })
        }
    }

    @Test func `who wants no colour, or has no terminal worth the name, gets none`() async throws {
        try await withOffice(Self.loud) { repository in
            let plain = try await onTerminal("run", columns: 80, in: repository, ["TERM": "xterm", "NO_COLOR": "1"])
            #expect(plain.firstMatch(of: #/\e\[[0-9]+m/#) == nil)
            let dumb = try await onTerminal("run --force", columns: 80, in: repository, ["TERM": "dumb"])
            #expect(!dumb.contains("\u{1B}"))
            #expect(dumb.contains("[loud] | 1000"))
            let colourful = try await onTerminal("run --force", columns: 80, in: repository, ["TERM": "xterm"])
            #expect(colourful.contains("\u{1B}[31mfailed"))
        }
    }

    @Test func `a picture has room for the count, and for the oldest steps`() throws {
        var picture = RunPicture()
        for number in 0..<30 {
            let name = try #require(ServiceName(parsing: "s\(number)"))
            picture.take(.stepStarted(Step(name, .test), command: nil), at: Int64(number), jobs: 2)
        }
        let lines = picture.lines(at: 3700, width: 60, height: 10)
        #expect(lines.count == 8)
        #expect(lines.first == "  s0  test   1:01:40")
        #expect(lines.suffix(2) == ["  and 24 more", "0 of 0 steps done, 30 running, 1:01:40"])
        let beat = try #require(picture.heartbeat(at: 90))
        #expect(
            beat.hasPrefix("after 1:30: running s0.test (1:30), s1.test (1:29), s2.test (1:28), s3.test (1:27) and 26"))
        #expect(RunPicture().heartbeat(at: 90) == nil, "nothing runs")
    }
}
