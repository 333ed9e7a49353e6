import ArgumentParser
import Driver
import Pipeline
import SystemPackage

struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Show, verify, seal and list stability records; merge what machines left of a plan; keys and trust.",
        subcommands: [
            List.self, Show.self, RecordVerifyCommand.self, RecordMergeCommand.self,
            RecordSealCommand.self, RecordKeyCommand.self, RecordTrustCommand.self,
        ])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the records of the ledger folder, the newest first.")

        @OptionGroup var common: CommonOptions

        @Option(help: ArgumentHelp("Only records of this service.", valueName: "name"))
        var service: String?

        func run() throws {
            let (records, damaged) = try RecordBook(at: FilePath(common.repo)).all()
            let wanted = records.filter { service == nil || $0.service.name.text == service }
            for text in damaged { Console.story("slipway: \(text.printable)") }
            if common.json {
                try Console.answer(JSON(encoding: wanted).prettyText)
                return
            }
            var table = Table()
            for record in wanted {
                table.add([
                    .init(String(record.run.recordId.prefix(8)), .grey), .init("\(record.run.sealedAt)"),
                    .init(record.service.name.text), .init(record.verdict.state.rawValue, record.verdict.state.colour),
                    .init(record.source.commit.short), .init(record.version.map { "\($0.builtAs)" } ?? ""),
                    .init(record.image.map { $0.digest.short } ?? ""),
                ])
            }
            try Console.answer(table.text(common.style))
        }
    }

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
