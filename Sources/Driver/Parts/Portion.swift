public import Pipeline

/// How much of a frozen plan a run does, and as which try.
public struct Portion: Sendable {
    /// Nil: all of the plan, or the services that were named.
    public var shard: Shard?
    /// Nil: the next of which nothing is here.
    public var attempt: Int?

    public init() {}
}

/// Why parts cannot be left, found or read.
enum PartsError: Failure {
    case noPlan(String)
    case unreadable(String, String)
    case inFile(String, any Failure)
    case twoPlans(String, String)
    case notAFile(String)
    case dirty(Path)

    var fault: Fault {
        switch self {
        case .noPlan: .usage
        case .unreadable, .notAFile, .dirty: .input
        case .inFile(_, let error): error.fault
        case .twoPlans: .unverifiable
        }
    }

    var hint: String? {
        switch self {
        case .noPlan: "make it once, for all machines: slipway plan --json > plan.json, then --plan plan.json"
        case .unreadable: "copy it anew from the machine that wrote it"
        case .inFile(_, let error): error.hint
        case .twoPlans: "say which one is meant: --plan plan.json"
        case .notAFile: "name a part, a folder of parts, or a file that merge wrote"
        case .dirty: "agents build what is committed: commit or stash it, or leave --local-agents out"
        }
    }

    var description: String {
        switch self {
        case .noPlan(let what): "\(what) needs the plan it is about"
        case .unreadable(let place, let problem): "\(place.printable): is no part: \(problem)"
        case .inFile(let place, let error): "\(place.printable): \(error)"
        case .twoPlans(let one, let other): "\(one.printable) and \(other.printable) are about different plans"
        case .notAFile(let place): "\(place.printable): is neither a file nor a folder"
        case .dirty(let path): "\(path) is not committed"
        }
    }
}
