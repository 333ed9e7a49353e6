/// What became of one step that was begun.
public struct StepResult: Equatable, Sendable, Codable {
    public let kind: Step.Kind
    public let ending: Ending
    /// Wall time in milliseconds.
    public let wallMs: Int64
    /// The log file, relative to the folder of the run; nil for steps without a command.
    public let log: String?
    /// Time of processors in milliseconds, for the command and all that it waited for.
    public var cpuMs: Int64?
    /// The largest of its processes, in kilobytes, where that can be told.
    public var peakKB: Int64?

    public init(_ kind: Step.Kind, _ ending: Ending, wallMs: Int64 = 0, log: String? = nil) {
        (self.kind, self.ending, self.wallMs, self.log) = (kind, ending, wallMs, log)
    }

    /// Whether what comes next in the same service may begin.
    public var hasPassed: Bool { ending == .exited(0) || ending == .done }
}

/// How a step ended.
public enum Ending: Equatable, Sendable {
    /// A command ended by itself.
    case exited(Int32)
    /// A command was ended by a signal that we did not send.
    case signalled(Int32)
    case timedOut(after: Seconds)
    /// It said nothing for too long.
    case silent(for: Seconds)
    /// The program is not there.
    case notFound(String)
    /// We were told to stop.
    case interrupted
    /// A step without a command (image, push) is complete.
    case done
    /// A step without a command failed because of its input: one sentence, one thing to try.
    case failed(String, hint: String?)
    /// A published name would have changed its content.
    case refused(String, hint: String?)
    /// Registry, disk or network failed.
    case unavailable(String, hint: String?)
}

extension Ending {
    /// The ending in a few words, for tables and messages.
    public var summary: String {
        switch self {
        case .exited(0), .done: "done"
        case .exited(let code): "exit \(code)"
        case .signalled(let signal): "killed by signal \(signal)"
        case .timedOut(let limit): "stopped after \(limit)"
        case .silent(let limit): "stopped: it said nothing for \(limit)"
        case .notFound(let program): "\(program): command not found"
        case .interrupted: "interrupted"
        case .failed(let message, _), .refused(let message, _), .unavailable(let message, _): message
        }
    }

    public var hint: String? {
        switch self {
        case .failed(_, let hint), .refused(_, let hint), .unavailable(_, let hint): hint
        default: nil
        }
    }
}

extension Ending: Codable {
    private enum CodingKeys: String, CodingKey {
        case state, exit, signal, limit, program, message, hint
    }

    private enum State: String, Codable {
        case exited, signalled, timedOut, silent, notFound, interrupted, done, failed, refused, unavailable
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func message() throws -> String { try container.decode(String.self, forKey: .message) }
        func hint() throws -> String? { try container.decodeIfPresent(String.self, forKey: .hint) }
        self =
            switch try container.decode(State.self, forKey: .state) {
            case .exited: .exited(try container.decode(Int32.self, forKey: .exit))
            case .signalled: .signalled(try container.decode(Int32.self, forKey: .signal))
            case .timedOut: .timedOut(after: try container.decode(Seconds.self, forKey: .limit))
            case .silent: .silent(for: try container.decode(Seconds.self, forKey: .limit))
            case .notFound: .notFound(try container.decode(String.self, forKey: .program))
            case .interrupted: .interrupted
            case .done: .done
            case .failed: .failed(try message(), hint: try hint())
            case .refused: .refused(try message(), hint: try hint())
            case .unavailable: .unavailable(try message(), hint: try hint())
            }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        func write(_ state: State, message: String, hint: String?) throws {
            try container.encode(state, forKey: .state)
            try container.encode(message, forKey: .message)
            if let hint { try container.encode(hint, forKey: .hint) }
        }
        switch self {
        case .exited(let code):
            try container.encode(State.exited, forKey: .state)
            try container.encode(code, forKey: .exit)
        case .signalled(let signal):
            try container.encode(State.signalled, forKey: .state)
            try container.encode(signal, forKey: .signal)
        case .timedOut(let limit):
            try container.encode(State.timedOut, forKey: .state)
            try container.encode(limit, forKey: .limit)
        case .silent(let limit):
            try container.encode(State.silent, forKey: .state)
            try container.encode(limit, forKey: .limit)
        case .notFound(let program):
            try container.encode(State.notFound, forKey: .state)
            try container.encode(program, forKey: .program)
        case .interrupted: try container.encode(State.interrupted, forKey: .state)
        case .done: try container.encode(State.done, forKey: .state)
        case .failed(let message, let hint): try write(.failed, message: message, hint: hint)
        case .refused(let message, let hint): try write(.refused, message: message, hint: hint)
        case .unavailable(let message, let hint): try write(.unavailable, message: message, hint: hint)
        }
    }
}
