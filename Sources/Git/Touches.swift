public import Pipeline

/// Folders by whose they are: a path is in the area of the innermost folder around it.
public struct Areas: Sendable {
    struct Node: Sendable {
        var children: [[UInt8]: Int] = [:]
        /// The areas whose folder this is; nil where only the way to one leads through.
        var own: [Int]?
    }

    private(set) var nodes = [Node()]

    /// Areas are told apart by their numbers; several may share a folder, and one may have several.
    public init(_ folders: some Sequence<(folder: Path, area: Int)>) {
        for (folder, area) in folders {
            var node = 0
            for name in folder.components {
                if let next = nodes[node].children[name] {
                    node = next
                } else {
                    nodes[node].children[name] = nodes.count
                    node = nodes.count
                    nodes.append(Node())
                }
            }
            nodes[node].own = (nodes[node].own ?? []) + [area]
        }
    }
}

/// What is asked of a history: who changed what since when.
public struct TouchQuestion: Sendable {
    public var areas: Areas
    /// Commits that hide all they lead to; nil hides nothing.
    public var marks: [ObjectID?]
    /// For each area the marks it is asked about: a commit is new to it when one of them does not lead there.
    public var marksOf: [[Int]]
    /// Whether only first parents are followed, and merges count for what they bring in.
    public var followsFirstParents = false
    /// Whether merges are told that have what no parent has.
    public var wantsMerges = false
    /// Bits of grades whose commits are told whatever they change.
    public var wanted: UInt8 = 0

    public init(areas: Areas, marks: [ObjectID?], marksOf: [[Int]]) {
        (self.areas, self.marks, self.marksOf) = (areas, marks, marksOf)
    }
}

/// A commit that changed something in some areas.
public struct Touch {
    public let commit: ObjectID
    public let grade: UInt8
    public let isMerge: Bool
    /// How many commits came before it, newest first.
    public let rank: Int
    /// The areas it changed and is new to.
    public let areas: [Int]
    /// All areas it changed.
    public let changed: [Int]
    private let trees: (old: [ObjectID?], new: ObjectID)
    private let slot: Int
    private let hidden: Marks
    private let store: ObjectStore

    fileprivate init(
        _ node: CommitGraph.Node, _ slot: Int, areas: [Int], changed: [Int], old: [ObjectID?], _ hidden: Marks,
        in store: ObjectStore
    ) {
        (commit, grade, isMerge, rank) = (node.id, node.grade, node.parents.count > 1, node.readAt ?? 0)
        (self.slot, self.areas, self.changed, self.hidden, self.store) = (slot, areas, changed, hidden, store)
        trees = (old, node.tree)
    }

    /// Whether a mark leads to it.
    public func isHidden(from mark: Int) -> Bool { hidden.isHidden(slot, from: mark) }

    /// Hands over the paths it changed below some folders, until one is not wanted any more.
    ///
    /// Of a merge that was told for what no parent has: the paths in which it differs from all of them.
    public func eachPath(within folders: PathSet, _ take: (Path) -> Bool) throws(GitError) {
        let tree = Tree(trees.new, in: store)
        guard trees.old.count > 1 else {
            return try tree.eachChange(since: trees.old.first ?? nil, within: folders) { take($0.path) }
        }
        var common: Set<Path>?
        for old in trees.old {
            let paths = Set(try tree.changes(since: old, within: folders).map(\.path))
            common = common?.intersection(paths) ?? paths
        }
        for path in (common ?? []).sorted() where !take(path) { return }
    }
}

extension CommitGraph {
    /// Visits every commit that changed something in an area to which it is new, newest first.
    ///
    /// Returns the marks for which the clone ends before the answer does.
    public func eachTouch(
        of question: TouchQuestion, _ take: (Touch) throws(GitError) -> Void
    ) throws(GitError) -> Set<Int> {
        let hidden = try Marks(question.marks, on: self)
        var incomplete: Set<Int> = []
        for slot in question.followsFirstParents ? firstParents() : order where !hidden.isHidden(slot) {
            let node = nodes[slot]
            if node.isBoundary {
                incomplete.formUnion(question.marks.indices.filter { !hidden.isHidden(slot, from: $0) })
                continue
            }
            let isMerge = node.parents.count > 1 && !question.followsFirstParents
            guard !isMerge || question.wantsMerges else { continue }
            let parents = parents(of: node).map { nodes[$0].tree }
            let old: [ObjectID?] = isMerge ? parents : [parents.first]
            let changed = try changed(in: question.areas, from: old, to: node.tree)
            let new = changed.filter { area in
                question.marksOf[area].contains { !hidden.isHidden(slot, from: $0) }
            }
            guard !new.isEmpty || (!isMerge && node.grade & question.wanted != 0) else { continue }
            try take(Touch(node, slot, areas: new, changed: changed, old: old, hidden, in: store))
        }
        return incomplete
    }

