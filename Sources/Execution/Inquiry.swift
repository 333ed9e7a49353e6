import Glibc
public import Pipeline
public import SystemPackage

/// A command that is asked something: what it says is the answer, and is kept in memory as far as a limit.
public struct Inquiry: Equatable, Sendable {
    /// The program and its arguments.
    public var arguments: [String]
    public var directory: FilePath
    /// All that the command sees; nothing is inherited.
    public var environment: [String: String]
    /// What it is told on its standard input.
    public var input: [UInt8] = []
    public var timeout = Seconds(300)
    /// How much it may say, in bytes: on standard output, and again on standard error.
    public var limit = 1 << 20

    public init(_ arguments: [String], in directory: FilePath, environment: [String: String]) {
        (self.arguments, self.directory, self.environment) = (arguments, directory, environment)
    }

    /// What a command said until its end.
    public struct Answer: Equatable, Sendable {
        public let ending: Ending
        public let output: [UInt8]
        public let errors: [UInt8]

        public init(_ ending: Ending, output: [UInt8] = [], errors: [UInt8] = []) {
            (self.ending, self.output, self.errors) = (ending, output, errors)
        }
    }

    /// Runs the command to its end, or to the end of its time.
    ///
    /// When it returns, no process of its group is left. A cancelled task is an interrupt. Throws when the command could not
    /// be started for reasons that are not its own, and when it says more than the limit.
    public func ask() async throws -> Answer {
        guard !Task.isCancelled else { return Answer(.interrupted) }
        let stop = try StopSwitch()
        return try await withTaskCancellationHandler {
            try await OwnThread.value { try listen(stop) }
        } onCancel: {
            stop.turn()
        }
    }

    private func listen(_ stop: StopSwitch) throws -> Answer {
        let launch = Launch(arguments: arguments, directory: directory, environment: environment)
        var said: [[UInt8]] = [[], []]
        let limits = Supervision.Limits(timeout: timeout, grace: .seconds(2), stop: stop)
        let conclusion = try launch.run(told: input, outputs: 2, limits) { number, piece in
            said[number] += piece
            guard said[number].count <= limit else {
                throw ExecutionError.tooMuchOutput(arguments.first ?? "", limit: limit)
            }
        }
        let ending = stop.isTurned() ? .interrupted : conclusion.ending
        return Answer(ending, output: said[0], errors: said[1])
    }
}
