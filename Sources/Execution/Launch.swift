import Glibc
import Pipeline
import Subprocess
import SystemPackage

/// What every command is started with: exactly its environment, and a session of its own, so that all it starts can be
/// ended with it.
struct Launch {
    let arguments: [String]
    let directory: FilePath
    let environment: [String: String]
    let grace: Duration

    var configuration: Configuration {
        let program = arguments.first ?? ""
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: grace)]
        return Configuration(
            executable: program.contains("/") ? .path(directory.pushing(FilePath(program))) : .name(program),
            arguments: Arguments(Array(arguments.dropFirst())), environment: .custom(keyedEnvironment),
            workingDirectory: directory, platformOptions: options)
    }

    private var keyedEnvironment: [Environment.Key: String] {
        environment.reduce(into: [:]) { keyed, variable in
            if let key = Environment.Key(rawValue: variable.key) { keyed[key] = variable.value }
        }
    }

    /// Ends what a leader that is gone left behind in its group, obedient or not, and sees it gone.
    ///
    /// A kill takes effect a moment later, and a task that was cancelled cannot sleep, so this holds its thread for that
    /// moment; not for longer, because the dead whom nobody reaps stay in their group.
    static func endGroup(of leader: pid_t) {
        guard kill(-leader, SIGKILL) == 0 else { return }
        for _ in 0..<200 where kill(-leader, 0) == 0 {
            // Orphans may have become ours to reap.
            while waitpid(-leader, nil, WNOHANG) > 0 {}
            usleep(1000)
        }
    }

    /// A shell says 128+n of a command that a signal ended.
    static func ending(_ status: TerminationStatus) -> Ending {
        switch status {
        case .exited(let code) where [SIGINT, SIGKILL, SIGTERM].contains(code - 128): .signalled(code - 128)
        case .exited(let code): .exited(code)
        case .signaled(let signal): .signalled(signal)
        }
    }
}

/// The one race in this program: a command against its clock.
///
/// Whichever comes second is cancelled, which ends a command with its whole group.
struct Race<Value: Sendable>: Sendable {
    /// What the command came to; nil when it was not even waited for.
    let value: Value?
    /// Whether the clock was first.
    let isLate: Bool

    private enum First: Sendable {
        case ended(Value)
        case deadline
        case cancelled
    }

    init(within timeout: Seconds, _ body: @escaping @Sendable () async throws -> Value) async throws {
        (value, isLate) = try await withThrowingTaskGroup(of: First.self) { group in
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
                case .ended(let value):
                    group.cancelAll()
                    return (value, isLate)
                case .deadline:
                    isLate = true
                    group.cancelAll()
                case .cancelled: continue
                }
            }
            return (nil, isLate)
        }
    }
}
