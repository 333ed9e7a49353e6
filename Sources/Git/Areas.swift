public import Pipeline

/// Folders by whose they are: a path is in the area of the innermost folder around it.
public struct Areas: Sendable {
    struct Node: Sendable {
        var path = Path.root
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
                    nodes.append(Node(path: nodes[node].path.appending(name)))
                    node = nodes.count - 1
                }
            }
            nodes[node].own = (nodes[node].own ?? []) + [area]
        }
    }
}

/// What changed in an area: the two versions of one of its folders, or something that takes a closer look.
struct AreaChange: Sendable {
    let area: Int
    /// The folder, which no other area lies in; nil where more than two versions of it are to be compared.
    let node: Int?
    let old: ObjectID?
    let new: ObjectID?
}

/// Which areas differ between two trees; reads nothing below the folder of an area with no other one in it.
struct AreaSearch {
    private let areas: [Areas.Node]
    private let store: ObjectStore
    private(set) var found: [AreaChange] = []

    init(_ areas: Areas, in store: ObjectStore) {
        (self.areas, self.store) = (areas.nodes, store)
    }

    /// The areas in which a tree differs from all of some others, each once, in order; how is in `found`, if there is but
    /// one other.
    mutating func changed(from old: [ObjectID?], to new: ObjectID) throws(GitError) -> [Int] {
        guard let first = old.first else { return [] }
        var common = try changed(from: first, to: new)
        for tree in old.dropFirst() where !common.isEmpty {
            let other = Set(try changed(from: tree, to: new))
            common.removeAll { !other.contains($0) }
        }
        return common
    }

    private mutating func changed(from old: ObjectID?, to new: ObjectID) throws(GitError) -> [Int] {
        found.removeAll(keepingCapacity: true)
        try compare(old, new, at: 0, owners: [])
        return found.count < 2 ? found.map(\.area) : Set(found.map(\.area)).sorted()
    }

    private mutating func compare(
        _ old: ObjectID?, _ new: ObjectID?, at node: Int, owners: [Int]
    ) throws(GitError) {
        guard old != new else { return }
        guard !areas[node].children.isEmpty else {
            for area in areas[node].own ?? [] { found.append(AreaChange(area: area, node: node, old: old, new: new)) }
            return
        }
        let owners = areas[node].own ?? owners
        var pair = try TreePair(old, new, in: store)
        while let difference = try pair.next() {
            guard let next = areas[node].children[Array(difference.name)] else {
                note(owners)
                continue
            }
            let (left, right) = (difference.old, difference.new)
            if left?.mode == .folder || right?.mode == .folder {
                try compare(left?.folder, right?.folder, at: next, owners: owners)
            }
            // A file where a folder was, or will be.
            let isFile = { (entry: TreeEntry?) in entry.map { $0.mode != .folder } ?? false }
            if isFile(left) || isFile(right) { note(areas[next].own ?? owners) }
        }
    }

    private mutating func note(_ areas: [Int]) {
        for area in areas { found.append(AreaChange(area: area, node: nil, old: nil, new: nil)) }
    }
}
