import Glibc
import Pipeline

extension IndexFile {
    /// The paths in which the index is not what HEAD holds: staged, or taken out of it.
    func differences(from head: Tree) throws(GitError) -> [Path] {
        guard tree != head.id else { return [] }
        var search = StagedSearch(index: self, head: head)
        try search.compare(head.id, 0..<entries.count, at: .root)
        return search.found
    }
}

/// Walks the index and a tree side by side: both are sorted the same.
private struct StagedSearch {
    let index: IndexFile
    let head: Tree
    var found: [Path] = []

    init(index: IndexFile, head: Tree) {
        (self.index, self.head) = (index, head)
    }

    mutating func compare(_ tree: ObjectID, _ range: Range<Int>, at folder: Path) throws(GitError) {
        let raw = try head.store.tree(tree)
        let prefix = folder.isRoot ? 0 : folder.bytes.count + 1
        var position = range.lowerBound
        var offset = 0
        while true {
            let committed = try raw.entry(at: offset)
            guard let committed else {
                while position < range.upperBound { position = add(position, prefix, range.upperBound) }
                return
            }
            let name = Array(committed.name) + (committed.isFolder ? [UInt8(ascii: "/")] : [])
            // What comes before it in the index is new.
            while position < range.upperBound, key(position, prefix).lexicographicallyPrecedes(name) {
                position = add(position, prefix, range.upperBound)
            }
            offset = committed.end
            let path = folder.appending(committed.nameBytes)
            guard position < range.upperBound, key(position, prefix) == name else {
                found += try head.files(below: path).map(\.path)
                continue
            }
            let entry = index.entries[position]
            // A whole folder of a sparse index is as it is.
            if committed.isFolder, entry.path.last != UInt8(ascii: "/") {
                let end = end(of: position, prefix + name.count, range.upperBound)
                try compare(raw.id(of: committed), position..<end, at: path)
                position = end
                continue
            }
            if !committed.isFolder,
                raw.id(of: committed) != index.id(of: entry) || RawTree.mode(committed.mode) != RawTree.mode(entry.mode)
            {
                found.append(path)
            }
            position += 1
        }
    }

    /// The name of an entry in a folder, with a slash where it goes deeper.
    private func key(_ position: Int, _ prefix: Int) -> [UInt8] {
        let path = index.entries[position].path
        let end = path[prefix...].firstIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? path.count
        return Array(path[prefix..<end])
    }

    private mutating func add(_ position: Int, _ prefix: Int, _ limit: Int) -> Int {
        found.append(Path(bytes: Array(index.entries[position].path)))
        return position + 1
    }

    private func end(of position: Int, _ length: Int, _ limit: Int) -> Int {
        let first = index.entries[position].path
        var end = position + 1
        while end < limit, index.entries[end].path.count > length,
            index.entries[end].path.prefix(length).elementsEqual(first.prefix(length))
        {
            end += 1
        }
        return end
    }
}
