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
            ending = try await withDeadline { try await spawn(into: output) }
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
        let program = arguments.first ?? ""
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: grace)]
        let result = try await Subprocess.run(
            program.contains("/") ? .path(directory.pushing(FilePath(program))) : .name(program),
            arguments: Arguments(Array(arguments.dropFirst())), environment: .custom(keyedEnvironment),
            workingDirectory: directory, platformOptions: options, input: .none,
            output: .fileDescriptor(output, closeAfterSpawningProcess: false), error: .combinedWithOutput)
        Self.endGroup(of: result.processIdentifier.value)
        return switch result.terminationStatus {
        case .exited(let code): Self.ending(exit: code)
        case .signaled(let signal): .signalled(signal)
        }
    }

    /// Ends what a leader that is gone left behind in its group, obedient or not, and sees it gone.
    ///
    /// A kill takes effect a moment later, and a task that was cancelled cannot sleep, so this holds its thread for that
    /// moment; not for longer, because the dead whom nobody reaps stay in their group.
    private static func endGroup(of leader: pid_t) {
        guard kill(-leader, SIGKILL) == 0 else { return }
        for _ in 0..<200 where kill(-leader, 0) == 0 {
            // Orphans may have become ours to reap.
            while waitpid(-leader, nil, WNOHANG) > 0 {}
            usleep(1000)
        }
    }

    private var keyedEnvironment: [Environment.Key: String] {
        environment.reduce(into: [:]) { keyed, variable in
            if let key = Environment.Key(rawValue: variable.key) { keyed[key] = variable.value }
        }
    }

    /// A shell says 128+n of a command that a signal ended.
    private static func ending(exit code: Int32) -> Ending {
        [SIGINT, SIGKILL, SIGTERM].contains(code - 128) ? .signalled(code - 128) : .exited(code)
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

extension Invocation {
    private enum First: Sendable {
        case ended(Ending)
        case deadline
        case cancelled
    }

    /// The one race in this program: the command against its clock.
    ///
    /// Whichever comes second is cancelled, which ends a command with its whole group.
    private func withDeadline(_ body: @escaping @Sendable () async throws -> Ending) async throws -> Ending {
        try await withThrowingTaskGroup(of: First.self) { group in
            group.addTask { .ended(try await body()) }
            group.addTask {
                do {
                    try await Task.sleep(for: timeout.duration)
                    return .deadline
                } catch {
                    return .cancelled
                }
            }
            var isLate = false
            while let first = try await group.next() {
                switch first {
                case .ended(let ending):
                    group.cancelAll()
                    return isLate ? .timedOut(after: timeout) : ending
                case .deadline:
                    isLate = true
                    group.cancelAll()
                case .cancelled: continue
                }
            }
            return .interrupted
        }
    }
}

/// Why a command could not even be started.
public enum ExecutionError: Failure, Equatable {
    case cannotLog(String, Errno)
    case cannotStart(String, in: String, reason: String)

    public var fault: Fault { .environment }
    public var hint: String? { nil }

    public var description: String {
        switch self {
        case .cannotLog(let path, let code): "\(path): cannot write the log: \(code)"
        case .cannotStart(let program, let directory, let reason):
            "\(program): cannot be started in \(directory): \(reason)"
        }
    }
}
