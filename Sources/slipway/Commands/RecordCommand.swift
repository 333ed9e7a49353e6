import ArgumentParser
import Driver
import Pipeline
import SystemPackage

struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract:
            "Show, verify, seal, list and copy what was recorded; merge what machines left of a plan; keys and trust.",
        subcommands: [
            RecordListCommand.self, Show.self, RecordVerifyCommand.self, RecordMergeCommand.self,
            RecordSealCommand.self,
            RecordKeyCommand.self, RecordTrustCommand.self, RecordDeployedCommand.self, RecordExportCommand.self,
            RecordImportCommand.self, RecordPushCommand.self, RecordChainCommand.self,
        ])

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print what a record says.")

        @OptionGroup var common: CommonOptions

        @Flag(help: "Print only the digest of what two identical runs have in common.")
        var digest = false

        @Argument(help: ArgumentHelp("A file, or the beginning of a record's id.", valueName: "record"))
        var name: String

        func run() throws {
            let envelope = try RecordBook(at: FilePath(common.repo)).envelope(name)
            let (statement, content) = try RecordBook.read(envelope)
            guard !digest else { return try Console.answer("\(content)\n") }
            try Console.answer(JSON(encoding: statement).prettyText)
            if !common.quiet { Console.story("content \(content)") }
        }
    }
}
