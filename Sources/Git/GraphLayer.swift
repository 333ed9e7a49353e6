import Pipeline

/// One file of what git keeps of commits beside them (https://git-scm.com/docs/gitformat-commit-graph).
final class GraphLayer {
    /// How many commits stand in the layers below, and in this one.
    let below: Int
    let count: Int
    /// Tells its content from that of any other.
    let checksum: ObjectID
    let ids: SortedIDs
    private let file: Mapping
    /// For each commit its tree, two parents, and the time.
    private let commits: UnsafePointer<UInt8>
    /// Further parents of merges.
    private let edges: UnsafePointer<UInt8>
    private let edgeCount: Int

    private static let header = 8
    /// A name of four bytes, and an offset of eight.
    private static let row = 12
    private static let trailer = 20
    private static let commitSize = 36
    private static let none: UInt32 = 0x7000_0000
    /// Set in what leads to further parents, and in the last of those.
    private static let flag: UInt32 = 0x8000_0000

    /// Opens a file that stands on so many layers with so many commits.
    ///
    /// Nil when it cannot be read, makes no sense, or is of another version or hash.
    init?(_ name: String, on layers: Int, below: Int) {
        guard let file = Mapping(name), file.size > Self.header + Self.trailer, file.number(at: 0) == 0x4347_5048,
            file.start[4] == 1, file.start[5] == 1, Int(file.start[7]) == layers, let chunks = Self.chunks(of: file),
            let fanout = chunks[0x4F49_4446], fanout.count == 1024, let ids = chunks[0x4F49_444C],
            let commits = chunks[0x4344_4154], let count = SortedIDs.count(file.start + fanout.lowerBound),
            ids.count == 20 * count, commits.count == Self.commitSize * count
        else { return nil }
        let edges = chunks[0x4544_4745] ?? 0..<0
        self.ids = SortedIDs(
            fanout: file.start + fanout.lowerBound, ids: file.start + ids.lowerBound, count: count)
        self.commits = file.start + commits.lowerBound
        (self.edges, edgeCount) = (file.start + edges.lowerBound, edges.count / 4)
        (self.below, self.count, self.file) = (below, count, file)
        checksum = ObjectID(reading: file.start + file.size - Self.trailer)
    }

    /// Where the parts of a file lie, by their names as numbers; nil when one lies outside of it.
    private static func chunks(of file: Mapping) -> [UInt32: Range<Int>]? {
        let table = Int(file.start[6])
        guard header + row * (table + 1) + trailer <= file.size else { return nil }
        let limit = UInt64(file.size - trailer)
        func offset(_ index: Int) -> UInt64 {
            let place = header + row * index + 4
            return UInt64(file.number(at: place)) << 32 | UInt64(file.number(at: place + 4))
        }
        var chunks: [UInt32: Range<Int>] = [:]
        for index in 0..<table {
            let (start, end) = (offset(index), offset(index + 1))
            guard start >= UInt64(header + row * (table + 1)), start <= end, end <= limit else { return nil }
            chunks[file.number(at: header + row * index)] = Int(start)..<Int(end)
        }
        return chunks
    }

    // MARK: - Commits, by their place in this file

    private func number(_ start: UnsafePointer<UInt8>, _ offset: Int) -> UInt32 {
        UInt32(bigEndian: UnsafeRawPointer(start + offset).loadUnaligned(as: UInt32.self))
    }

    func tree(at place: Int) -> ObjectID { ObjectID(reading: commits + Self.commitSize * place) }

    func time(at place: Int) -> Int64 {
        let row = commits + Self.commitSize * place
        return Int64(number(row, 28) & 3) << 32 | Int64(number(row, 32))
    }

    /// Adds the places of the parents among all layers; false when they make no sense.
    func addParents(at place: Int, to places: inout [Int]) -> Bool {
        let row = commits + Self.commitSize * place
        let (first, second) = (number(row, 20), number(row, 24))
        guard first != Self.none else { return second == Self.none }
        guard add(first, to: &places) else { return false }
        guard second != Self.none else { return true }
        guard second & Self.flag != 0 else { return add(second, to: &places) }
        var index = Int(second & ~Self.flag)
        while index < edgeCount {
            let edge = number(edges, 4 * index)
            guard add(edge & ~Self.flag, to: &places) else { return false }
            if edge & Self.flag != 0 { return true }
            index += 1
        }
        return false
    }

    private func add(_ place: UInt32, to places: inout [Int]) -> Bool {
        guard Int(place) < below + count else { return false }
        places.append(Int(place))
        return true
    }
}
