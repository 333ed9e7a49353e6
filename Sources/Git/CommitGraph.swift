import CLibgit2
public import Pipeline

/// All commits that lead to one, with their parents: what is an ancestor, and what is new since a base.
public struct CommitGraph {
    private let store: ObjectStore
    /// Children before parents, newer before older.
    private var nodes: [Node] = []
    private var positions: [ObjectID: Int] = [:]
    /// Whether this clone was made without the parents of some of these commits.
    public private(set) var isTruncated = false

    private struct Node {
        let id: ObjectID
        let tree: ObjectID
        let time: Int64
        let parents: [ObjectID]
        let isBoundary: Bool
    }

    /// Reads every commit reachable from `head`.
    ///
    /// Throws when one is missing that is not beyond a shallow boundary.
    public init(from head: ObjectID, in repository: borrowing Repository) throws(GitError) {
        store = repository.store
        var found: [ObjectID: Node] = [:]
        var pending = [head]
        while let id = pending.popLast() {
            guard found[id] == nil else { continue }
            let isBoundary = repository.boundary.contains(id)
            let node = try Self.node(id, isBoundary: isBoundary, in: store)
            found[id] = node
            isTruncated = isTruncated || isBoundary
            pending += node.parents
        }
        nodes = Self.sorted(found, from: head)
        for (position, node) in nodes.enumerated() { positions[node.id] = position }
    }

    /// Whether the commit is `head` or one of its ancestors.
    public func contains(_ id: ObjectID) -> Bool { positions[id] != nil }

    /// How far a commit lies back in the order of this graph; smaller is newer.
    ///
    /// Nil when it is no ancestor.
    public func age(of id: ObjectID) -> Int? { positions[id] }

    private static func node(_ id: ObjectID, isBoundary: Bool, in store: ObjectStore) throws(GitError) -> Node {
        let header = CommitHeader(bytes: try store.read(id, GIT_OBJECT_COMMIT, "commit"))
        guard let tree = header.tree else {
            throw .call("read commit", code: GIT_ERROR.rawValue, message: "the commit object \(id) is damaged")
        }
        return Node(
            id: id, tree: tree, time: header.time, parents: isBoundary ? [] : header.parents, isBoundary: isBoundary)
    }

    /// Kahn's order; among those that are ready the newest first, then by id, so that every clone gives the same.
    private static func sorted(_ found: [ObjectID: Node], from head: ObjectID) -> [Node] {
        var waiting: [ObjectID: Int] = [:]
        for node in found.values {
            for parent in node.parents { waiting[parent, default: 0] += 1 }
        }
        var ready = [found[head]].compactMap(\.self)
        var sorted: [Node] = []
        sorted.reserveCapacity(found.count)
        while let node = ready.popLast() {
            sorted.append(node)
            for parent in node.parents {
                waiting[parent, default: 1] -= 1
                guard waiting[parent] == 0, let next = found[parent] else { continue }
                let place = ready.partitioningIndex { ($0.time, $0.id) > (next.time, next.id) }
                ready.insert(next, at: place)
            }
        }
        return sorted
    }
}

extension Array {
    /// The first index whose element satisfies a predicate that is false and then true along the array.
    fileprivate func partitioningIndex(where isAfter: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

// MARK: - What is new since a base

extension CommitGraph {
    /// A commit that changed something, and for which bases that is new.
    public struct Step {
        public let commit: ObjectID
        public let changes: [TreeChange]
        /// Indices of the bases that do not lead to this commit.
        public let bases: [Int]
    }

    /// Visits, newest first, every commit without a second parent that changed a file in `folders` and is new to at
    /// least one base: reachable from the head, not from the base.
    ///
    /// A nil base is new to everything.
    ///
    /// Returns the indices of the bases for which the clone ends before the answer does.
    public func visit(
        since bases: [ObjectID?], within folders: PathSet?, _ body: (Step) throws(GitError) -> Void
    ) throws(GitError) -> Set<Int> {
        let hidden = hiddenBits(bases)
        let words = hidden.words
        var incomplete: Set<Int> = []
        for (position, node) in nodes.enumerated() {
            let visible = bases.indices.filter { hidden.bits[position * words + $0 / 64] >> UInt64($0 % 64) & 1 == 0 }
            guard !visible.isEmpty else { continue }
            if node.isBoundary { incomplete.formUnion(visible) }
            guard node.parents.count < 2, !node.isBoundary else { continue }
            let parentTree = node.parents.first.flatMap { positions[$0] }.map { nodes[$0].tree }
            var comparison = TreeComparison(store: store, folders: folders)
            try comparison.compare(parentTree, node.tree, at: .root, in: folders?.start ?? .inside)
            guard !comparison.changes.isEmpty else { continue }
            try body(Step(commit: node.id, changes: comparison.changes, bases: visible))
        }
        return incomplete
    }

    /// One bit a commit and base: whether the base leads to the commit.
    ///
    /// Children come first, so one pass is enough.
    private func hiddenBits(_ bases: [ObjectID?]) -> (bits: [UInt64], words: Int) {
        let words = max(1, (bases.count + 63) / 64)
        var bits = [UInt64](repeating: 0, count: nodes.count * words)
        for (index, base) in bases.enumerated() {
            guard let position = base.flatMap({ positions[$0] }) else { continue }
            bits[position * words + index / 64] |= 1 << UInt64(index % 64)
        }
        for (position, node) in nodes.enumerated() {
            for parent in node.parents.compactMap({ positions[$0] }) {
                for word in 0..<words { bits[parent * words + word] |= bits[position * words + word] }
            }
        }
        return (bits, words)
    }
}

/// The lines of a commit object that a walk needs.
private struct CommitHeader {
    var tree: ObjectID?
    var parents: [ObjectID] = []
    var time: Int64 = 0

    init(bytes: [UInt8]) {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")), end > rest.startIndex {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            if line.starts(with: "tree ".utf8) {
                tree = ObjectID(parsing: String(decoding: line.dropFirst(5), as: UTF8.self))
            } else if line.starts(with: "parent ".utf8) {
                if let id = ObjectID(parsing: String(decoding: line.dropFirst(7), as: UTF8.self)) { parents.append(id) }
            } else if line.starts(with: "committer ".utf8) {
                let fields = line.split(separator: UInt8(ascii: " "))
                time = fields.dropLast().last.flatMap { Int64(String(decoding: $0, as: UTF8.self)) } ?? 0
                return
            }
        }
    }
}
