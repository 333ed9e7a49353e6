import Glibc
import Pipeline

/// One pack of git with its index (https://git-scm.com/docs/gitformat-pack), read where they lie.
///
/// Knows where objects stand and how each is stored; what deltas make of their bases is `PackStore`'s business.
/// Nothing a damaged file says leads outside of it. Checksums are not verified, as git does not for reads.
final class PackFile {
    /// How many objects it holds.
    let count: Int
    private let pack: Mapping
    private let index: Mapping
    private let ids: SortedIDs
    /// Where other parts of the index begin: offsets of four bytes, and those of eight for what lies behind 2 GiB.
    private let offsets: UnsafePointer<UInt8>
    private let largeOffsets: UnsafePointer<UInt8>
    private let largeCount: Int

    private static let indexHeader = 8 + 256 * 4
    private static let packHeader = 12
    /// A checksum ends a pack, and two of them its index.
    private static let trailer = 20
    /// Larger objects are left to libgit2.
    static let largest = 1 << 30
    /// No deflated byte stands for more (https://zlib.net/zlib_tech.html).
    private static let ratio = 1032

    /// Opens `….pack` and `….idx`.
    ///
    /// Nil when they cannot be read, do not belong together, or are of another version or hash.
    init?(_ name: String) {
        guard let index = Mapping(name + ".idx"), let pack = Mapping(name + ".pack"),
            index.size >= Self.indexHeader + 2 * Self.trailer, pack.size >= Self.packHeader + Self.trailer,
            index.number(at: 0) == 0xFF74_4F63, index.number(at: 4) == 2,
            pack.number(at: 0) == 0x5041_434B, pack.number(at: 4) == 2,
            let count = SortedIDs.count(index.start + 8)
        else { return nil }
        self.count = count
        let rest = index.size - Self.indexHeader - 28 * self.count - 2 * Self.trailer
        guard rest >= 0, rest % 8 == 0, rest / 8 <= self.count, Int(pack.number(at: 8)) == count,
            memcmp(pack.start + pack.size - 20, index.start + index.size - 40, 20) == 0
        else { return nil }
        let start = index.start + Self.indexHeader
        ids = SortedIDs(fanout: index.start + 8, ids: start, count: count)
        offsets = start + 24 * self.count
        largeOffsets = offsets + 4 * self.count
        largeCount = rest / 8
        (self.index, self.pack) = (index, pack)
    }

    // MARK: - Finding

    /// Where an object stands, or nil when this pack is without it.
    func offset(of id: ObjectID) -> Int? { ids.place(of: id).flatMap { offset(at: $0) } }

    private func offset(at place: Int) -> Int? {
        let offset = UInt32(bigEndian: UnsafeRawPointer(offsets + 4 * place).loadUnaligned(as: UInt32.self))
        guard offset & 0x8000_0000 != 0 else { return Int(offset) }
        let large = Int(offset & 0x7FFF_FFFF)
        guard large < largeCount else { return nil }
        return Int(
            exactly: UInt64(bigEndian: UnsafeRawPointer(largeOffsets + 8 * large).loadUnaligned(as: UInt64.self)))
    }

    // MARK: - Entries

    /// How an object is stored.
    struct Entry {
        enum Form {
            case whole(ObjectKind)
            /// As changes to the object at an offset of the same pack.
            case deltaAt(Int)
            case deltaOf(ObjectID)
        }

        let form: Form
        /// How many bytes come out when it is inflated.
        let size: Int
        /// All that follows in the pack: where the deflated bytes end is not written.
        let deflated: UnsafeRawBufferPointer
    }

    /// What is written about the object at an offset, or nil when that makes no sense.
    func entry(at offset: Int) -> Entry? {
        var reader = EntryReader(start: pack.start, position: offset, end: pack.size - Self.trailer)
        guard offset >= Self.packHeader, let (type, size) = reader.typeAndSize(), size <= Self.largest,
            let form = form(type, at: offset, &reader), size / Self.ratio <= reader.end - reader.position
        else { return nil }
        let deflated = UnsafeRawBufferPointer(
            start: pack.start + reader.position, count: reader.end - reader.position)
        return Entry(form: form, size: size, deflated: deflated)
    }

    private func form(_ type: UInt8, at offset: Int, _ reader: inout EntryReader) -> Entry.Form? {
        switch type {
        case 6:
            guard let distance = reader.distance(), distance > 0, distance < offset else { return nil }
            return .deltaAt(offset - distance)
        case 7: return reader.id().map { .deltaOf($0) }
        default: return ObjectKind(rawValue: type).map { .whole($0) }
        }
    }
}

/// Reads the numbers before the deflated bytes of an object.
private struct EntryReader {
    let start: UnsafePointer<UInt8>
    var position: Int
    let end: Int

    private mutating func byte() -> UInt8? {
        guard position < end else { return nil }
        defer { position += 1 }
        return start[position]
    }

    /// Three bits and a number, the lowest bits first.
    mutating func typeAndSize() -> (type: UInt8, size: Int)? {
        guard var byte = byte() else { return nil }
        let type = byte >> 4 & 7
        var size = Int(byte & 0x0F)
        var shift = 4
        while byte & 0x80 != 0 {
            guard shift < 50, let next = self.byte() else { return nil }
            size |= Int(next & 0x7F) << shift
            shift += 7
            byte = next
        }
        return (type, size)
    }

    /// A number, the highest bits first; each further byte adds one, so that none has two spellings.
    mutating func distance() -> Int? {
        guard var byte = byte() else { return nil }
        var distance = Int(byte & 0x7F)
        while byte & 0x80 != 0 {
            guard distance < 1 << 50, let next = self.byte() else { return nil }
            distance = (distance + 1) << 7 | Int(next & 0x7F)
            byte = next
        }
        return distance
    }

    mutating func id() -> ObjectID? {
        guard end - position >= 20 else { return nil }
        defer { position += 20 }
        return ObjectID(reading: start + position)
    }
}
