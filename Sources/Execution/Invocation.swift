import Glibc
public import Pipeline
internal import Subprocess
public import SystemPackage

// Runs one command with a deadline, a log file and the teardown of its whole process group.

/// One command, ready to be started.
public struct Invocation: Equatable, Sendable {
    /// The program and its arguments.
    public var arguments: [String]
    public var directory: FilePath
    /// All that the command sees; nothing is inherited.
    public var environment: [String: String]
    /// Where its output goes, standard error included; must not exist yet.
    public var log: FilePath
    public var timeout: Seconds
    /// How long a group that is told to stop may take before it is killed.
    public var grace: Duration
    /// How long to wait, after a child died of a stop signal, for the same signal to reach us: Jenkins ends our children
    /// before it ends us.
    public var patience: Duration

    public init(
        _ arguments: [String], in directory: FilePath, environment: [String: String], log: FilePath, timeout: Seconds,
        grace: Duration = .seconds(2), patience: Duration = .seconds(6)
    ) {
        (self.arguments, self.directory, self.environment) = (arguments, directory, environment)
        (self.log, self.timeout, self.grace, self.patience) = (log, timeout, grace, patience)
    }

    /// Runs the command to its end.
    ///
    /// When it returns, no process of its group is left.
    ///
    /// A cancelled task is an interrupt: the group is told to stop, then killed, and the ending is `.interrupted`. Throws
    /// only when the command could not be started for reasons that are not its own, such as a log that cannot be made.
    public func run() async throws -> Ending {
        let output = try openLog()
        let ending: Ending
        do {
            let race = try await Race(within: timeout) { try await spawn(into: output) }
            ending = race.isLate ? .timedOut(after: timeout) : race.value ?? .interrupted
        } catch let error as SubprocessError where error.code == .executableNotFound {
            ending = .notFound(arguments.first ?? "")
        } catch let error as SubprocessError {
            try output.close()
            throw ExecutionError.cannotStart(arguments.first ?? "", in: directory.string, reason: "\(error)")
        }
        try output.close()
        return Task.isCancelled ? .interrupted : await afterPatience(ending)
    }

    private func openLog() throws -> FileDescriptor {
        do {
            return try FileDescriptor.open(
                log, .writeOnly, options: [.create, .truncate, .append, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
        } catch let code as Errno {
            throw ExecutionError.cannotLog(log.string, code)
        }
    }

    private func spawn(into output: FileDescriptor) async throws -> Ending {
        let launch = Launch(arguments: arguments, directory: directory, environment: environment, grace: grace)
        let result = try await Subprocess.run(
            launch.configuration, input: .none, output: .fileDescriptor(output, closeAfterSpawningProcess: false),
            error: .combinedWithOutput)
        Launch.endGroup(of: result.processIdentifier.value)
        return Launch.ending(result.terminationStatus)
    }

    private func afterPatience(_ ending: Ending) async -> Ending {
        guard ending == .signalled(SIGTERM) || ending == .signalled(SIGINT) else { return ending }
        do {
            try await Task.sleep(for: patience)
            return ending
        } catch {
            return .interrupted
        }
    }
}

/// Why a command could not even be started.
public enum ExecutionError: Failure, Equatable {
    case cannotLog(String, Errno)
    case cannotStart(String, in: String, reason: String)
    case cannotTell(String, Errno)
    case tooMuchOutput(String, limit: Int)

    public var fault: Fault { .environment }
    public var hint: String? { nil }

    public var description: String {
        switch self {
        case .cannotLog(let path, let code): "\(path): cannot write the log: \(code)"
        case .cannotStart(let program, let directory, let reason):
            "\(program): cannot be started in \(directory): \(reason)"
        case .cannotTell(let program, let code): "\(program): cannot be given its input: \(code)"
        case .tooMuchOutput(let program, let limit): "\(program): said more than \(limit) bytes"
        }
    }
}
