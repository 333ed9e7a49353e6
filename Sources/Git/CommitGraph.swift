import Glibc
public import Pipeline

/// The commits that lead to one, read back from it, newest first, as far as questions need.
///
/// A commit is parsed once, whoever asks about it: what its message asks of versions is graded while it is at hand. Where
/// git keeps a file of commits it is not parsed at all.
public final class CommitGraph {
    /// What a message is worth to whoever walks, in one number.
    public typealias Grading = (_ message: [UInt8]) -> UInt32

    let store: ObjectStore
    private let grade: Grading
    private let boundary: Set<ObjectID>
    private let file: GraphFile?
    /// How many seconds the clocks of long histories may be wrong; short ones are read whole before an order by time is
    /// believed.
    private static let tolerance: Int64 = 86_400
    private static let short = 4096

    /// All that was read so far: another task may go on from it.
    public struct Reading: Sendable {
        fileprivate(set) var nodes: [Node] = []
        /// Of commits that were read as objects, until they are told their places.
        fileprivate var parentIDs: [ObjectID] = []
        /// Places in `nodes`, of commits that were read.
        fileprivate(set) var parentSlots: [Int] = []
        fileprivate var slots: [ObjectID: Int] = [:]
        /// By place in git's own file, one more than the place in `nodes`.
        fileprivate var slotsInFile: [UInt32] = []
        fileprivate var checksums: [ObjectID] = []
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
        /// Nil where the message was not at hand.
        let grade: UInt32?
        let origin: Origin
        /// Places in `parentSlots`, once it was read.
        fileprivate(set) var parents = 0..<0
        /// When it was read, in the order of reading.
        fileprivate(set) var readAt: Int?

        var isRead: Bool { readAt != nil }
        /// Whether this clone was made without its parents.
        var isBoundary: Bool { if case .boundary = origin { true } else { false } }
    }

    /// Where the parents of a commit are written.
    enum Origin: Sendable {
        /// Places in `parentIDs`.
        case object(Range<Int>)
        /// A place in git's own file.
        case file(Int)
        case boundary
    }

    var nodes: [Node] { _read { yield reading.nodes } }
    var order: [Int] { _read { yield reading.order } }

    /// A history from its newest commit on.
    ///
    /// Throws when that is not in this clone.
    public init(
        from head: ObjectID, in repository: borrowing Repository, grading grade: @escaping Grading = { _ in 0 }
    ) throws(GitError) {
        (store, boundary, self.grade) = (repository.store, repository.boundary, grade)
        file = try repository.graphFile()
        if let file { reading.slotsInFile = Array(repeating: 0, count: file.count) }
        reading.checksums = file?.checksums ?? []
        _ = try meet(head)
    }

    /// The same history, as far as it was read elsewhere.
    public init(resuming reading: Reading, in repository: borrowing Repository) throws(GitError) {
        (store, boundary, grade) = (repository.store, repository.boundary, { _ in 0 })
        self.reading = reading
        let file = reading.checksums.isEmpty ? nil : try repository.graphFile()
        self.file = file?.checksums == reading.checksums ? file : nil
        guard self.file == nil, !reading.checksums.isEmpty else { return }
        // Git wrote another file meanwhile, in which places are others.
        for slot in nodes.indices { self.reading.slots[nodes[slot].id] = slot }
    }

    func parents(of node: Node) -> ArraySlice<Int> { reading.parentSlots[node.parents] }

    /// Whether the commit is the newest one or one of its ancestors.
    public func contains(_ id: ObjectID) throws(GitError) -> Bool { try slot(of: id) != nil }

    /// The place of a commit that leads to the newest one; nil when it does not, or is not in this clone.
    func slot(of id: ObjectID) throws(GitError) -> Int? {
        if let slot = knownSlot(of: id), nodes[slot].isRead { return slot }
        guard let time = try time(of: id) else { return nil }
        while !isBehind(time) {
            guard let slot = try read() else { return nil }
            if nodes[slot].id == id { return slot }
        }
        return nil
    }

    private func knownSlot(of id: ObjectID) -> Int? {
        guard let file, let place = file.place(of: id) else { return reading.slots[id] }
        return slot(inFile: place)
    }

    private func slot(inFile place: Int) -> Int? {
        let slot = Int(reading.slotsInFile[place])
        return slot == 0 ? nil : slot - 1
    }

    /// Whether all that is still to be read is older than a time.
    func isBehind(_ time: Int64) -> Bool {
        guard order.count >= Self.short, let next = reading.heap.newest else { return reading.heap.newest == nil }
        return next.time < time - Self.tolerance
    }

    /// When a commit was made, of those this clone holds.
    private func time(of id: ObjectID) throws(GitError) -> Int64? {
        if let slot = knownSlot(of: id) { return nodes[slot].time }
        if let file, let place = file.place(of: id) { return file.commit(at: place).time }
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
    var waiting: [TimeHeap.Item] { _read { yield reading.heap.items } }

    /// Reads on by one commit, and lets its parents wait.
    ///
    /// Returns its place, or nil at the end.
    @discardableResult
    func read() throws(GitError) -> Int? {
        guard let slot = reading.heap.popNewest()?.slot else { return nil }
        reading.nodes[slot].readAt = order.count
        reading.order.append(slot)
        let start = reading.parentSlots.count
        try meetParents(of: slot)
        reading.nodes[slot].parents = start..<reading.parentSlots.count
        return slot
    }

    private func meetParents(of slot: Int) throws(GitError) {
        let start = reading.parentSlots.count
        switch nodes[slot].origin {
        case .boundary: break
        case .object(let places):
            for place in places { reading.parentSlots.append(try meet(reading.parentIDs[place])) }
        case .file(let place):
            if let file, file.addParents(of: place, to: &reading.parentSlots) {
                for index in start..<reading.parentSlots.count {
                    reading.parentSlots[index] = meet(inFile: reading.parentSlots[index], file)
                }
                return
            }
            reading.parentSlots.removeSubrange(start...)
            for id in try CommitObject(nodes[slot].id, in: store).parents {
                reading.parentSlots.append(try meet(id))
            }
        }
    }

    /// The place of a commit, which waits from the first time on that it is met.
    private func meet(_ id: ObjectID) throws(GitError) -> Int {
        if let file, let place = file.place(of: id) { return meet(inFile: place, file) }
        if let slot = reading.slots[id] { return slot }
        let object = try CommitObject(id, in: store, grading: grade)
        let start = reading.parentIDs.count
        reading.parentIDs += object.parents
        let slot = add(
            Node(
                id: id, tree: object.tree, time: object.time, grade: object.grade,
                origin: boundary.contains(id) ? .boundary : .object(start..<reading.parentIDs.count)))
        reading.slots[id] = slot
        return slot
    }

    /// The same for one that git's own file knows.
    private func meet(inFile place: Int, _ file: GraphFile) -> Int {
        if let slot = slot(inFile: place) { return slot }
        let commit = file.commit(at: place)
        let slot = add(Node(id: commit.id, tree: commit.tree, time: commit.time, grade: nil, origin: .file(place)))
        reading.slotsInFile[place] = UInt32(slot + 1)
        return slot
    }

    private func add(_ node: Node) -> Int {
        let slot = reading.nodes.count
        reading.nodes.append(node)
        reading.heap.push(.init(time: node.time, id: node.id, slot: slot))
        return slot
    }
}
