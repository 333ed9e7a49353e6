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

    @OptionGroup var portion: PortionOptions

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
        try portion.validate(plan: plan, services: selection.services)
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
        portion.apply(to: &request)
        if dryRun {
            try await show(request)
            return
        }
        if let agents = portion.localAgents, agents > 1 {
            return try await run(agents, request, RunDisplay(common, jobs: request.limits.jobs, isPlain: true))
        }
        let display = RunDisplay(common, jobs: request.limits.jobs)
        let run = try await display.following { [request] in try await request.run(reporting: display.show) }
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
