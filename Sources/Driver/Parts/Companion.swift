import Disk
import Execution
import Pipeline
import SystemPackage

/// A process of our own kind beside this one, whose story is listened to.
struct Companion: Sendable {
    /// What it is told after the name of the program.
    let arguments: [String]
    let environment: [String: String]
    /// Where its story goes: to a file of its own, because whoever listens may be gone before it ends.
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
            ["/bin/sh", "-c", "story=$0; exec \"$@\" >/dev/null 2>\"$story\"", log.string, Self.ownProgram()]
                + arguments,
            in: ".", environment: environment, log: FilePath(log.string + ".start"), timeout: Seconds(366 * 86_400))
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
        try read(from: &place, hear)
        if !place.rest.isEmpty { hear(String(decoding: place.rest, as: UTF8.self)) }
        return ending
    }

    /// Reads what is said until there is no more to wait for.
    private func listen(_ hear: @Sendable (String) -> Void) async throws -> Place {
        var place = Place()
        while !Task.isCancelled {
            try read(from: &place, hear)
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

    /// The path of this very program.
    private static func ownProgram() -> String { FilePath("/proc/self/exe").resolvingLinks().string }
}
