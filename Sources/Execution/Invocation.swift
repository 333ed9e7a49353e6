import Glibc
public import Pipeline
public import SystemPackage

// Runs one command with a deadline, a log file and the teardown of its whole process group.

/// One command, ready to be started.
public struct Invocation: Equatable, Sendable {
    /// The program and its arguments.
    public var arguments: [String]
    public var directory: FilePath
    /// All that the command sees; nothing is inherited.
    public var environment: [String: String]
    /// Where its output goes, standard error included, while it runs; then it is packed.
    public var log: FilePath
    /// What ends it.
    public var limits: Limits
    /// What its log must not tell.
    public var redaction: Redaction?

    /// How long things may take.
    public struct Limits: Equatable, Sendable {
        public var timeout: Seconds
        /// How long it may say nothing.
        public var idle: Seconds?
        /// How long a group that is told to stop may take before it is killed.
        public var grace = Duration.seconds(2)
        /// How long to wait, after a child died of a stop signal, for the same signal to reach us: Jenkins ends our
        /// children before it ends us.
        public var patience = Duration.seconds(6)
        /// How long to wait in the same way after a child failed, as one does whose own children were stopped.
        public var hesitation = Duration.milliseconds(100)

        public init(timeout: Seconds) {
            self.timeout = timeout
        }
    }

    public init(
        _ arguments: [String], in directory: FilePath, environment: [String: String], log: FilePath, timeout: Seconds
    ) {
        (self.arguments, self.directory, self.environment) = (arguments, directory, environment)
        (self.log, limits) = (log, Limits(timeout: timeout))
    }

    /// Runs the command to its end.
    ///
    /// When it returns, no process of its group is left, and its log is packed.
    ///
    /// A cancelled task is an interrupt: the group is told to stop, then killed, and the ending is `.interrupted`. Throws
    /// only when the command could not be started or followed for reasons that are not its own, such as a log that cannot
    /// be written.
    public func run() async throws -> Conclusion {
        guard !Task.isCancelled else { return Conclusion(.interrupted) }
        let stop = try StopSwitch()
        return try await withTaskCancellationHandler {
            try await OwnThread.value { try carryOut(stop) }
        } onCancel: {
            stop.turn()
        }
    }

    private func carryOut(_ stop: StopSwitch) throws -> Conclusion {
        var log = try LogWriter(at: self.log, redaction)
        var conclusion = try follow(stop, &log)
        try log.finish()
        if conclusion.ending.isRed, stop.isTurned(within: wait(after: conclusion.ending)) {
            conclusion.ending = .interrupted
        }
        try pack(isHurried: stop.isTurned())
        return conclusion
    }

    private func follow(_ stop: StopSwitch, _ log: inout LogWriter) throws -> Conclusion {
        let launch = Launch(arguments: arguments, directory: directory, environment: environment)
        let limits = Supervision.Limits(
            timeout: limits.timeout, idle: limits.idle, grace: limits.grace, stop: stop)
        return try launch.run(told: [], outputs: 1, limits) { try log.take($1) }
    }

    /// How long a signal to us may be behind one that a child felt.
    private func wait(after ending: Ending) -> Duration {
        if case .signalled(let signal) = ending, signal != SIGKILL { return limits.patience }
        return min(limits.patience, limits.hesitation)
    }

    /// Packs the log; when there is no time for that, a long one stays plain.
    private func pack(isHurried: Bool) throws {
        let log = CommandLog(at: log)
        if isHurried, try log.path.stat(followTargetSymlink: true).size > 64 << 20 { return }
        try log.pack()
    }
}

/// How a command ended, and what it used.
public struct Conclusion: Equatable, Sendable {
    public var ending: Ending
    /// Time of processors, for it and all that it waited for, in milliseconds.
    public var cpuMs: Int64?
    /// The largest of its processes, in kilobytes; nil where it was not larger than Slipway itself.
    public var peakKB: Int64?

    public init(_ ending: Ending, cpuMs: Int64? = nil, peakKB: Int64? = nil) {
        (self.ending, self.cpuMs, self.peakKB) = (ending, cpuMs, peakKB)
    }
}

extension Ending {
    /// Whether somebody who stopped the command may have made it end so.
    fileprivate var isRed: Bool {
        switch self {
        case .exited(let code): code != 0
        case .signalled: true
        default: false
        }
    }
}
