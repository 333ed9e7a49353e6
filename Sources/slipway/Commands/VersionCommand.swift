import ArgumentParser
import Driver
import Pipeline

struct VersionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Say the version each service has and would get, with the evidence.",
        discussion: """
            Reads the tags of this clone. A service that is named is explained commit by commit.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("Only these services.", valueName: "service"))
    var services: [String] = []

    @Flag(help: "Ask the remote which releases there are, instead of believing the tags of this clone.")
    var remote = false

    func run() async throws {
        var request = common.request
        request.selection.services = services
        let (answers, notes) = try await request.versions(askingRemote: remote)
        for note in common.quiet ? [] : notes {
            Console.story("note \(note.code.rawValue): \(note.message.printable)")
        }
        if common.json {
            try Console.answer(JSON(encoding: ["services": answers], absence: .null).prettyText)
        } else if services.isEmpty {
            try Console.answer(table(answers))
        } else {
            try Console.answer(answers.map(explanation).joined(separator: "\n"))
        }
    }

    private func table(_ answers: [VersionAnswer]) -> String {
        var table = Table()
        for answer in answers { table.add(Self.row(answer)) }
        return table.text(common.style)
    }

    private static func row(_ answer: VersionAnswer) -> [Table.Cell] {
        let next = answer.next.map { "→ \($0) (\(answer.bump.rawValue))" } ?? answer.reason?.rawValue ?? ""
        return [
            .init(answer.name.text), .init(answer.current.map { "\($0)" } ?? "unreleased"), .init(next),
            .init("\(answer.snapshot)", .grey),
        ]
    }

    private func explanation(_ answer: VersionAnswer) -> String {
        var table = Table()
        for evidence in answer.evidence {
            table.add([
                .init(evidence.commit?.short ?? "", .grey), .init(evidence.level.rawValue),
                .init(evidence.rule.rawValue),
                .init(evidence.text),
            ])
        }
        var head = Table()
        head.add(Self.row(answer))
        let since = answer.tag.map { "since \($0)" } ?? "since the beginning"
        let count = answer.evidence.count
        return head.text(common.style) + "\(count) \(count == 1 ? "commit" : "commits") \(since)\n"
            + table.text(common.style, indent: "  ")
    }
}
