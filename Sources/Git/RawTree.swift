import CLibgit2
import Glibc
import Pipeline

/// A git tree object as it is stored: `mode SP name NUL id` again and again, folders sorted as if they ended in a slash.
///
/// Lies where libgit2 put it; read by offset, because histories bring tens of thousands of them.
final class RawTree {
    let start: UnsafePointer<UInt8>
    let count: Int
    private let object: OpaquePointer?
    private let packed: PackedObject?

    /// The empty tree.
    init() {
        let nothing = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
        nothing.pointee = 0
        (start, count, object, packed) = (UnsafePointer(nothing), 0, nil, nil)
    }

    /// Takes over an object of a pack.
    init(packed: PackedObject) {
        (start, count, object, self.packed) = (packed.start, packed.count, nil, packed)
    }

    /// Takes over an object of the database; libgit2 ends its content with a NUL that is not counted.
    init(taking object: OpaquePointer) throws(GitError) {
        (self.object, packed) = (object, nil)
        count = git_odb_object_size(object)
        guard let data = git_odb_object_data(object) else {
            throw .call("git_odb_object_data", code: -1, message: "a tree object has no content")
        }
        start = UnsafePointer(data.assumingMemoryBound(to: UInt8.self))
    }

    deinit {
        if let object { git_odb_object_free(object) } else if packed == nil { start.deallocate() }
    }

    /// One entry, by where it stands.
    struct Entry {
        let offset: Int
        let mode: UInt32
        let name: UnsafeBufferPointer<UInt8>
        /// Where the next one stands.
        let end: Int

        var isFolder: Bool { mode & 0o170000 == 0o040000 }
        var nameBytes: [UInt8] { Array(name) }
    }

    /// The entry at an offset, or nil at the end.
    ///
    /// Throws when the object is damaged.
    func entry(at offset: Int) throws(GitError) -> Entry? {
        guard offset < count else { return nil }
        var position = offset
        var mode: UInt32 = 0
        while start[position] > 0x20 {
            mode = mode << 3 | UInt32(start[position] & 7)
            position += 1
        }
        let name = start + position + 1
        let length = position < count ? strlen(UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self)) : 0
        let end = position + 1 + length + 21
        guard end <= count else { throw .call("read tree", code: -1, message: "the tree object is damaged") }
        return Entry(
            offset: offset, mode: mode, name: UnsafeBufferPointer(start: name, count: length), end: end)
    }

    /// The shortest entry: five digits, a blank, a letter, NUL, and an id.
    private static let shortest = 28

    /// Where the last entry ends that lies within a limit, of those from an offset on: eight bytes of a name at a time.
    func endOfEntries(from start: Int, within limit: Int) -> Int {
        let bytes = UnsafeRawPointer(self.start)
        var end = start
        while end + Self.shortest <= limit {
            var position = end + 7
            var zeros: UInt64 = 0
            while zeros == 0, position + 8 <= count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
                zeros = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
                position += zeros == 0 ? 8 : zeros.trailingZeroBitCount / 8
            }
            guard zeros != 0, position + 21 <= limit else { break }
            end = position + 21
        }
        return end
    }

    func id(of entry: Entry) -> ObjectID { ObjectID(reading: start + entry.end - 20) }

    func value(of entry: Entry) -> TreeEntry { TreeEntry(id: id(of: entry), mode: Self.mode(entry.mode)) }

    static func mode(_ mode: UInt32) -> TreeEntry.Mode {
        switch mode & 0o170000 {
        case 0o040000: .folder
        case 0o120000: .symbolicLink
        case 0o160000: .submodule
        default: mode & 0o111 == 0 ? .file : .executable
        }
    }

    var entries: [(name: [UInt8], entry: TreeEntry)] {
        get throws(GitError) {
            var entries: [(name: [UInt8], entry: TreeEntry)] = []
            var offset = 0
            while let entry = try entry(at: offset) {
                entries.append((entry.nameBytes, value(of: entry)))
                offset = entry.end
            }
            return entries
        }
    }

    func entry(named name: [UInt8]) throws(GitError) -> TreeEntry? {
        var offset = 0
        while let entry = try entry(at: offset) {
            if entry.name.count == name.count, entry.name.elementsEqual(name) { return value(of: entry) }
            offset = entry.end
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

extension ObjectID {
    /// Reads twenty bytes.
    init(reading start: UnsafePointer<UInt8>) {
        let raw = UnsafeRawPointer(start)
        self.init(
            high: UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self)),
            middle: UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
            low: UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: 16, as: UInt32.self)))
    }
}
