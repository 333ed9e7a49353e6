public import Pipeline
public import SystemPackage

/// The log of something that is no command, such as a build that a daemon does: what it says, without what must not be read.
public struct StoryLog: ~Copyable {
    private var writer: LogWriter
    private let path: FilePath

    /// Makes the log, in place of one that is there.
    public init(at path: FilePath, hiding redaction: Redaction?) throws(ExecutionError) {
        writer = try LogWriter(at: path, redaction)
        self.path = path
    }

    public mutating func take(_ text: String) throws(ExecutionError) { try writer.take(Array(text.utf8)[...]) }

    /// Ends and packs it.
    public mutating func finish() throws {
        try writer.finish()
        try CommandLog(at: path).pack()
    }
}

/// A short command that puts something in order, and is run to its end although the task was cancelled.
public struct TidyingCommand: Sendable {
    private let errand: Errand

    public init(_ arguments: [String], environment: [String: String], timeout: Seconds = Seconds(60)) {
        errand = Errand(arguments: arguments, environment: environment, timeout: timeout)
    }

    /// Holds the thread.
    public func run() throws(ExecutionError) -> Inquiry.Answer { try errand.run() }
}
