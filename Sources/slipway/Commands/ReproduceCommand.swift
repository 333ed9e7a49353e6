import ArgumentParser
import Driver
import Foundation
import Pipeline
import SystemPackage

struct ReproduceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reproduce",
        abstract: "Run here what a record says ran there, and compare.",
        discussion: """
            Checks the commit out in a folder of its own, runs the same services as far as the recorded run went, under the \
            same versions, and says whether verdict, tests and image come out the same. Nothing is pushed, and no record \
            leaves that folder.

            Exits with 0 when it comes out the same, be it red or green; with 10 when something differs; with 12 when there \
            is nothing to compare, as when either run was stopped.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(
        help: ArgumentHelp(
            "The beginning of a record's id; or a file: a record, or outcome.json or plan.json of a run.",
            valueName: "record"))
    var name: String

    @Argument(help: ArgumentHelp("Only these of its services.", valueName: "service"))
    var services: [String] = []

    @Option(
        name: .customLong("in"),
        help: ArgumentHelp("The folder to make it in; default: .slipway/reproduce/<id>.", valueName: "dir"))
    var folder: String?

    @Flag(help: "Ask origin for commits that this clone does not have.")
    var fetch = false

    @Flag(help: "Leave uncommitted work aside that was built there.")
    var committed = false

    @Flag(help: "Ask no registry.")
    var offline = false

    @Option(
        name: [.customShort("j", allowingJoined: true), .long],
        help: ArgumentHelp("How many steps at a time; default: one a processor.", valueName: "n"))
    var jobs: Int?

    func validate() throws {
        if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1") }
    }

    func run() async throws {
        var request = common.request
        request.limits.jobs = jobs ?? ProcessInfo.processInfo.activeProcessorCount
        request.limits.isOffline = offline
        var wish = ReproductionWish(name)
        wish.services = services
        wish.folder = folder.map { FilePath($0) }
        (wish.mayFetch, wish.isCommittedOnly) = (fetch, committed)
        let display = RunDisplay(common, jobs: request.limits.jobs)
        let finished = try await display.following { [request, wish] in
            try await request.reproduce(wish, reporting: display.show)
        }
        if common.json {
            try Console.answer(JSON(encoding: finished.reproduction).prettyText)
        } else {
            try Console.answer(ReproductionText(finished: finished, style: common.style).text)
        }
        if finished.run.outcome.interrupted { throw CancellationError() }
        let exit = Exit(finished)
        if exit != .done { throw exit.thrown }
    }
}

extension Exit {
    init(_ finished: FinishedReproduction) {
        switch finished.reproduction.conclusion {
        case .agrees: self = .done
        case .differs: self = .unstable
        case .incomparable: self = finished.run.outcome.worst == .unavailable ? .environment : .incomplete
        }
    }
}
