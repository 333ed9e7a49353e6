import ArgumentParser
import Driver
import Pipeline

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Say what would be done, and why.",
        discussion: """
            A service is built exactly when no good record has its key. Nothing is written.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var selection: SelectionOptions

    @Flag(help: "Leave uncommitted work aside.")
    var committed = false

    @Option(
        name: [.customLong("why"), .customLong("why-not")],
        help: ArgumentHelp(
            "Say of one service why it is built, or which record makes that unnecessary.", valueName: "service"))
    var why: String?

    @Option(help: ArgumentHelp("How to print it.", valueName: "format"))
    var format: Format?

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, tsv
    }

    func run() async throws {
        var request = common.request
        selection.apply(to: &request)
        request.selection.isCommittedOnly = committed
        if let why {
            let (entry, notes) = try await request.explanation(of: why)
            let text = EntryText(entry: entry, notes: notes, style: common.style).text
            try Console.answer(common.json ? JSON(encoding: entry, absence: .null).prettyText : text)
            return
        }
        let plan = try await request.plan()
        switch format ?? (common.json ? .json : .text) {
        case .text: try Console.answer(PlanText(plan: plan, style: common.style).text)
        case .json: try Console.answer(plan.json.prettyText)
        case .tsv:
            try Console.answer(plan.tabSeparated)
            // Whoever splits lines cannot read notes; whoever reads the log can.
            if !common.quiet {
                for note in plan.notes { Console.story("note \(note.code.rawValue): \(note.message.printable)") }
            }
        }
    }
}
