import Driver
import Pipeline
import Synchronization
import SystemPackage

extension RunCommand {
    /// Carries the plan out with several processes, and answers as one run would.
    func run(_ agents: Int, _ request: Request, _ display: RunDisplay) async throws {
        let heard = Heard()
        let run = try await LocalAgents(request, count: agents, options: options).run { event in
            display.show(event)
        } hearing: { agent, line in
            if heard.isNew(line, from: agent) { Console.story(line) }
        }
        if !common.quiet { for note in run.merged.notes { Console.story("note: \(note)") } }
        try run.merged.answer(common)
        if run.interrupted { throw CancellationError() }
        let exit = run.hasBug ? Exit.bug : Exit(run.merged.outcome.worst)
        if exit != .done { throw exit.thrown }
    }

    /// What each agent is told as this process was.
    private var options: [String] {
        let values: [(String, String?)] = [
            ("--config", common.config), ("--key", key), ("--through", selection.through.rawValue),
        ]
        let flags = [
            ("--quiet", common.quiet), ("--verbose", common.verbose), ("--offline", selection.offline),
            ("--require-ledger", selection.requireLedger),
        ]
        return values.flatMap { name, value in value.map { [name, $0] } ?? [] } + flags.filter(\.1).map(\.0)
    }
}

/// What agents said: all of them tell about the plan, and once is enough.
private final class Heard: Sendable {
    private let first = Mutex<[String: Int]>([:])
    private static let limit = 10_000

    /// Whether no other agent said the same before.
    func isNew(_ line: String, from agent: Int) -> Bool {
        first.withLock { first in
            if let other = first[line] { return other == agent }
            if first.count < Self.limit { first[line] = agent }
            return true
        }
    }
}
