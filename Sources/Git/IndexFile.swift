import Glibc
import Pipeline

/// The index of a work tree (https://git-scm.com/docs/index-format), read where it lies.
///
/// libgit2's own reader copies every entry; of 200,000 files that takes longer than looking at them.
final class IndexFile {
    private let start: UnsafePointer<UInt8>
    private let size: Int
    let entries: [Entry]
    /// The tree that all entries together are, as far as git knew when it wrote them.
    let tree: ObjectID?
    /// Whether whole folders may stand for their files.
    let isSparse: Bool
    /// When it was written, in nanoseconds: what was touched since may have changed without its times telling.
    let written: Int64

    /// One path, by where it stands.
    struct Entry {
        /// Of the stat data.
        fileprivate let offset: Int
        let mode: UInt32
        let isFlagged: Bool
        let path: UnsafeBufferPointer<UInt8>
    }

    /// Nil when there is none.
    ///
    /// Throws for what cannot be read: a split index, or a damaged one.
    init?(at file: String) throws(GitError) {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size >= 32,
            let mapped = mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0), mapped != MAP_FAILED
        else { throw .index(.damaged("it is too short")) }
        start = UnsafePointer(mapped.assumingMemoryBound(to: UInt8.self))
        size = Int(status.st_size)
        written = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
        var reader = Reader(start: start, size: size, file: file)
        do {
            (entries, tree) = try reader.read()
        } catch {
            munmap(mapped, Int(status.st_size))
            throw error
        }
        (names, isSparse) = (reader.names, reader.isSparse)
    }

    /// Paths that are stored in part only, put together.
    private let names: UnsafeMutablePointer<UInt8>?

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: start), size)
        names?.deallocate()
    }

    func id(of entry: Entry) -> ObjectID { ObjectID(reading: start + entry.offset + 40) }

    /// Whether a file is as it was when the entry was written, as far as its times, size, place and kind tell.
    func matches(_ entry: Entry, _ status: stat) -> Bool {
        let modified = Int64(field(entry, 8)) * 1_000_000_000 + Int64(field(entry, 12))
        guard modified < written, Int64(status.st_mtim.tv_sec) & 0xFFFF_FFFF == Int64(field(entry, 8)),
            status.st_mtim.tv_nsec == Int(field(entry, 12)),
            UInt32(truncatingIfNeeded: status.st_size) == field(entry, 36),
            UInt32(truncatingIfNeeded: status.st_ino) == field(entry, 20)
        else { return false }
        guard UInt32(truncatingIfNeeded: status.st_ctim.tv_sec) == field(entry, 0) else { return false }
        switch entry.mode & 0o170000 {
        case 0o120000: return status.st_mode & S_IFMT == S_IFLNK
        default:
            return status.st_mode & S_IFMT == S_IFREG && (status.st_mode & S_IXUSR != 0) == (entry.mode & 0o111 != 0)
        }
    }

    private func field(_ entry: Entry, _ offset: Int) -> UInt32 {
        UInt32(bigEndian: UnsafeRawPointer(start + entry.offset + offset).loadUnaligned(as: UInt32.self))
    }
}

/// Goes over the bytes of an index once.
private struct Reader {
    let start: UnsafePointer<UInt8>
    let size: Int
    let file: String
    var names: UnsafeMutablePointer<UInt8>?
    private(set) var isSparse = false
    private var namesEnd = 0
    private var namesCapacity = 0

    init(start: UnsafePointer<UInt8>, size: Int, file: String) {
        (self.start, self.size, self.file) = (start, size, file)
    }

    private var damaged: GitError { .index(.damaged("\(file) is of no known form")) }

    private func number(at offset: Int) -> UInt32 {
        UInt32(bigEndian: UnsafeRawPointer(start + offset).loadUnaligned(as: UInt32.self))
    }

    mutating func read() throws(GitError) -> ([IndexFile.Entry], ObjectID?) {
        let version = number(at: 4)
        guard number(at: 0) == 0x4449_5243, (2...4).contains(version) else { throw damaged }
        let count = Int(number(at: 8))
        guard count <= size / 62 + 1 || version == 4 else { throw damaged }
        var entries: [IndexFile.Entry] = []
        entries.reserveCapacity(min(count, size / 40))
        if version == 4 {
            // Every path may repeat all of the one before it.
            namesCapacity = try lengthOfNames(count) + count
            names = UnsafeMutablePointer<UInt8>.allocate(capacity: max(namesCapacity, 1))
        }
        var offset = 12
        var last = UnsafeBufferPointer<UInt8>(start: start, count: 0)
        for _ in 0..<count {
            let (entry, end) = try entry(at: offset, version: version, after: last)
            entries.append(entry)
            (last, offset) = (entry.path, end)
        }
        return (entries, try tree(from: offset))
    }

