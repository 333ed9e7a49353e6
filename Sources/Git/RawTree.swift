import Pipeline

/// A git tree object as it is stored: `mode SP name NUL id` again and again, folders sorted as if they ended in a slash.
struct RawTree {
    let bytes: [UInt8]

    /// Where one entry stands in the bytes.
    struct Entry {
        let mode: UInt32
        let name: Range<Int>
        /// The whole entry, id included.
        let range: Range<Int>

        var isFolder: Bool { mode & 0o170000 == 0o040000 }
    }

    /// The entry that begins at `offset`, or nil at the end.
    ///
    /// Throws when the object is damaged.
    func entry(at offset: Int) throws(GitError) -> Entry? {
        guard offset < bytes.count else { return nil }
        var position = offset
        var mode: UInt32 = 0
        while position < bytes.count, bytes[position] != UInt8(ascii: " ") {
            mode = mode << 3 | UInt32(bytes[position] & 7)
            position += 1
        }
        let start = position + 1
        position = start
        while position < bytes.count, bytes[position] != 0 { position += 1 }
        guard position + 21 <= bytes.count else {
            throw .call("read tree", code: -1, message: "the tree object is damaged")
        }
        return Entry(mode: mode, name: start..<position, range: offset..<(position + 21))
    }

    func value(of entry: Entry) -> TreeEntry {
        guard let id = ObjectID(bytes: bytes[(entry.range.upperBound - 20)..<entry.range.upperBound]) else {
            preconditionFailure("the range of an entry ends with its id")
        }
        let mode: TreeEntry.Mode =
            switch entry.mode & 0o170000 {
            case 0o040000: .folder
            case 0o120000: .symbolicLink
            case 0o160000: .submodule
            default: entry.mode & 0o111 == 0 ? .file : .executable
            }
        return TreeEntry(id: id, mode: mode)
    }

    var entries: [(name: [UInt8], entry: TreeEntry)] {
        get throws(GitError) {
            var entries: [(name: [UInt8], entry: TreeEntry)] = []
            var offset = 0
            while let entry = try entry(at: offset) {
                entries.append((Array(bytes[entry.name]), value(of: entry)))
                offset = entry.range.upperBound
            }
            return entries
        }
    }

    func entry(named name: [UInt8]) throws(GitError) -> TreeEntry? {
        var offset = 0
        while let entry = try entry(at: offset) {
            if bytes[entry.name].elementsEqual(name) { return value(of: entry) }
            offset = entry.range.upperBound
        }
        return nil
    }

    /// The tree object that holds these entries, in whatever order they come.
    static func bytes(of entries: [(name: [UInt8], entry: TreeEntry)]) -> [UInt8] {
        let slash = UInt8(ascii: "/")
        let keyed = entries.map { (key: $0.entry.mode == .folder ? $0.name + [slash] : $0.name, value: $0) }
        return keyed.sorted { $0.key.lexicographicallyPrecedes($1.key) }.reduce(into: []) { bytes, element in
            bytes += Array(String(element.value.entry.mode.rawValue, radix: 8).utf8) + [UInt8(ascii: " ")]
            bytes += element.value.name + [0] + element.value.entry.id.bytes
        }
    }
}
