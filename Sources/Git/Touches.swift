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

/// A commit that changed something in some areas.
public struct Touch {
    public let commit: ObjectID
    public let grade: UInt8
    public let areas: [Int]
    private let trees: (old: ObjectID?, new: ObjectID)
    private let store: ObjectStore

    init(_ node: CommitGraph.Node, areas: [Int], old: ObjectID?, in store: ObjectStore) {
        (commit, grade, self.areas, self.store) = (node.id, node.grade, areas, store)
        trees = (old, node.tree)
    }

    /// Hands over the paths it changed below some folders, until one is not wanted any more.
    public func eachPath(within folders: PathSet, _ take: (Path) -> Bool) throws(GitError) {
        try Tree(trees.new, in: store).eachChange(since: trees.old, within: folders) { take($0.path) }
    }
}

extension CommitGraph {
    /// Visits every commit without a second parent that changed something in an area to which it is new: to which the
    /// mark of the area does not lead.
    ///
    /// A mark that is nil has all of history new to it. Returns the marks for which the clone ends before the answer does.
    public func eachTouch(
        of areas: Areas, marks: [ObjectID?], markOf: [Int], _ take: (Touch) throws(GitError) -> Void
    ) throws(GitError) -> Set<Int> {
        let hidden = try Marks(marks, on: self)
        var incomplete: Set<Int> = []
        for slot in order where !hidden.isHidden(slot) {
            let node = nodes[slot]
            if node.isBoundary { incomplete.formUnion(marks.indices.filter { !hidden.isHidden(slot, from: $0) }) }
            guard node.parents.count < 2, !node.isBoundary else { continue }
            let old = parents(of: node).first.map { nodes[$0].tree }
            var found = AreaSearch(areas: areas.nodes, store: store)
            try found.compare(old, node.tree, at: 0, owners: [])
            let new = found.areasFound.filter { !hidden.isHidden(slot, from: markOf[$0]) }
            if !new.isEmpty { try take(Touch(node, areas: new, old: old, in: store)) }
        }
        return incomplete
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

    var areasFound: [Int] { found.sorted() }
}
