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

    /// What is known of a commit that was met.
    struct Node {
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

    private(set) var nodes: [Node] = []
    private var parentIDs: [ObjectID] = []
    /// Places in `nodes`, known once the child was read.
    private var parentSlots: [Int] = []
    private var slots: [ObjectID: Int] = [:]
    /// What was read, in the order of reading: newest first, as clocks say.
    private(set) var order: [Int] = []
    private var heap = TimeHeap()

    /// A history from its newest commit on.
    ///
    /// Throws when that is not in this clone.
    public init(
        from head: ObjectID, in repository: borrowing Repository, grading grade: @escaping Grading = { _ in 0 }
    ) throws(GitError) {
        (store, boundary, self.grade) = (repository.store, repository.boundary, grade)
        _ = try meet(head)
    }

    func parents(of node: Node) -> ArraySlice<Int> { parentSlots[node.parents] }

    /// Whether the commit is the newest one or one of its ancestors.
    public func contains(_ id: ObjectID) throws(GitError) -> Bool { try slot(of: id) != nil }

    /// The place of a commit that leads to the newest one; nil when it does not, or is not in this clone.
    func slot(of id: ObjectID) throws(GitError) -> Int? {
        if let slot = slots[id], nodes[slot].isRead { return slot }
        guard let time = try time(of: id) else { return nil }
        while !isBehind(time) {
            guard let slot = try read() else { return nil }
            if nodes[slot].id == id { return slot }
        }
        return nil
    }

    /// Whether all that is still to be read is older than a time.
    func isBehind(_ time: Int64) -> Bool {
        guard order.count >= Self.short, let next = heap.newest else { return heap.newest == nil }
        return next.time < time - Self.tolerance
    }

    /// When a commit was made, of those this clone holds.
    private func time(of id: ObjectID) throws(GitError) -> Int64? {
        if let slot = slots[id] { return nodes[slot].time }
        do {
            return try CommitObject(id, in: store).time
        } catch {
            guard case .missing = error else { throw error }
            return nil
        }
    }

    // MARK: - Reading

    /// Those that wait to be read.
    var waiting: [TimeHeap.Item] { heap.items }

    /// Reads on by one commit, and lets its parents wait.
    ///
    /// Returns its place, or nil at the end.
    @discardableResult
    func read() throws(GitError) -> Int? {
        guard let slot = heap.popNewest()?.slot else { return nil }
        nodes[slot].readAt = order.count
        order.append(slot)
        for index in nodes[slot].parents { parentSlots[index] = try meet(parentIDs[index]) }
        return slot
    }

    /// The place of a commit, which waits from the first time on that it is met.
    private func meet(_ id: ObjectID) throws(GitError) -> Int {
        if let slot = slots[id] { return slot }
        let object = try CommitObject(id, in: store, grading: grade)
        let isBoundary = boundary.contains(id)
        let start = parentIDs.count
        if !isBoundary { parentIDs += object.parents }
        parentSlots += Array(repeating: -1, count: parentIDs.count - start)
        let slot = nodes.count
        nodes.append(
            Node(
                id: id, tree: object.tree, time: object.time, grade: object.grade, isBoundary: isBoundary,
                parents: start..<parentIDs.count))
        slots[id] = slot
        heap.push(.init(time: object.time, id: id, slot: slot))
        return slot
    }
}
