import Dispatch
import Driver
import Glibc
import Synchronization

/// The signals that end a run.
///
/// The first of them is remembered; all mean the same, however often they come.
final class Interruption: Sendable {
    private let first = Mutex<Int32?>(nil)
    /// Alive as long as signals are to be heard.
    private let sources = Mutex<[any DispatchSourceSignal]>([])
    private let alarm = Mutex<(any DispatchSourceTimer)?>(nil)

    /// How long putting things in order may take; whoever sent the signal kills after twenty seconds.
    private static let limit = DispatchTimeInterval.seconds(13)

    /// The code to leave with, once a signal has come.
    var exit: Exit? { first.withLock { $0 }.map(Self.exit) }

    private static func exit(for signal: Int32) -> Exit { signal == SIGINT ? .interrupted : .terminated }

    /// Runs a body that is cancelled when a signal comes.
    func guarding(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let signals = signals()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in signals { return true }
                return false
            }
            group.addTask {
                try await body()
                return false
            }
            while let isSignal = try await group.next() {
                group.cancelAll()
                if !isSignal { return }
            }
        }
    }

    /// The one signal source of the program.
    private func signals() -> AsyncStream<Int32> {
        AsyncStream { continuation in
            for number in [SIGINT, SIGTERM, SIGHUP] {
                signal(number, SIG_IGN)
                sources.withLock { sources in
                    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                    source.setEventHandler {
                        self.hear(number)
                        continuation.yield(number)
                    }
                    source.resume()
                    sources.append(source)
                }
            }
        }
    }

    /// Remembers the first signal, and sees to it that the program ends soon, even where something never ends.
    private func hear(_ number: Int32) {
        let isFirst = first.withLock { first in
            defer { first = first ?? number }
            return first == nil
        }
        guard isFirst else { return }
        alarm.withLock { alarm in
            let timer = DispatchSource.makeTimerSource(queue: .global())
            timer.schedule(deadline: .now() + Self.limit)
            timer.setEventHandler {
                Console.error("interrupted; something did not end in time, and is left as it is")
                Teardown.endProcesses()
                _exit(Self.exit(for: number).rawValue)
            }
            timer.resume()
            alarm = timer
        }
    }
}
