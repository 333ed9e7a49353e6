import CProcess
import Glibc
import SystemPackage

/// A thread for what blocks, so that no task has to wait for a system call.
public enum OwnThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Begins something that nobody waits for.
    public static func start(_ body: @escaping @Sendable () -> Void) throws(ExecutionError) {
        let work = unsafe Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            unsafe work.release()
            throw .noThread(Errno(rawValue: code))
        }
        pthread_detach(thread)
    }

    /// Does something that blocks, and gives what it came to.
    static func value<Value: Sendable>(of body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try start { continuation.resume(with: Result(catching: body)) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}

/// What tells a blocked thread to stop.
final class StopSwitch: Sendable {
    let descriptor: Int32

    init() throws(ExecutionError) {
        descriptor = slipway_make_switch()
        guard descriptor >= 0 else { throw .noThread(Errno(rawValue: errno)) }
    }

    deinit { close(descriptor) }

    func turn() { slipway_turn_switch(descriptor) }

    /// Waits for it to be turned, for some time; whether it was.
    func isTurned(within time: Duration = .zero) -> Bool {
        Polling.wait(for: [descriptor], until: ContinuousClock.now + time).contains(descriptor)
    }
}

/// Waiting for descriptors, which is what threads of commands do.
enum Polling {
    /// Those that can be read, or will never be again; none when the time has come.
    static func wait(for descriptors: [Int32], until moment: ContinuousClock.Instant) -> Set<Int32> {
        var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while true {
            // Rounded up: a millisecond too late is better than many rounds too early.
            let left = max(.zero, moment - ContinuousClock.now)
            let time =
                left.components.seconds * 1000 + (left.components.attoseconds + 999_999_999_999_999)
                / 1_000_000_000_000_000
            let count = unsafe poll(&entries, nfds_t(entries.count), Int32(clamping: time))
            if count > 0 { return Set(entries.filter { $0.revents != 0 }.map(\.fd)) }
            if count == 0 && time <= Int64(Int32.max) { return [] }
        }
    }
}
