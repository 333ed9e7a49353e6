public import Pipeline
public import SystemPackage

/// Why a command could not be started or followed.
public enum ExecutionError: Failure, Equatable {
    case cannotLog(String, Errno)
    case cannotReadLog(String, Errno)
    case damagedLog(String)
    case cannotStart(String, in: String, reason: String)
    case cannotTell(String, Errno)
    case cannotWatch(Errno)
    case noPipe(Errno)
    case noThread(Errno)
    case tooMuchOutput(String, limit: Int)

    public var fault: Fault { .environment }

    public var hint: String? {
        switch self {
        case .cannotWatch: "Linux 5.3 or later is needed"
        case .noPipe, .noThread: "this machine has too little left: see ulimit -a"
        default: nil
        }
    }

    public var description: String {
        switch self {
        case .cannotLog(let path, let code): "\(path): cannot write the log: \(code)"
        case .cannotReadLog(let path, let code): "\(path): cannot read the log: \(code)"
        case .damagedLog(let path): "\(path): is damaged, or no log of this version"
        case .cannotStart(let program, let directory, let reason):
            "\(program): cannot be started in \(directory): \(reason)"
        case .cannotTell(let program, let code): "\(program): cannot be given its input: \(code)"
        case .cannotWatch(let code): "a command cannot be watched: \(code)"
        case .noPipe(let code): "no pipe for a command: \(code)"
        case .noThread(let code): "no thread for a command: \(code)"
        case .tooMuchOutput(let program, let limit): "\(program): said more than \(limit) bytes"
        }
    }
}
