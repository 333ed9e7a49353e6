import ArgumentParser
import Driver
import Pipeline

/// What the process says when it ends, in one place.
enum Exit: Int32, CaseIterable {
    case done = 0
    case unstable = 10
    case failed = 11
    case incomplete = 12
    case blocked = 20
    case unverifiable = 21
    case notYet = 22
    case history = 23
    case usage = 64
    case input = 65
    case bug = 70
    case environment = 75
    case interrupted = 130
    case terminated = 143

    init(_ fault: Fault) {
        self =
            switch fault {
            case .usage: .usage
            case .input: .input
            case .unverifiable: .unverifiable
            case .history: .history
            case .environment: .environment
            case .bug: .bug
            }
    }

    init(_ severity: RunOutcome.Severity) {
        self =
            switch severity {
            case .good: .done
            case .unstable: .unstable
            case .unavailable: .environment
            case .incomplete: .incomplete
            case .refused: .blocked
            case .failed: .failed
            }
    }

    var meaning: String {
        switch self {
        case .done: "done; nothing to do; allowed"
        case .unstable: "unstable: everything built, some test failed"
        case .failed: "failed: something did not build, package or push"
        case .incomplete: "incomplete: not everything planned was done"
        case .blocked: "blocked: the gate says no, or a published version would change"
        case .unverifiable: "unverifiable: signature, digest, identity or form is wrong"
        case .notYet: "not yet: evidence is missing or stale"
        case .history: "history insufficient: this clone cannot give the answer; see slipway doctor"
        case .usage: "wrong usage"
        case .input: "invalid configuration, policy or input file"
        case .bug: "a bug in Slipway"
        case .environment: "the world failed: registry, disk, network; a retry may help"
        case .interrupted, .terminated: "interrupted; no child is left, and what is known is on disk"
        }
    }

    /// The table for help texts.
    static var table: String {
        "EXIT STATUS:\n" + allCases.map { "  \($0.rawValue)".padding(to: 8) + $0.meaning }.joined(separator: "\n")
    }

    var thrown: ExitCode { ExitCode(rawValue) }
}

extension String {
    /// The text with spaces behind it, up to a number of characters.
    func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
