import ArgumentParser
import CProcess
import Driver
import Glibc
import Pipeline

// One file a subcommand; rendering, signals, exit codes. No decisions.

@main
struct Slipway: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slipway",
        abstract:
            "Builds and tests what a commit changed, versions and pushes its images, and records how stable they are.",
        version: Builder.version,
        subcommands: [
            InitCommand.self, DoctorCommand.self, PlanCommand.self, RunCommand.self, VersionCommand.self,
            ReleaseCommand.self, ImageCommand.self, RecordCommand.self, ReproduceCommand.self, FlakyCommand.self,
            GateCommand.self, WaiveCommand.self, WaiversCommand.self,
            CleanCommand.self,
        ])

    static func main() async {
        slipway_keep_freed_memory()
        let interruption = Interruption()
        do {
            try await interruption.guarding {
                var command = try command(Array(CommandLine.arguments.dropFirst()))
                if var asynchronous = command as? any AsyncParsableCommand {
                    try await asynchronous.run()
                } else {
                    try command.run()
                }
            }
        } catch {
            end(with: error, interruption)
        }
    }

    /// The command that arguments ask for.
    ///
    /// One that is named first is read without the tree of all the others, whose making takes longer than the planning of a
    /// small repository; whatever is not plain is left to the tree.
    private static func command(_ arguments: [String]) throws -> any ParsableCommand {
        let named = configuration.subcommands.first { $0.configuration.commandName == arguments.first }
        guard let named, named.configuration.subcommands.isEmpty else { return try parseAsRoot(arguments) }
        do {
            let command = try named.parseAsRoot(Array(arguments.dropFirst()))
            // A question for help is answered by a command of the parser's own.
            if type(of: command) == named { return command }
        } catch {}
        return try parseAsRoot(arguments)
    }

    /// Says what went wrong and leaves with the code for it.
    private static func end(with error: any Error, _ interruption: Interruption) -> Never {
        if let code = interruption.exit, error is CancellationError {
            Console.error("interrupted")
            Glibc.exit(code.rawValue)
        }
        guard let failure = error as? any Failure else {
            guard isOfParser(error) else {
                Console.error("this is a bug: \(error)")
                Glibc.exit(Exit.bug.rawValue)
            }
            endParsing(with: error)
        }
        Console.error("\(failure)")
        if let hint = failure.hint { Console.error("  \(hint)") }
        Glibc.exit(Exit(failure.fault).rawValue)
    }

    /// Prints a help text, which tells the exit codes at its end, or what was wrong with the arguments.
    private static func endParsing(with error: any Error) -> Never {
        let text = fullMessage(for: error)
        guard exitCode(for: error) == .success, text.hasPrefix("OVERVIEW: ") else { exit(withError: error) }
        do {
            try Console.answer("\(text)\n\n\(Exit.table)\n")
        } catch {
            Glibc.exit(Exit.environment.rawValue)
        }
        Glibc.exit(Exit.done.rawValue)
    }

    private static func isOfParser(_ error: any Error) -> Bool {
        error is ExitCode || error is ValidationError || error is CleanExit || "\(type(of: error))" == "CommandError"
    }
}
