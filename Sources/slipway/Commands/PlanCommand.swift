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

    @Option(help: ArgumentHelp("How to print it.", valueName: "format"))
    var format: Format?

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, tsv
    }

    func run() async throws {
        var request = common.request
        selection.apply(to: &request)
        request.selection.isCommittedOnly = committed
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
