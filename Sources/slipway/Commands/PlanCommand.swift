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

    @Option(help: ArgumentHelp("Say instead what needs what, and where that is written.", valueName: "format"))
    var graph: GraphFormat?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Say instead how two plan files differ: FIRST SECOND.", valueName: "file"))
    var diff: [String] = []

    @Option(help: ArgumentHelp("How to print it.", valueName: "format"))
    var format: Format?

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, tsv
    }

    enum GraphFormat: String, ExpressibleByArgument, CaseIterable {
        case text, json, dot, mermaid
    }

    func validate() throws {
        guard diff.isEmpty || diff.count == 2 else { throw ValidationError("--diff takes two plan files") }
    }

    func run() async throws {
        var request = common.request
        selection.apply(to: &request)
        request.selection.isCommittedOnly = committed
        if let graph { return try await tell(graph, request) }
        if diff.count == 2 {
            let difference = try PlanDifference(from: Request.plan(in: diff[0]), to: Request.plan(in: diff[1]))
            let text = DifferenceText(difference: difference, style: common.style).text
            return try Console.answer(common.json ? JSON(encoding: difference).prettyText : text)
        }
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

    private func tell(_ format: GraphFormat, _ request: Request) async throws {
        let answer = try await request.graph()
        let text = GraphText(answer: answer, style: common.style)
        switch common.json ? .json : format {
        case .text: try Console.answer(text.text)
        case .json: try Console.answer(JSON(encoding: answer).prettyText)
        case .dot: try Console.answer(text.dot)
        case .mermaid: try Console.answer(text.mermaid)
        }
    }
}
