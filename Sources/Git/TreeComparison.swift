import Pipeline

/// Compares two trees, reading only what differs.
///
/// libgit2's own diff reads both whole.
struct TreeComparison {
    let store: ObjectStore
    /// Only changes in these folders are wanted; nil is everything.
    let folders: PathSet?
    var changes: [TreeChange] = []

    init(store: ObjectStore, folders: PathSet?) {
        (self.store, self.folders) = (store, folders)
    }

    mutating func compare(
        _ old: ObjectID?, _ new: ObjectID?, at folder: Path, in node: PathSet.Node
    ) throws(GitError) {
        guard old != new else { return }
        var left = try Cursor(old, in: store)
        var right = try Cursor(new, in: store)
        while let side = left.order(against: right) {
            if side == .both, left.hasSameEntry(as: right) {
                try left.advance()
                try right.advance()
                continue
            }
            let name = side == .right ? right.name : left.name
            let old = side == .right ? nil : left.value
            let new = side == .left ? nil : right.value
            if side != .right { try left.advance() }
            if side != .left { try right.advance() }
            guard let next = folders.map({ $0.step(from: node, to: name) }) ?? .inside else { continue }
            try differ(old, new, at: folder.appending(name), in: next)
        }
    }

    private mutating func differ(
        _ old: TreeEntry?, _ new: TreeEntry?, at path: Path, in node: PathSet.Node
    ) throws(GitError) {
        if old?.mode == .folder || new?.mode == .folder {
            try compare(old?.folder, new?.folder, at: path, in: node)
        }
        let change = TreeChange(path: path, old: old?.file, new: new?.file)
        if node == .inside, change.old != nil || change.new != nil { changes.append(change) }
    }
}

extension TreeEntry {
    fileprivate var folder: ObjectID? { mode == .folder ? id : nil }
    fileprivate var file: TreeEntry? { mode == .folder ? nil : self }
}

/// A place in a tree object, moving forward.
private struct Cursor {
    let tree: RawTree
    var entry: RawTree.Entry?

    enum Side { case left, right, both }

    init(_ id: ObjectID?, in store: ObjectStore) throws(GitError) {
        if let id { tree = try store.tree(id) } else { tree = RawTree(bytes: []) }
        entry = try tree.entry(at: 0)
    }

    mutating func advance() throws(GitError) {
        if let entry { self.entry = try tree.entry(at: entry.range.upperBound) }
    }

    var name: [UInt8] { entry.map { Array(tree.bytes[$0.name]) } ?? [] }
    var value: TreeEntry? { entry.map { tree.value(of: $0) } }

    func hasSameEntry(as other: Cursor) -> Bool {
        guard let entry, let otherEntry = other.entry else { return false }
        return tree.bytes[entry.range].elementsEqual(other.tree.bytes[otherEntry.range])
    }

    /// Which of two cursors stands at the smaller name, in git's order; nil when both are at the end.
    func order(against other: Cursor) -> Side? {
        guard let entry else { return other.entry == nil ? nil : .right }
        guard let otherEntry = other.entry else { return .left }
        var (i, j) = (entry.name.lowerBound, otherEntry.name.lowerBound)
        while i < entry.name.upperBound, j < otherEntry.name.upperBound, tree.bytes[i] == other.tree.bytes[j] {
            (i, j) = (i + 1, j + 1)
        }
        let byte = byteOrEnd(i, entry)
        let otherByte = other.byteOrEnd(j, otherEntry)
        return byte == otherByte ? .both : byte < otherByte ? .left : .right
    }

    private func byteOrEnd(_ index: Int, _ entry: RawTree.Entry) -> UInt8 {
        if index < entry.name.upperBound { return tree.bytes[index] }
        return entry.isFolder ? UInt8(ascii: "/") : 0
    }
}
