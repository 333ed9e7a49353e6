import ArgumentParser
import Driver
import Pipeline
import SystemPackage

struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Show, verify and list stability records; merge what machines left of a plan; make keys.",
        subcommands: [List.self, Show.self, Verify.self, RecordMergeCommand.self, Key.self])

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

        @Argument(help: ArgumentHelp("A file, or the beginning of a record's id.", valueName: "record"))
        var name: String

        func run() throws {
            let envelope = try RecordBook(at: FilePath(common.repo)).envelope(name)
            let (statement, _) = try RecordBook.examine(envelope, trust: nil)
            try Console.answer(JSON(encoding: statement).prettyText)
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check the signature of a record, and that it does not contradict itself.")

        @OptionGroup var common: CommonOptions

        @Option(help: ArgumentHelp("The file of trusted keys.", valueName: "file"))
        var trust: String

        @Argument(help: ArgumentHelp("A file, or the beginning of a record's id.", valueName: "record"))
        var name: String

        func run() throws {
            let envelope = try RecordBook(at: FilePath(common.repo)).envelope(name)
            let (statement, signatures) = try RecordBook.examine(envelope, trust: FilePath(trust))
            let record = statement.predicate
            if let objection = Self.objection(signatures, record) {
                Console.error("record \(record.run.recordId): \(objection)")
                throw Exit.unverifiable.thrown
            }
            try Console.answer(
                "record \(record.run.recordId): \(record.service.name) \(record.verdict.state.rawValue), rightly signed\n"
            )
        }

        private static func objection(_ signatures: Exhibit.Signatures, _ record: Stability) -> String? {
            switch signatures {
            case .none: return "not signed"
            case .broken: return "changed after it was signed: its signature does not fit"
            case .unknown: return "signed by a key that is not in the trust file"
            case .by(let keys):
                if !keys.contains(where: { $0.objection(to: record) == nil }) {
                    return keys.first?.objection(to: record)
                }
            }
            let recomputed = record.recomputedVerdict.state
            return recomputed == record.verdict.state
                ? nil : "it says \(record.verdict.state.rawValue), but its details say \(recomputed.rawValue)"
        }
    }

    struct Key: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a pair of keys to sign records with.",
            discussion: """
                Writes NAME.key (private: keep it out of the repository, hand it to CI as SLIPWAY_KEY or --key), NAME.pub and \
                NAME.trust.json (a trust file that believes this key, for the gate).
                """)

        @Option(help: ArgumentHelp("The folder to write to.", valueName: "dir"))
        var out = "."

        @Argument(help: ArgumentHelp("What to call the key.", valueName: "name"))
        var name = "slipway"

        func run() throws {
            guard ServiceName(parsing: name) != nil else { throw ValidationError(ServiceName.rule) }
            let pair = try KeyPair(making: name, in: FilePath(out))
            try Console.answer("\(pair.privateFile)\n\(pair.publicFile)\n\(pair.trustFile)\n")
            Console.story("key id \(pair.id)")
        }
    }
}
