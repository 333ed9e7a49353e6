import Glibc
public import Pipeline

/// The commits that lead to one, read back from it, newest first, as far as questions need.
///
/// A commit is parsed once, whoever asks about it: what its message asks of versions is graded while it is at hand.
public final class CommitGraph {
    /// What a message is worth to whoever walks, in one byte.
    public typealias Grading = (_ message: [UInt8]) -> UInt8

    let store: ObjectStore
    private let grade: Grading
    private let boundary: Set<ObjectID>
    /// How many seconds the clocks of long histories may be wrong; short ones are read whole before an order by time is
    /// believed.
    private static let tolerance: Int64 = 86_400
    private static let short = 4096

    /// All that was read so far: another task may go on from it.
    public struct Reading: Sendable {
        fileprivate(set) var nodes: [Node] = []
        fileprivate var parentIDs: [ObjectID] = []
        /// Places in `nodes`, known once the child was read.
        fileprivate var parentSlots: [Int] = []
        fileprivate var slots: [ObjectID: Int] = [:]
        /// What was read, in the order of reading: newest first, as clocks say.
        fileprivate(set) var order: [Int] = []
        fileprivate var heap = TimeHeap()
    }

    public private(set) var reading = Reading()

    /// What is known of a commit that was met.
    struct Node: Sendable {
        let id: ObjectID
        let tree: ObjectID
        let time: Int64
        let grade: UInt8
        /// Whether this clone was made without its parents.
        let isBoundary: Bool
        let parents: Range<Int>
        /// When it was read, in the order of reading.
        var readAt: Int?

        var isRead: Bool { readAt != nil }
    }

    var nodes: [Node] { reading.nodes }
    var order: [Int] { reading.order }

    /// A history from its newest commit on.
    ///
    /// Throws when that is not in this clone.
    public init(
        from head: ObjectID, in repository: borrowing Repository, grading grade: @escaping Grading = { _ in 0 }
    ) throws(GitError) {
        (store, boundary, self.grade) = (repository.store, repository.boundary, grade)
        _ = try meet(head)
    }

    /// The same history, as far as it was read elsewhere.
    public init(resuming reading: Reading, in repository: borrowing Repository) {
        (store, boundary, grade) = (repository.store, repository.boundary, { _ in 0 })
        self.reading = reading
    }

    func parents(of node: Node) -> ArraySlice<Int> { reading.parentSlots[node.parents] }

    /// Whether the commit is the newest one or one of its ancestors.
    public func contains(_ id: ObjectID) throws(GitError) -> Bool { try slot(of: id) != nil }

    /// The place of a commit that leads to the newest one; nil when it does not, or is not in this clone.
    func slot(of id: ObjectID) throws(GitError) -> Int? {
        if let slot = reading.slots[id], nodes[slot].isRead { return slot }
        guard let time = try time(of: id) else { return nil }
        while !isBehind(time) {
            guard let slot = try read() else { return nil }
            if nodes[slot].id == id { return slot }
        }
        return nil
    }

    /// Whether all that is still to be read is older than a time.
    func isBehind(_ time: Int64) -> Bool {
        guard order.count >= Self.short, let next = reading.heap.newest else { return reading.heap.newest == nil }
        return next.time < time - Self.tolerance
    }

    /// When a commit was made, of those this clone holds.
    private func time(of id: ObjectID) throws(GitError) -> Int64? {
        if let slot = reading.slots[id] { return nodes[slot].time }
        do {
            return try CommitObject(id, in: store).time
        } catch {
            guard case .missing = error else { throw error }
            return nil
        }
    }

    /// The newest commits, as clocks say, at most so many.
    public func newest(_ count: Int) throws(GitError) -> [ObjectID] {
        while order.count < count, try read() != nil {}
        return order.prefix(count).map { nodes[$0].id }
    }

    // MARK: - Reading

    /// Those that wait to be read.
    var waiting: [TimeHeap.Item] { reading.heap.items }

    /// Reads on by one commit, and lets its parents wait.
    ///
    /// Returns its place, or nil at the end.
    @discardableResult
    func read() throws(GitError) -> Int? {
        guard let slot = reading.heap.popNewest()?.slot else { return nil }
        reading.nodes[slot].readAt = order.count
        reading.order.append(slot)
        for index in nodes[slot].parents { reading.parentSlots[index] = try meet(reading.parentIDs[index]) }
        return slot
    }

    /// The place of a commit, which waits from the first time on that it is met.
    private func meet(_ id: ObjectID) throws(GitError) -> Int {
        if let slot = reading.slots[id] { return slot }
        let object = try CommitObject(id, in: store, grading: grade)
        let isBoundary = boundary.contains(id)
        let start = reading.parentIDs.count
        if !isBoundary { reading.parentIDs += object.parents }
        reading.parentSlots += Array(repeating: -1, count: reading.parentIDs.count - start)
        let slot = nodes.count
        reading.nodes.append(
            Node(
                id: id, tree: object.tree, time: object.time, grade: object.grade, isBoundary: isBoundary,
                parents: start..<reading.parentIDs.count))
        reading.slots[id] = slot
        reading.heap.push(.init(time: object.time, id: id, slot: slot))
        return slot
    }
}
