import Dispatch
import Glibc
import Synchronization

/// The signals that end a run.
///
/// The first of them is remembered; all mean the same, however often they come.
final class Interruption: Sendable {
    private let first = Mutex<Int32?>(nil)
    /// Alive as long as signals are to be heard.
    private let sources = Mutex<[any DispatchSourceSignal]>([])

    /// The code to leave with, once a signal has come.
    var exit: Exit? { first.withLock { $0 }.map { $0 == SIGINT ? .interrupted : .terminated } }

    /// Runs a body that is cancelled when a signal comes.
    func guarding(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let signals = signals()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await number in signals {
                    self.first.withLock { $0 = $0 ?? number }
                    return true
                }
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
                    source.setEventHandler { continuation.yield(number) }
                    source.resume()
                    sources.append(source)
                }
            }
        }
    }
}
