import ArgumentParser
import Driver
import Pipeline
import SystemPackage

/// What several machines made of one plan, as one outcome.
struct RecordMergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Unite what several runs of one plan left, and end as one run of all of it would.",
        discussion: """
            A run with --plan leaves parts in .slipway/runs/<digest of the plan>/. Give them here as files and folders, in \
            any order and as often as you like; what a merge wrote counts as the parts in it. Without any, those of this \
            checkout are united. A planned service of which no part tells is lost: incomplete, exit 12. Parts of another \
            plan are refused with exit 21.
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp(
            "The plan; default: the plan.json beside the parts, or what an earlier merge says.", valueName: "file"))
    var plan: String?

    @Option(help: ArgumentHelp("Write the outcome as JSON to this file, too.", valueName: "file"))
    var out: String?

    @Argument(help: ArgumentHelp("Parts, folders of parts, and what merge wrote.", valueName: "part"))
    var parts: [String] = []

    func run() throws {
        var request = common.request
        request.planFile = plan.map { FilePath($0) }
        let merged = try request.merge(parts.map { FilePath($0) })
        if !common.quiet { for note in merged.notes { Console.story("note: \(note)") } }
        if let out { try merged.write(to: FilePath(out)) }
        try merged.answer(common)
        let exit = Exit(merged.outcome.worst)
        if exit != .done { throw exit.thrown }
    }
}

extension MergedRun {
    /// Prints the outcome.
    func answer(_ common: CommonOptions) throws {
        try Console.answer(common.json ? json.prettyText : OutcomeText(run: shown, style: common.style).text)
    }
}
