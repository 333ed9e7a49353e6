import CProcess
import Glibc
import Pipeline
import SystemPackage

/// Watches one command until it and all of its group are gone: hears what it says, and ends it when its time is over.
///
/// It blocks; a command has a thread of its own.
struct Supervision: ~Copyable {
    /// What ends a command before it ends itself.
    struct Limits {
        let timeout: Seconds
        /// How long it may say nothing.
        var idle: Seconds?
        /// How long those who are told to stop may take.
        let grace: Duration
        let stop: StopSwitch
    }

    /// Takes what is said on one of the outputs.
    typealias Sink = (Int, ArraySlice<UInt8>) throws -> Void

    private let handle: FileDescriptor
    private let limits: Limits
    private var group: ProcessGroup
    private var outputs: [FileDescriptor?]
    private var buffer = [UInt8](repeating: 0, count: 1 << 17)
    private let began = ContinuousClock.now
    /// Why it was told to stop, and when all that are left are killed.
    private var stopping: (why: Ending, end: ContinuousClock.Instant)?
    /// What went wrong while its output was taken.
    private var trouble: (any Error)?

    /// Takes over a process that leads a group, and the ends of pipes it writes to.
    init(_ process: pid_t, outputs: [FileDescriptor], limits: Limits) throws(ExecutionError) {
        let raw = slipway_process_handle(process)
        guard raw >= 0 else {
            let code = errno
            kill(-process, SIGKILL)
            waitpid(process, nil, 0)
            for output in outputs { output.closeQuietly() }
            throw .cannotWatch(Errno(rawValue: code))
        }
        (handle, group) = (FileDescriptor(rawValue: raw), ProcessGroup(leader: process))
        (self.outputs, self.limits) = (outputs, limits)
    }

    deinit {
        handle.closeQuietly()
        for output in outputs { output?.closeQuietly() }
    }

    /// Watches until nothing of the group is left.
    ///
    /// Throws what `sink` threw, once that is so.
    mutating func watch(_ sink: Sink) throws -> Conclusion {
        let own = Self.ownPeak
        attend(sink)
        // Until it is reaped, nobody else can have its number or lead a group of it.
        if stopping == nil { group.end() }
        group.reapLeader()
        awaitGroup(sink)
        drain(sink)
        if let trouble { throw trouble }
        let ending = stopping?.why ?? Launch.ending(group.status ?? 0)
        let peak = Int64(group.used.ru_maxrss)
        // A process begins with the memory of the one that starts it: what is smaller than that cannot be told.
        return Conclusion(ending, cpuMs: group.used.cpuMs, peakKB: peak > own + 1024 ? peak : nil)
    }

    private static var ownPeak: Int64 {
        var own = rusage()
        _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &own)
        return Int64(own.ru_maxrss)
    }

    // MARK: - While it runs

    /// Returns when the leader has ended.
    private mutating func attend(_ sink: Sink) {
        var heard = began
        while true {
            let isStopping = stopping != nil
            let sources = [handle.rawValue] + (isStopping ? [] : [limits.stop.descriptor]) + openOutputs
            let ready = Polling.wait(for: sources, until: nextMoment(heard: heard))
            if listen(ready, sink) { heard = .now }
            if ready.contains(handle.rawValue) { return }
            if let (_, end) = stopping {
                if ContinuousClock.now >= end { killAgain() }
            } else if trouble != nil || ready.contains(limits.stop.descriptor) {
                beginStopping(.interrupted)
            } else if ContinuousClock.now >= began + limits.timeout.duration {
                beginStopping(.timedOut(after: limits.timeout))
            } else if let idle = limits.idle, ContinuousClock.now >= heard + idle.duration {
                beginStopping(.silent(for: idle))
            }
        }
    }

    private var openOutputs: [Int32] { outputs.compactMap { $0?.rawValue } }

    private func nextMoment(heard: ContinuousClock.Instant) -> ContinuousClock.Instant {
        if let stopping { return stopping.end }
        let deadline = began + limits.timeout.duration
        return limits.idle.map { min(deadline, heard + $0.duration) } ?? deadline
    }

    private mutating func beginStopping(_ why: Ending) {
        stopping = (why, .now + limits.grace)
        group.askToStop()
    }

    private mutating func killAgain() {
        group.end()
        stopping?.end = .now + .seconds(1)
    }

    // MARK: - What it says

    /// Reads once from each output that has something; whether any had.
    private mutating func listen(_ ready: Set<Int32>, _ sink: Sink) -> Bool {
        var hasHeard = false
        for number in outputs.indices {
            guard let output = outputs[number], ready.contains(output.rawValue) else { continue }
            if read(number, from: output, atMost: buffer.count, sink) > 0 { hasHeard = true }
        }
        return hasHeard
    }

    /// Reads once; an output that has ended, or whose listener has, is closed.
    private mutating func read(_ number: Int, from output: FileDescriptor, atMost limit: Int, _ sink: Sink) -> Int {
        do {
            let count = try unsafe buffer.withUnsafeMutableBytes { bytes in
                try unsafe output.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes.prefix(limit)))
            }
            if count > 0 {
                try sink(number, buffer[..<count])
                return count
            }
        } catch Errno.wouldBlock {
            return 0
        } catch {
            trouble = trouble ?? error
        }
        output.closeQuietly()
        outputs[number] = nil
        return 0
    }

    // MARK: - When it has ended

    /// Waits for the rest of the group: as long as they were given when told to stop, else they are being killed.
    private mutating func awaitGroup(_ sink: Sink) {
        let end = stopping?.end ?? .now
        while !group.isGone() {
            if ContinuousClock.now >= end { group.end() }
            // A kill takes effect a moment later; the dead whom nobody reaps stay in their group.
            if ContinuousClock.now >= end + .milliseconds(500) { return }
            _ = listen(Polling.wait(for: openOutputs, until: .now + .milliseconds(1)), sink)
        }
    }

    /// Takes what is in the pipes by now, and no more: somebody who left the group may go on writing for ever.
    private mutating func drain(_ sink: Sink) {
        for number in outputs.indices {
            guard let output = outputs[number] else { continue }
            var left = Int(slipway_waiting_bytes(output.rawValue))
            while left > 0 {
                let count = read(number, from: output, atMost: min(left, buffer.count), sink)
                guard count > 0 else { break }
                left -= count
            }
        }
    }
}
