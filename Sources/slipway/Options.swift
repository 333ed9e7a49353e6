public import ArgumentParser
import Driver
import Foundation
public import Pipeline
import SystemPackage

/// What means the same for every command.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A folder in the repository.", valueName: "dir"))
    var repo = "."

    @Option(
        help: ArgumentHelp("The configuration file; default: slipway.yaml at the root of the tree.", valueName: "file"))
    var config: String?

    @Flag(help: "Print the answer as JSON.")
    var json = false

    @Flag(name: .shortAndLong, help: "Say nothing on the way.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Say more on the way.")
    var verbose = false

    @Flag(help: "Use no colour, whatever the terminal can do.")
    var noColor = false

    var environment: [String: String] { ProcessInfo.processInfo.environment }

    var request: Request {
        var request = Request(folder: FilePath(repo), environment: environment)
        request.configuration = config.map { FilePath($0) }
        return request
    }

    var style: Style { Style(isPlain: noColor, environment: environment) }
}

/// Which services, compared with what, and what may be asked.
struct SelectionOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("Only these services and libraries.", valueName: "service"))
    var services: [String] = []

    @Option(
        help: ArgumentHelp("Say what changed since this commit; does not decide what is built.", valueName: "commit"))
    var base: String?

    @Flag(help: "Build the named services, and all that need them, whatever records say.")
    var force = false

    @Option(help: ArgumentHelp("Stop after this step.", valueName: "step"))
    var through = Step.Kind.push

    @Flag(help: "Ask no registry, and push to none.")
    var offline = false

    @Flag(help: "Fail when a ledger cannot be reached, instead of building what it may know.")
    var requireLedger = false

    func apply(to request: inout Request) {
        request.selection.services = services
        request.selection.base = base
        request.selection.isForced = force
        request.selection.through = through
        request.limits.isOffline = offline
        request.limits.requiresLedger = requireLedger
    }
}

extension Step.Kind: ExpressibleByArgument {}
