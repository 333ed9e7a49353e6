import Fixtures
import Testing

/// What the program says about itself.
struct HelpTests {
    /// The text of one command and of those below it.
    private func reference(_ path: [String]) async throws -> String {
        let said = try await run(SlipwayBinary.path.string, path + ["--help"], environment: SlipwayBinary.environment)
        try #require(said.exit == 0)
        let lines = said.output.split(separator: "\n", omittingEmptySubsequences: false)
        let heading = (["slipway"] + path).joined(separator: " ")
        var text = "\n## \(heading)\n\n```text\n" + lines.prefix { $0 != "EXIT STATUS:" }.joined(separator: "\n")
        while text.hasSuffix("\n") { text.removeLast() }
        text += "\n```\n"
        let names = lines.drop { $0 != "SUBCOMMANDS:" }.dropFirst().prefix { !$0.isEmpty }
            .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }.map { String($0.split(separator: " ")[0]) }
        for name in names { text += try await reference(path + [name]) }
        return text
    }

    @Test func `the reference of the commands`() async throws {
        let help = try await run(SlipwayBinary.path.string, ["--help"], environment: SlipwayBinary.environment)
        let codes = help.output.split(separator: "\n").drop { $0 != "EXIT STATUS:" }.dropFirst()
        #expect(codes.count == 14)
        let intro = """
            # Every command

            Standard output is the answer, standard error the story. `--help` of each command ends with the exit codes:

            ```text
            \(codes.joined(separator: "\n"))
            ```

            """
        let text = try await intro + reference([])
        try Golden("docs/reference/cli.md").check(text)
    }

    @Test(arguments: [["--help"], ["run", "--help"], ["help", "gate"], ["record", "verify", "-h"], []])
    func `each help text ends with the exit codes`(arguments: [String]) async throws {
        let said = try await run(SlipwayBinary.path.string, arguments, environment: SlipwayBinary.environment)
        #expect(said.exit == 0)
        #expect(said.output.contains("\nEXIT STATUS:\n  0     done; nothing to do; allowed\n"))
        #expect(said.output.hasSuffix("  143   interrupted; no child is left, and what is known is on disk\n"))
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `completions for a shell`(shell: String) async throws {
        let said = try await run(
            SlipwayBinary.path.string, ["--generate-completion-script", shell], environment: SlipwayBinary.environment)
        #expect(said.exit == 0)
        #expect(said.output.contains("slipway"))
        #expect(!said.output.contains("EXIT STATUS"))
    }

    @Test(arguments: [["run", "--nope"], ["run", "--jobs", "0"], ["nope"], ["gate"], ["plan", "--through", "lunch"]])
    func `wrong usage`(arguments: [String]) async throws {
        let said = try await run(SlipwayBinary.path.string, arguments, environment: SlipwayBinary.environment)
        #expect(said.exit == 64)
        #expect(said.output.isEmpty)
        #expect(said.errors.contains("Usage: slipway"))
    }
}
