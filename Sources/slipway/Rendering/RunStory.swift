import Driver
import Foundation
import Pipeline

/// What is said of a run in plain lines, each of which stays readable on its own: `[service] …`.
///
/// There is a budget: an agent's log has to stay one that a browser opens.
struct RunStory {
    let isVerbose: Bool
    /// Whether the end of a failed step's log is part of the story; on a terminal the closing text has it.
    let tellsLogs: Bool
    private var budget = RunStory.budget
    private var logs: RunLogs?

    /// How many bytes of logs are told in all.
    static let budget = 2 << 20
    /// How many lines of one log.
    static let lineLimit = 200

    init(isVerbose: Bool, tellsLogs: Bool) {
        (self.isVerbose, self.tellsLogs) = (isVerbose, tellsLogs)
    }

    /// The lines an event is worth.
    mutating func lines(for event: Event) -> [String] {
        switch event {
        case .planned(let plan, let logs):
            self.logs = logs
            return begin(plan)
        case .waiting(let holder):
            return ["waiting for another run in this checkout (\(holder))"]
        case .stepStarted(let step, let command):
            guard tellsLogs || isVerbose else { return [] }
            let text = isVerbose ? command.map { ": \($0.joined(separator: " ").printable)" } ?? "" : ""
            return ["[\(step.service)] \(step.kind.rawValue)\(text)"]
        case .stepFinished(let step, let result, let log):
            guard !result.hasPassed || isVerbose else { return [] }
            let end = "[\(step.service)] \(step.kind.rawValue): \(result.ending.summary.printable)"
            return (result.hasPassed ? [] : tail(of: log, step.service)) + [end]
        case .settled(let outcome):
            let seconds = Double(outcome.steps.reduce(0) { $0 + $1.wallMs }) / 1000
            return ["[\(outcome.name)] \(outcome.verdict.state.rawValue) (\(seconds.formatted(decimals: 1)) s)"]
        case .note(let text): return ["note: \(text.printable)"]
        }
    }

    private func begin(_ plan: Plan) -> [String] {
        let notes = plan.notes.map { "note \($0.code.rawValue): \($0.message.printable)" }
        guard tellsLogs || isVerbose || plan.selected.count <= 10 else {
            return notes + ["\(plan.selected.count) services selected; slipway plan says why"]
        }
        return notes
            + plan.selected.map {
                "[\($0.name)] selected: \(PlanText.reason($0, isDirty: plan.repository.dirty).printable)"
            }
    }

    /// The end of a log, as far as the budget goes.
    private mutating func tail(of log: String?, _ service: ServiceName) -> [String] {
        guard tellsLogs, let log, let logs else { return [] }
        let all = logs.tail(of: log, lines: Self.lineLimit).map { "[\(service)] | \($0.printable)" }
        var kept: [String] = []
        for line in all.reversed() {
            budget -= line.utf8.count + 1
            guard budget >= 0 else {
                budget = 0
                break
            }
            kept.append(line)
        }
        let isWhole = kept.count == all.count
        let rest = isWhole ? [] : ["[\(service)] | … this run has said enough; all of it is in \(logs.path(of: log))"]
        return rest + kept.reversed()
    }
}

extension Double {
    func formatted(decimals: Int) -> String { String(format: "%.\(decimals)f", self) }
}