    private mutating func entry(
        at offset: Int, version: UInt32, after last: UnsafeBufferPointer<UInt8>
    ) throws(GitError) -> (IndexFile.Entry, end: Int) {
        guard offset + 63 <= size else { throw damaged }
        let flags = UInt16(bigEndian: UnsafeRawPointer(start + offset + 60).loadUnaligned(as: UInt16.self))
        var name = offset + 62
        var isFlagged = flags & 0x8000 != 0
        if flags & 0x4000 != 0 {
            let more = UInt16(bigEndian: UnsafeRawPointer(start + name).loadUnaligned(as: UInt16.self))
            isFlagged = isFlagged || more & 0x4000 != 0
            name += 2
        }
        let path: UnsafeBufferPointer<UInt8>
        let end: Int
        if version == 4 {
            (path, end) = try suffixed(at: name, last)
        } else {
            guard name < size, let nul = memchr(start + name, 0, size - name) else { throw damaged }
            let length = UnsafePointer(nul.assumingMemoryBound(to: UInt8.self)) - (start + name)
            path = UnsafeBufferPointer(start: start + name, count: length)
            // Entries are padded to eight bytes, with at least one NUL.
            end = offset + (name - offset + length + 8) & ~7
        }
        return (IndexFile.Entry(offset: offset, mode: number(at: offset + 24), isFlagged: isFlagged, path: path), end)
    }

    /// A path of version 4: how many bytes of the one before are dropped, and what follows.
    private mutating func suffixed(
        at offset: Int, _ last: UnsafeBufferPointer<UInt8>
    ) throws(GitError) -> (UnsafeBufferPointer<UInt8>, end: Int) {
        let (dropped, begin) = try varint(at: offset)
        guard dropped <= last.count, let names, begin < size, let nul = memchr(start + begin, 0, size - begin) else {
            throw damaged
        }
        let length = UnsafePointer(nul.assumingMemoryBound(to: UInt8.self)) - (start + begin)
        let kept = last.count - dropped
        guard namesEnd + kept + length < namesCapacity else { throw damaged }
        let path = names + namesEnd
        if kept > 0, let base = last.baseAddress { memcpy(path, base, kept) }
        memcpy(path + kept, start + begin, length + 1)
        namesEnd += kept + length + 1
        return (UnsafeBufferPointer(start: path, count: kept + length), begin + length + 1)
    }

    private func varint(at offset: Int) throws(GitError) -> (value: Int, end: Int) {
        var offset = offset
        guard offset < size else { throw damaged }
        var byte = start[offset]
        var value = Int(byte & 0x7F)
        while byte & 0x80 != 0 {
            offset += 1
            guard offset < size, value < 1 << 24 else { throw damaged }
            byte = start[offset]
            value = (value + 1) << 7 | Int(byte & 0x7F)
        }
        return (value, offset + 1)
    }

    /// How many bytes all paths of version 4 take when they are whole.
    private func lengthOfNames(_ count: Int) throws(GitError) -> Int {
        var (offset, last, total) = (12, 0, 0)
        for _ in 0..<count {
            guard offset + 63 <= size else { throw damaged }
            let flags = UInt16(bigEndian: UnsafeRawPointer(start + offset + 60).loadUnaligned(as: UInt16.self))
            let (dropped, begin) = try varint(at: offset + (flags & 0x4000 == 0 ? 62 : 64))
            guard dropped <= last, begin < size, let nul = memchr(start + begin, 0, size - begin) else { throw damaged }
            let length = UnsafePointer(nul.assumingMemoryBound(to: UInt8.self)) - (start + begin)
            last += length - dropped
            total += last
            guard total < 1 << 32 else { throw damaged }
            offset = begin + length + 1
        }
        return total
    }

    /// The root of the cached trees, when it is valid.
    private mutating func tree(from first: Int) throws(GitError) -> ObjectID? {
        var offset = first
        var tree: ObjectID?
        while offset + 8 + 20 <= size {
            let (name, length) = (number(at: offset), Int(number(at: offset + 4)))
            guard offset + 8 + length <= size else { throw damaged }
            switch name {
            case 0x5452_4545: tree = root(at: offset + 8, length)
            case 0x6C69_6E6B:
                throw .index(.split)
            case 0x7364_6972: isSparse = true
            default:
                // Those in lower case must be understood.
                guard name >> 24 < 0x61 else {
                    throw .index(.damaged("it has parts of a later git"))
                }
            }
            offset += 8 + length
        }
        return tree
    }

    /// `NUL count SP count LF id`: a count below zero means that the id is not known.
    private func root(at offset: Int, _ length: Int) -> ObjectID? {
        guard length > 24, start[offset] == 0, start[offset + 1] != UInt8(ascii: "-"),
            let end = memchr(start + offset, 0x0A, length)
        else { return nil }
        let id = UnsafePointer(end.assumingMemoryBound(to: UInt8.self)) + 1
        return id + 20 <= start + offset + length ? ObjectID(reading: id) : nil
    }
}
