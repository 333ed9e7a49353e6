import CLibgit2
import Glibc
import Pipeline

/// What a walk needs of a commit object, read from its bytes.
struct CommitObject {
    let tree: ObjectID
    let parents: [ObjectID]
    let time: Int64
    let grade: UInt32

    init(_ id: ObjectID, in store: ObjectStore, grading grade: CommitGraph.Grading? = nil) throws(GitError) {
        self = try store.withCommit(id) { bytes throws(GitError) in try CommitObject(id, bytes, grading: grade) }
    }

    private init(_ id: ObjectID, _ bytes: UnsafeRawBufferPointer, grading grade: CommitGraph.Grading?) throws(GitError)
    {
        var reader = LineReader(bytes: bytes)
        guard let first = reader.next(), first.starts(with: "tree ".utf8),
            let tree = ObjectID(hexadecimal: first, from: 5)
        else { throw .call("read commit", code: GIT_ERROR.rawValue, message: "the commit object \(id) is damaged") }
        self.tree = tree
        var parents: [ObjectID] = []
        var time: Int64 = 0
        while let line = reader.next(), !line.isEmpty {
            if line.starts(with: "parent ".utf8) {
                if let parent = ObjectID(hexadecimal: line, from: 7) { parents.append(parent) }
            } else if line.starts(with: "committer ".utf8) {
                time = Self.time(of: line)
            }
        }
        (self.parents, self.time) = (parents, time)
        self.grade = grade.map { $0(Array(reader.rest)) } ?? 0
    }

    /// What the message of a commit is worth.
    static func grade(_ id: ObjectID, in store: ObjectStore, by grade: CommitGraph.Grading) throws(GitError) -> UInt32 {
        try store.withCommit(id) { bytes in
            var reader = LineReader(bytes: bytes)
            while let line = reader.next(), !line.isEmpty {}
            return grade(Array(reader.rest))
        }
    }

    /// The number before the time zone, which stands after the last blank.
    static func time(of line: UnsafeRawBufferPointer) -> Int64 {
        guard let zone = line.lastIndex(of: 0x20) else { return 0 }
        let before = line[..<zone]
        let start = before.lastIndex(of: 0x20).map { $0 + 1 } ?? 0
        let isNegative = before[start...].first == UInt8(ascii: "-")
        var time: Int64 = 0
        for byte in before[start...] where (0x30...0x39).contains(byte) {
            time = time &* 10 &+ Int64(byte - 0x30)
        }
        return isNegative ? -time : time
    }
}

/// Lines of a header, and what stands behind the empty one.
struct LineReader {
    let bytes: UnsafeRawBufferPointer
    var position = 0

    mutating func next() -> UnsafeRawBufferPointer? {
        guard position < bytes.count, let base = bytes.baseAddress else { return nil }
        let end =
            memchr(base + position, 0x0A, bytes.count - position).map { UnsafeRawPointer($0) - base } ?? bytes.count
        defer { position = min(end + 1, bytes.count) }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<end])
    }

    var rest: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[position...]) }
}

extension ObjectID {
    /// Reads forty digits of a text.
    init?(hexadecimal text: UnsafeRawBufferPointer, from start: Int) {
        guard text.count >= start + 40 else { return nil }
        func number(_ range: Range<Int>) -> UInt64? {
            var number: UInt64 = 0
            for index in range {
                let digit: UInt8
                switch text[start + index] {
                case let byte where (0x30...0x39).contains(byte): digit = byte - 0x30
                case let byte where (0x61...0x66).contains(byte): digit = byte - 0x57
                default: return nil
                }
                number = number << 4 | UInt64(digit)
            }
            return number
        }
        guard let high = number(0..<16), let middle = number(16..<32), let low = number(32..<40) else { return nil }
        self.init(high: high, middle: middle, low: UInt32(low))
    }
}

/// Commits that wait to be read: the newest first, of two of one moment the one with the smaller id.
struct TimeHeap: Sendable {
    struct Item: Sendable {
        let time: Int64
        let id: ObjectID
        let slot: Int

        func comes(before other: Item) -> Bool { time == other.time ? id < other.id : time > other.time }
    }

    private(set) var items: [Item] = []

    var newest: Item? { items.first }

    mutating func push(_ item: Item) {
        items.append(item)
        var child = items.count - 1
        while child > 0, items[child].comes(before: items[(child - 1) / 2]) {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func popNewest() -> Item? {
        guard let newest = items.first, let last = items.popLast() else { return nil }
        guard !items.isEmpty else { return newest }
        items[0] = last
        var parent = 0
        while true {
            var best = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < items.count {
                if items[child].comes(before: items[best]) { best = child }
            }
            guard best != parent else { return newest }
            items.swapAt(parent, best)
            parent = best
        }
    }
}
