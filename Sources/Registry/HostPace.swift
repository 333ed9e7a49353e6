import Pipeline
import Synchronization

/// How hard one host is asked by everybody in this process: a host in trouble is asked by one at a time, and by nobody
/// while it wants a pause, so that services that are published together also slow down together.
final class HostPace: Sendable {
    /// How one request went, as far as others should know.
    enum Ending: Equatable {
        case well
        /// The host is in trouble, and may have said for how long.
        case strained(Duration?)
        /// It failed for reasons of its own.
        case failed
    }

    fileprivate struct Waiter {
        let number: UInt64
        let continuation: CheckedContinuation<Void, Never>
    }

    fileprivate struct State {
        var running = 0
        var window: Int
        var strain = 0
        var strainedAt: ContinuousClock.Instant
        var pausedUntil: ContinuousClock.Instant
        var waiters: [Waiter] = []
        var numbers: UInt64 = 0
        var wasReached = false
    }

    fileprivate enum Answer {
        case go
        case pause(until: ContinuousClock.Instant)
        case queue(UInt64)
    }

    private let limits: RegistryLimits
    private let state: Mutex<State>

    init(_ limits: RegistryLimits) {
        self.limits = limits
        let now = ContinuousClock.now
        state = Mutex(State(window: limits.requests, strainedAt: now, pausedUntil: now))
    }

    /// Whether any request was ever answered: a host that was there is worth more patience than one that never was.
    var wasReached: Bool { state.withLock { $0.wasReached } }

    /// Waits until a request may go; every turn ends in `finish`.
    func turn() async throws -> ContinuousClock.Instant {
        while true {
            guard !Task.isCancelled else {
                // A place that was offered to a cancelled task is for the next one.
                wake()
                throw CancellationError()
            }
            let now = ContinuousClock.now
            switch state.withLock({ $0.answer(at: now) }) {
            case .go: return now
            case .pause(let end): try await Task.sleep(until: end)
            case .queue(let number): await queue(number)
            }
        }
    }

    /// Ends a turn that began at a moment.
    func finish(_ began: ContinuousClock.Instant, _ ending: Ending) {
        let now = ContinuousClock.now
        state.withLock { state in
            state.running -= 1
            switch ending {
            case .failed: break
            case .well:
                state.wasReached = true
                // What was on its way before the trouble began says nothing about its end.
                guard began >= state.strainedAt else { break }
                state.strain = 0
                state.window = min(state.window + 1, limits.requests)
            case .strained(let wish):
                state.note(wish, began: began, now: now, limits)
            }
        }
        wake()
    }

    private func queue(_ number: UInt64) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isFree = state.withLock { state in
                    guard state.running >= state.window, !Task.isCancelled else { return true }
                    state.waiters.append(Waiter(number: number, continuation: continuation))
                    return false
                }
                if isFree { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.number == number }.map { state.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume()
        }
    }

    private func wake() {
        let woken = state.withLock { state in
            let count = min(max(state.window - state.running, 0), state.waiters.count)
            defer { state.waiters.removeFirst(count) }
            return Array(state.waiters.prefix(count))
        }
        for waiter in woken { waiter.continuation.resume() }
    }
}

extension HostPace.State {
    fileprivate mutating func answer(at now: ContinuousClock.Instant) -> HostPace.Answer {
        if now < pausedUntil { return .pause(until: pausedUntil) }
        guard running < window else {
            numbers += 1
            return .queue(numbers)
        }
        running += 1
        return .go
    }

    /// Requests that were on their way together fail together, and count once.
    fileprivate mutating func note(
        _ wish: Duration?, began: ContinuousClock.Instant, now: ContinuousClock.Instant, _ limits: RegistryLimits
    ) {
        wasReached = true
        var pause = wish ?? .zero
        if began >= strainedAt {
            strainedAt = now
            window = 1
            if wish == nil { pause = limits.retries.pause(after: strain) }
            strain += 1
        }
        pausedUntil = max(pausedUntil, now + pause)
    }
}
