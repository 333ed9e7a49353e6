public import ArgumentParser
import Driver
import Foundation
public import Pipeline
import SystemPackage

struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Cut versions: tag git, promote the tested image, write it down.",
        discussion: """
              slipway release billing                  say what a release would do
              slipway release billing --push           do it
              slipway release --all --channel rc       candidates of all that is unreleased
              slipway release billing --resume         finish one that was cut off
              slipway release cut --help               every option

            Releases what is recorded stable, and builds and tests before what is not. The push of the tags is the point of no \
            return; what comes after it can be done again.
            """,
        subcommands: [Cut.self, Status.self], defaultSubcommand: Cut.self)
}

extension ReleaseCommand {
    struct Cut: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cut", abstract: "Release services (this is what release does by itself).")

        @OptionGroup var common: CommonOptions
        @OptionGroup var place: PlaceOptions

        @Argument(help: ArgumentHelp("The services to release.", valueName: "service"))
        var services: [String] = []

        @Flag(help: "Every service that has something to release.")
        var all = false

        @Flag(help: "Do it: push tags, and give the images their names.")
        var push = false

        @Flag(help: "Finish releases whose tag is pushed, and that were cut off then.")
        var resume = false

        @Flag(help: "Put the moving names of images (latest, 1, 1.4) where the tags in git say they belong.")
        var repair = false

        @Option(help: ArgumentHelp("Release this level instead.", valueName: "level"))
        var bump: Level?

        @Option(name: .customLong("as"), help: ArgumentHelp("Release this version.", valueName: "version"))
        var version: String?

        @Flag(help: "Leave initial development: 1.0.0.")
        var graduate = false

        @Option(
            help: ArgumentHelp(
                "Cut a candidate of this channel, or \"none\" for a stable version.", valueName: "channel"))
        var channel: String?

        @Option(
            help: ArgumentHelp(
                "Let something pass that would stop it; it is written down. May be repeated.", valueName: "code"))
        var accept: [String] = []

        @Flag(help: "On a maintenance branch that lacks the newest release of its line, skip ahead of it.")
        var allowDiverged = false

        @Option(name: [.customShort("j"), .long], help: ArgumentHelp("How many steps at a time.", valueName: "n"))
        var jobs: Int?

        @Option(
            help: ArgumentHelp(
                "The private key to sign records with; SLIPWAY_KEY may hold one as text.", valueName: "file"))
        var key: String?

        func validate() throws {
            if services.isEmpty, !all { throw ValidationError("name the services to release, or say --all") }
            if [bump != nil, version != nil, graduate].count(where: { $0 }) > 1 {
                throw ValidationError("--bump, --as and --graduate ask for different things")
            }
            if let version, SemanticVersion(parsing: version) == nil {
                throw ValidationError("\"\(version.printable)\" is no semantic version")
            }
            if resume, repair { throw ValidationError("--resume and --repair are two things") }
            if bump == Level.none { throw ValidationError("--bump takes major, minor or patch") }
            if let channel, !Channels.isName(channel) || channel.isEmpty {
                throw ValidationError("\"\(channel.printable)\" is no name of a channel")
            }
        }

        func run() async throws {
            var request = common.request
            request.selection.services = services
            request.key = key.map { FilePath($0) }
            request.limits.jobs = jobs ?? ProcessInfo.processInfo.activeProcessorCount
            var wish = place.wish
            (wish.isReal, wish.graduates) = (push || resume, graduate)
            wish.task = resume ? .resume : repair ? .repair : .cut
            wish.accepts = Set(accept)
            wish.number.target =
                version.flatMap { SemanticVersion(parsing: $0) }.map { .version($0) } ?? bump.map { .level($0) }
            wish.number.allowsDiverged = allowDiverged
            wish.number.channel = channel.map { $0 == "none" ? nil : $0 }
            let display = RunDisplay(common, jobs: request.limits.jobs)
            let outcome = try await display.following { [request, wish] in
                try await request.release(wish, reporting: display.show)
            }
            try ReleaseCommand.answer(outcome, common)
            let exit = Exit(outcome)
            if exit != .done { throw exit.thrown }
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Say what is unreleased, and what a release of it would be.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var place: PlaceOptions

        @Argument(help: ArgumentHelp("Only these services.", valueName: "service"))
        var services: [String] = []

        func run() async throws {
            var request = common.request
            request.selection.services = services
            try ReleaseCommand.answer(try await request.release(place.wish) { _ in }, common)
        }
    }

    /// Where it is known which releases there are.
    struct PlaceOptions: ParsableArguments {
        @Option(
            help: ArgumentHelp(
                "The remote whose tags count; default: origin, and without one this clone.", valueName: "name"))
        var remote: String?

        var wish: ReleaseWish {
            var wish = ReleaseWish()
            wish.remote = remote
            return wish
        }
    }

    fileprivate static func answer(_ outcome: ReleaseOutcome, _ common: CommonOptions) throws {
        if common.json {
            try Console.answer(JSON(encoding: outcome, absence: .null).prettyText)
        } else {
            try Console.answer(ReleaseText(outcome: outcome, style: common.style).text)
        }
    }
}

extension Level: ExpressibleByArgument {}

extension Exit {
    /// Why a version cannot be told, or must not be made.
    init(_ code: VersionProblem.Code) {
        switch code {
        case .releaseAsNotGreater, .releaseAsTaken, .releaseAsInvalid, .releaseAsBelowEvidence: self = .input
        case .maintenanceOutOfRange, .maintenanceDiverged, .channelNotAscending, .promoteNotCandidate: self = .blocked
        case .repositoryShallow: self = .history
        }
    }

    /// The worst of what kept services from being released.
    init(_ outcome: ReleaseOutcome) {
        let blocked = outcome.services.filter { $0.state == .blocked }.flatMap(\.because).map(\.code)
        if !blocked.isEmpty {
            let codes = blocked.map { VersionProblem.Code(rawValue: $0).map(Exit.init) ?? .blocked }
            self = codes.max { $0.rawValue < $1.rawValue } ?? .blocked
        } else if outcome.services.contains(where: { $0.state == .unfinished }) {
            self = .environment
        } else {
            self = .done
        }
    }
}
