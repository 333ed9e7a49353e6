import Glibc
import Pipeline

/// Compares two trees, reading only what differs.
///
/// libgit2's own diff reads both whole.
struct TreeComparison {
    let store: ObjectStore
    /// Only changes in these folders are wanted; nil is everything.
    let folders: PathSet?
    /// Folders that are passed over.
    let skipped: Set<Path>
    /// Takes a change; false ends the comparison.
    let take: (TreeChange) -> Bool
    private var isOver = false

    init(store: ObjectStore, folders: PathSet?, skipping skipped: Set<Path>, take: @escaping (TreeChange) -> Bool) {
        (self.store, self.folders, self.skipped, self.take) = (store, folders, skipped, take)
    }

    mutating func compare(_ old: ObjectID?, _ new: ObjectID?) throws(GitError) {
        try compare(old, new, at: .root, in: folders?.start ?? .inside)
    }

    mutating func compare(
        _ old: ObjectID?, _ new: ObjectID?, at folder: Path, in node: PathSet.Node
    ) throws(GitError) {
        guard old != new, !isOver else { return }
        var pair = try TreePair(old, new, in: store)
        while let difference = try pair.next() {
            let name = Array(difference.name)
            guard let next = folders.map({ $0.step(from: node, to: name) }) ?? .inside else { continue }
            let path = folder.appending(name)
            if !skipped.isEmpty, skipped.contains(path) { continue }
            try differ(difference.old, difference.new, at: path, in: next)
            if isOver { return }
        }
    }

    private mutating func differ(
        _ old: TreeEntry?, _ new: TreeEntry?, at path: Path, in node: PathSet.Node
    ) throws(GitError) {
        if old?.mode == .folder || new?.mode == .folder {
            try compare(old?.folder, new?.folder, at: path, in: node)
        }
        let change = TreeChange(path: path, old: old?.file, new: new?.file)
        if !isOver, node == .inside, change.old != nil || change.new != nil { isOver = !take(change) }
    }
}

extension TreeEntry {
    var folder: ObjectID? { mode == .folder ? id : nil }
    fileprivate var file: TreeEntry? { mode == .folder ? nil : self }
}

/// Two versions of one folder, side by side: gives the names that differ, in git's order.
struct TreePair {
    private let left: RawTree
    private let right: RawTree
    private var i = 0
    private var j = 0

    struct Difference {
        let name: UnsafeBufferPointer<UInt8>
        let old: TreeEntry?
        let new: TreeEntry?
    }

    init(_ old: ObjectID?, _ new: ObjectID?, in store: ObjectStore) throws(GitError) {
        left = try old.map { id throws(GitError) in try store.tree(id) } ?? RawTree()
        right = try new.map { id throws(GitError) in try store.tree(id) } ?? RawTree()
    }

    mutating func next() throws(GitError) -> Difference? {
        skipEqual()
        while true {
            let old = try left.entry(at: i)
            let new = try right.entry(at: j)
            guard let old else {
                guard let new else { return nil }
                j = new.end
                return Difference(name: new.name, old: nil, new: right.value(of: new))
            }
            guard let new else {
                i = old.end
                return Difference(name: old.name, old: left.value(of: old), new: nil)
            }
            let order = Self.order(old, new)
            if order <= 0 { i = old.end }
            if order >= 0 { j = new.end }
            let length = old.end - old.offset
            if order == 0, length == new.end - new.offset,
                memcmp(left.start + old.offset, right.start + new.offset, length) == 0
            {
                continue
            }
            return Difference(
                name: order <= 0 ? old.name : new.name, old: order <= 0 ? left.value(of: old) : nil,
                new: order >= 0 ? right.value(of: new) : nil)
        }
    }

    /// What two versions of a big folder share at the beginning and at the end is passed over in blocks.
    private mutating func skipEqual() {
        let (leftRest, rightRest) = (left.count - i, right.count - j)
        if leftRest == rightRest, memcmp(left.start + i, right.start + j, leftRest) == 0 {
            (i, j) = (left.count, right.count)
            return
        }
        let block = 512
        var equal = 0
        let common = min(leftRest, rightRest)
        while equal + block <= common, memcmp(left.start + i + equal, right.start + j + equal, block) == 0 {
            equal += block
        }
        guard equal > 0 else { return }
        let end = left.endOfEntries(from: i, within: i + equal)
        (i, j) = (end, j + end - i)
    }

    /// Below, at, or above zero: which of two names comes first in git's order.
    private static func order(_ left: RawTree.Entry, _ right: RawTree.Entry) -> Int {
        let common = min(left.name.count, right.name.count)
        if common > 0, let own = left.name.baseAddress, let other = right.name.baseAddress {
            let order = memcmp(own, other, common)
            if order != 0 { return Int(order) }
        }
        return Int(byteOrEnd(left, common)) - Int(byteOrEnd(right, common))
    }

    private static func byteOrEnd(_ entry: RawTree.Entry, _ index: Int) -> UInt8 {
        if index < entry.name.count { return entry.name[index] }
        return entry.isFolder ? UInt8(ascii: "/") : 0
    }
}
