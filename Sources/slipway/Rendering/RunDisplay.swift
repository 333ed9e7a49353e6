import CProcess
import Driver
import Glibc
import Pipeline
import Synchronization

/// Follows a run on standard error: with a live picture below the story on a terminal, as plain lines elsewhere.
final class RunDisplay: Sendable {
    private let manner: Manner
    private let jobs: Int
    private let style: Style
    private let state: Mutex<State>
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant

    private enum Manner { case silent, plain, live }

    private struct State {
        var story: RunStory
        var picture = RunPicture()
        /// The lines that stand on the screen below the story.
        var drawn: [String] = []
        var lastWord: Int64 = 0
    }

    /// The seconds after which somebody who hears nothing may think that it hangs.
    private static let silence: Int64 = 60

    init(_ common: CommonOptions, jobs: Int, isPlain: Bool = false) {
        let isDumb = common.environment["TERM"].map { $0 == "dumb" || $0.isEmpty } ?? true
        let isTerminal =
            !isPlain && isatty(STDERR_FILENO) == 1 && !isDumb && slipway_terminal_width(STDERR_FILENO) >= 40
        manner = common.quiet ? .silent : isTerminal ? .live : .plain
        style = Style(isPlain: common.noColor, environment: common.environment, descriptor: STDERR_FILENO)
        state = Mutex(State(story: RunStory(isVerbose: common.verbose, tellsLogs: !isTerminal)))
        (self.jobs, start) = (jobs, clock.now)
    }

    /// Shows the time go by while a body runs, and leaves the screen as a story that has ended.
    func following<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        guard manner != .silent else { return try await body() }
        defer { draw(lines: [], above: []) }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                do {
                    while true {
                        try await Task.sleep(for: .seconds(1))
                        self.tick()
                    }
                } catch {
                    return nil
                }
            }
            defer { group.cancelAll() }
            while let value = try await group.next() {
                if let value { return value }
            }
            throw CancellationError()
        }
    }

    func show(_ event: Event) {
        guard manner != .silent else { return }
        let now = now
        let (lines, picture) = state.withLock { state in
            state.picture.take(event, at: now, jobs: jobs)
            let lines = state.story.lines(for: event)
            if !lines.isEmpty { state.lastWord = now }
            return (lines, state.picture)
        }
        guard manner == .live else {
            for line in lines { Console.story(line) }
            return
        }
        draw(lines: Self.lines(of: picture, at: now), above: lines.map { colour($0, event) })
    }

    private func tick() {
        let now = now
        if manner == .live {
            let picture = state.withLock { $0.picture }
            draw(lines: Self.lines(of: picture, at: now), above: [])
            return
        }
        let heartbeat = state.withLock { state -> String? in
            guard now - state.lastWord >= Self.silence, let text = state.picture.heartbeat(at: now) else { return nil }
            state.lastWord = now
            return text
        }
        if let heartbeat { Console.story(heartbeat) }
    }

    private var now: Int64 { (clock.now - start).components.seconds }

    private static func lines(of picture: RunPicture, at now: Int64) -> [String] {
        let (width, height) = (slipway_terminal_width(STDERR_FILENO), slipway_terminal_height(STDERR_FILENO))
        return picture.lines(at: now, width: max(20, Int(width)), height: max(4, Int(height)))
    }

    /// Puts lines in place of those that stand on the screen, and others above them for good.
    private func draw(lines: [String], above story: [String]) {
        guard manner == .live else { return }
        let width = max(1, Int(slipway_terminal_width(STDERR_FILENO)))
        state.withLock { state in
            guard state.drawn != lines || !story.isEmpty else { return }
            // A terminal that was made narrower has broken the lines that were on it.
            let rows = state.drawn.reduce(0) { $0 + max(1, ($1.count + width - 1) / width) }
            let erase = rows > 0 ? "\u{1B}[\(rows)A\r\u{1B}[J" : ""
            let text = (story + lines.map { style.text($0, .grey) }).map { $0 + "\n" }.joined()
            Console.raw(erase + text)
            state.drawn = lines
        }
    }

    private func colour(_ line: String, _ event: Event) -> String {
        guard case .settled(let outcome) = event else { return line }
        return style.text(line, outcome.verdict.state.colour)
    }
}