    /// The areas in which a tree differs from all of some others.
    private func changed(in areas: Areas, from old: [ObjectID?], to new: ObjectID) throws(GitError) -> [Int] {
        var common: Set<Int>?
        for tree in old {
            var search = AreaSearch(areas: areas.nodes, store: store)
            try search.compare(tree, new, at: 0, owners: [])
            common = common?.intersection(search.found) ?? search.found
            if common?.isEmpty == true { break }
        }
        return (common ?? []).sorted()
    }

    /// The newest commit, its first parent, and so on, as far as was read.
    private func firstParents() -> [Int] {
        var chain: [Int] = []
        var next = order.first
        while let slot = next, nodes[slot].isRead {
            chain.append(slot)
            next = parents(of: nodes[slot]).first
        }
        return chain
    }

    /// The newest commit that changed each of some paths since the mark that is asked of, as far as there is one.
    ///
    /// A merge counts when no parent has what it has.
    public func newestChanges(of questions: [(path: Path, mark: Int)], marks: [ObjectID?]) throws(GitError)
        -> [ObjectID?]
    {
        var answers = [ObjectID?](repeating: nil, count: questions.count)
        let hidden = try Marks(marks, on: self)
        var open: [Path: [Int]] = [:]
        for (index, question) in questions.enumerated() { open[question.path, default: []].append(index) }
        var (folders, asked) = (PathSet(open.keys), open.count)
        for slot in order where !hidden.isHidden(slot) {
            guard !open.isEmpty else { break }
            let node = nodes[slot]
            guard !node.isBoundary else { continue }
            for path in try changed(by: node, within: folders) {
                let unanswered = (open[path] ?? []).filter { index in
                    guard !hidden.isHidden(slot, from: questions[index].mark) else { return true }
                    answers[index] = node.id
                    return false
                }
                if open[path] != nil { open[path] = unanswered.isEmpty ? nil : unanswered }
            }
            // Where nothing is asked any more nothing need be read.
            if open.count * 2 <= asked { (folders, asked) = (PathSet(open.keys), open.count) }
        }
        return answers
    }

    /// The paths in which a commit differs from all of its parents.
    private func changed(by node: Node, within folders: PathSet) throws(GitError) -> Set<Path> {
        let tree = Tree(node.tree, in: store)
        let parents = parents(of: node)
        guard let first = parents.first else { return Set(try tree.changes(since: nil, within: folders).map(\.path)) }
        var changed = Set(try tree.changes(since: nodes[first].tree, within: folders).map(\.path))
        for parent in parents.dropFirst() where !changed.isEmpty {
            changed.formIntersection(try tree.changes(since: nodes[parent].tree, within: folders).map(\.path))
        }
        return changed
    }
}

/// Which areas differ between two trees; reads nothing below the folder of an area with no other one in it.
private struct AreaSearch {
    let areas: [Areas.Node]
    let store: ObjectStore
    var found: Set<Int> = []

    init(areas: [Areas.Node], store: ObjectStore) {
        (self.areas, self.store) = (areas, store)
    }

    mutating func compare(
        _ old: ObjectID?, _ new: ObjectID?, at node: Int, owners: [Int]
    ) throws(GitError) {
        guard old != new else { return }
        let owners = areas[node].own ?? owners
        guard !areas[node].children.isEmpty else {
            found.formUnion(owners)
            return
        }
        var pair = try TreePair(old, new, in: store)
        while let difference = try pair.next() {
            guard let next = areas[node].children[Array(difference.name)] else {
                found.formUnion(owners)
                continue
            }
            let (left, right) = (difference.old, difference.new)
            if left?.mode == .folder || right?.mode == .folder {
                try compare(left?.folder, right?.folder, at: next, owners: owners)
            }
            // A file where a folder was, or will be.
            let isFile = { (entry: TreeEntry?) in entry.map { $0.mode != .folder } ?? false }
            if isFile(left) || isFile(right) { found.formUnion(areas[next].own ?? owners) }
        }
    }
}
