import Disk
import Execution
import Pipeline
import SystemPackage

/// A process of our own kind beside this one, whose story is listened to.
struct Companion: Sendable {
    /// What it is told after the name of the program.
    let arguments: [String]
    let environment: [String: String]
    /// Where its story goes.
    let log: FilePath

    /// How far its story was read, and what is not a whole line yet.
    private struct Place: Sendable {
        var offset: Int64 = 0
        var rest: [UInt8] = []

        mutating func take(_ piece: ArraySlice<UInt8>, _ hear: (String) -> Void) {
            offset += Int64(piece.count)
            var lines = (rest + piece).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            rest = Array(lines.popLast() ?? [])
            for line in lines { hear(String(decoding: line, as: UTF8.self)) }
        }
    }

    private enum Done: Sendable {
        case running(Ending)
        case listening(Place)
    }

    /// Runs it to its end, and hands on each line of its story; what it answers is not asked for.
    ///
    /// A cancelled task tells it to stop, and waits until it has: it has children to end itself.
    func run(hearing hear: @escaping @Sendable (String) -> Void) async throws -> Ending {
        var invocation = Invocation(
            ["/bin/sh", "-c", "exec \"$0\" \"$@\" >/dev/null", Self.ownProgram()] + arguments, in: ".",
            environment: environment, log: log, timeout: Seconds(366 * 86_400))
        invocation.limits.grace = .seconds(14)
        var (ending, place) = (Ending.interrupted, Place())
        try await withThrowingTaskGroup(of: Done.self) { group in
            group.addTask { [invocation] in .running(try await invocation.run().ending) }
            group.addTask { .listening(try await listen(hear)) }
            while let done = try await group.next() {
                switch done {
                case .running(let how): ending = how
                case .listening(let upTo): place = upTo
                }
                group.cancelAll()
            }
        }
        try readRest(from: &place, hear)
        if !place.rest.isEmpty { hear(String(decoding: place.rest, as: UTF8.self)) }
        return ending
    }

    /// Reads what is said until there is no more to wait for.
    private func listen(_ hear: @Sendable (String) -> Void) async throws -> Place {
        var place = Place()
        while !Task.isCancelled {
            // What is packed meanwhile is read from there, once it has ended.
            do { try read(from: &place, hear) } catch { break }
            do { try await Task.sleep(for: .milliseconds(100)) } catch { break }
        }
        return place
    }

    private func read(from place: inout Place, _ hear: (String) -> Void) throws {
        guard let size = try log.status()?.size else { return }
        while place.offset < size {
            let piece = try log.slice(from: place.offset, count: Int(min(size - place.offset, 1 << 16)))
            guard !piece.isEmpty else { return }
            place.take(piece[...], hear)
        }
    }

    /// Reads what was said up to the end, packed or not.
    private func readRest(from place: inout Place, _ hear: (String) -> Void) throws {
        let story = CommandLog(at: log)
        guard try story.path.status() != nil || story.packed.status() != nil else { return }
        var known = place.offset
        try story.readChunks { piece in
            let old = min(Int64(piece.count), known)
            known -= old
            place.take(piece.dropFirst(Int(old)), hear)
            return true
        }
    }

    /// The path of this very program.
    private static func ownProgram() -> String { FilePath("/proc/self/exe").resolvingLinks().string }
}
