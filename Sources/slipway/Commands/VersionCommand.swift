import ArgumentParser
import Driver
import Pipeline

struct VersionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Say the version each service has and would get, with the evidence.",
        discussion: """
            Without a subcommand it shows: slipway version billing. \
            A service that is called as a subcommand is reached by slipway version show NAME.
            """,
        subcommands: [Show.self, Adopt.self],
        defaultSubcommand: Show.self)

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say the version each service has and would get.",
            discussion: """
                Reads the tags of this clone. \
                A service that is named is explained commit by commit: what each one asks for, what it would make alone, \
                and which of them would make more if its message were written otherwise.
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
                var table = Table()
                for answer in answers { table.add(VersionText.row(answer)) }
                try Console.answer(table.text(common.style))
            } else {
                let texts = answers.map { VersionText(answer: $0, style: common.style).text }
                try Console.answer(texts.joined(separator: "\n"))
            }
            let problems = answers.compactMap { answer in answer.error.map { (answer.name, $0) } }
            for (name, problem) in problems { Console.error("\(name): \(problem.code.rawValue): \(problem.text)") }
            if let worst = problems.map({ Exit($0.1.code) }).max(by: { $0.rawValue < $1.rawValue }) {
                throw worst.thrown
            }
        }
    }

    struct Adopt: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Propose how the versions of a repository go on that was tagged by hand or by another tool.",
            discussion: """
                Reads the tags and the newest commits, and proposes settings and baseline tags. \
                Writes nothing; --accept writes the settings, unless there are some, and makes the tags in this clone. \
                Nothing is ever pushed.
                """)

        @OptionGroup var common: CommonOptions

        @Flag(help: "Write the settings, and make the tags here.")
        var accept = false

        func run() async throws {
            let request = common.request
            guard accept else {
                let answer = try request.adoption()
                let text = AdoptionText(answer: answer, style: common.style).text
                return try Console.answer(common.json ? JSON(encoding: answer, absence: .null).prettyText : text)
            }
            let adopted = try await request.adopt()
            let text = AdoptionText(answer: adopted.answer, style: common.style).text(of: adopted)
            try Console.answer(common.json ? JSON(encoding: adopted, absence: .null).prettyText : text)
        }
    }
}
