import ArgumentParser
import Driver
import Foundation
import Pipeline
import SystemPackage

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Plan, build, test, image, push, record.",
        discussion: """
            Builds the services that no good record vouches for, and what they need. Writes a record for each, red or green.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var selection: SelectionOptions

    @Option(help: ArgumentHelp("Carry out this plan, made before at the same commit.", valueName: "file"))
    var plan: String?

    @Option(
        name: [.customShort("j", allowingJoined: true), .long],
        help: ArgumentHelp("How many steps at a time; default: one a processor.", valueName: "n"))
    var jobs: Int?

    @Flag(help: "End with the first failure: what runs is stopped, the rest is skipped.")
    var failFast = false

    @Flag(help: "End at once when another run works in this checkout, instead of waiting for it.")
    var noWait = false

    @Flag(help: "Show the plan and the commands, and do nothing.")
    var dryRun = false

    @Option(
        help: ArgumentHelp("The private key to sign records with; SLIPWAY_KEY may hold one as text.", valueName: "file")
    )
    var key: String?

    func validate() throws {
        if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1") }
    }

    func run() async throws {
        var request = common.request
        selection.apply(to: &request)
        request.planFile = plan.map { FilePath($0) }
        request.key = key.map { FilePath($0) }
        request.limits.jobs = jobs ?? ProcessInfo.processInfo.activeProcessorCount
        request.limits.memory = MachineMemory.bytes
        request.limits.failsFast = failFast
        request.limits.mayWait = !noWait
        if dryRun {
            try await show(request)
            return
        }
        let progress = Progress(isQuiet: common.quiet, isVerbose: common.verbose)
        let run = try await request.run { progress.show($0) }
        let outcome = run.outcome
        if common.json {
            try Console.answer(JSON(encoding: outcome).prettyText)
        } else {
            try Console.answer(OutcomeText(run: run, style: common.style).text)
        }
        if outcome.interrupted { throw CancellationError() }
        let exit = Exit(outcome.worst)
        if exit != .done { throw exit.thrown }
    }

    private func show(_ request: Request) async throws {
        let (plan, commands) = try await request.rehearse()
        if common.json {
            try Console.answer(plan.json.prettyText)
            return
        }
        try Console.answer(PlanText(plan: plan, style: common.style).text)
        var table = Table()
        for (step, command) in commands { table.add([.init("\(step)"), .init(command)]) }
        try Console.answer(table.text(common.style, indent: "  "))
    }
}

/// What is said while a run goes on: one line an event.
struct Progress: Sendable {
    let isQuiet: Bool
    let isVerbose: Bool

    func show(_ event: Event) {
        guard !isQuiet, let line = line(event) else { return }
        Console.story(line)
    }

    private func line(_ event: Event) -> String? {
        switch event {
        case .planned(let plan):
            let notes = plan.notes.map { "note \($0.code.rawValue): \($0.message.printable)" }
            let reasons = plan.selected.map {
                "[\($0.name)] selected: \(PlanText.reason($0, isDirty: plan.repository.dirty).printable)"
            }
            return (notes + reasons).isEmpty ? nil : (notes + reasons).joined(separator: "\n")
        case .waiting(let holder):
            return "waiting for another run in this checkout (\(holder))"
        case .stepStarted(let step, let command):
            let text = isVerbose ? command.map { ": \($0.joined(separator: " ").printable)" } ?? "" : ""
            return "[\(step.service)] \(step.kind.rawValue)\(text)"
        case .stepFinished(let step, let result, _):
            guard !result.hasPassed || isVerbose else { return nil }
            return "[\(step.service)] \(step.kind.rawValue): \(result.ending.summary.printable)"
        case .settled(let outcome):
            let seconds = Double(outcome.steps.reduce(0) { $0 + $1.wallMs }) / 1000
            return "[\(outcome.name)] \(outcome.verdict.state.rawValue) (\(seconds.formatted(decimals: 1)) s)"
        case .note(let text): return "note: \(text.printable)"
        }
    }
}

extension Double {
    func formatted(decimals: Int) -> String { String(format: "%.\(decimals)f", self) }
}
