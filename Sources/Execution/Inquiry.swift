internal import CProcess
internal import Glibc
public import Pipeline
internal import Subprocess
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
        let program = arguments.first ?? ""
        let answer: Answer
        do {
            let race = try await Race(within: timeout) { try await spawn() }
            let ended = race.value ?? Answer(.interrupted)
            answer = race.isLate ? Answer(.timedOut(after: timeout), output: ended.output, errors: ended.errors) : ended
        } catch let error as SubprocessError where error.code == .executableNotFound {
            answer = Answer(.notFound(program))
        } catch let error as SubprocessError where error.code == .outputLimitExceeded {
            throw ExecutionError.tooMuchOutput(program, limit: limit)
        } catch let error as SubprocessError {
            guard !Task.isCancelled else { return Answer(.interrupted) }
            throw ExecutionError.cannotStart(program, in: directory.string, reason: "\(error)")
        }
        return Task.isCancelled ? Answer(.interrupted, output: answer.output, errors: answer.errors) : answer
    }

    private func spawn() async throws -> Answer {
        let launch = Launch(
            arguments: arguments, directory: directory, environment: environment, grace: .seconds(2))
        let result = try await Subprocess.run(
            launch.configuration, input: .fileDescriptor(try inputFile(), closeAfterSpawningProcess: true),
            output: .bytes(limit: limit), error: .bytes(limit: limit))
        Launch.endGroup(of: result.processIdentifier.value)
        return Answer(
            Launch.ending(result.terminationStatus), output: result.standardOutput, errors: result.standardError)
    }

    /// The input as a file without a name, in memory: a command that ends before it has read a pipe would end us, too.
    private func inputFile() throws -> FileDescriptor {
        do {
            let raw = slipway_memory_file()
            guard raw >= 0 else { throw Errno(rawValue: errno) }
            let file = FileDescriptor(rawValue: raw)
            do {
                try file.writeAll(input)
                try file.seek(offset: 0, from: .start)
            } catch {
                try file.close()
                throw error
            }
            return file
        } catch let code as Errno {
            throw ExecutionError.cannotTell(arguments.first ?? "", code)
        }
    }
}
