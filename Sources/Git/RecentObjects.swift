import Glibc

/// Where an object stands: in which pack, and where in it.
struct PackPlace: Equatable {
    let pack: Int
    let offset: Int
}

/// The objects that were read lately, from which deltas make others.
///
/// Each place has one slot. When there are too many bytes, a hand goes round and drops what it finds a second time, and
/// at once what served as a base: in most histories an object is the base of one other.
final class RecentObjects {
    /// Two words, since most of what a look costs is fetching them.
    private struct Slot {
        /// The key of a place, with the bit of what is fresh; zero when it is empty.
        var key: UInt64
        var object: Unmanaged<PackedObject>?
    }

    private static let fresh: UInt64 = 1 << 63

    private var slots: UnsafeMutablePointer<Slot>?
    private var size = 0
    private var hand = 0

    private let bits: UInt64
    private var count: Int { 1 << Int(bits) }
    /// In bytes, of all of them, and of one.
    private let limit: Int
    private static let largest = 1 << 20

    /// As many slots as there are objects, within reason; none before the first object is kept.
    init(limit: Int, objects: Int) {
        self.limit = limit
        bits = UInt64(max(4, min(14, Int.bitWidth - objects.leadingZeroBitCount)))
    }

    deinit {
        guard let slots else { return }
        for index in 0..<count { slots[index].object?.release() }
        free(slots)
    }

    /// One number for a place, zero for none; nil for a place that is too far away for one.
    private func key(of place: PackPlace) -> UInt64? {
        guard place.offset >> 44 == 0, place.pack >> 19 == 0 else { return nil }
        return UInt64(truncatingIfNeeded: place.pack << 44 | place.offset)
    }

    private func slot(_ key: UInt64, in slots: UnsafeMutablePointer<Slot>) -> UnsafeMutablePointer<Slot> {
        slots + Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> (64 - bits))
    }

    func object(at place: PackPlace) -> PackedObject? {
        guard let slots, let key = key(of: place) else { return nil }
        let slot = slot(key, in: slots)
        guard slot.pointee.key & ~Self.fresh == key else { return nil }
        slot.pointee.key = key
        return slot.pointee.object?.takeUnretainedValue()
    }

    func keep(_ object: PackedObject, at place: PackPlace) {
        guard object.count <= Self.largest, let key = key(of: place), let slots = slots ?? made() else { return }
        let slot = slot(key, in: slots)
        drop(slot)
        slot.initialize(to: Slot(key: key | Self.fresh, object: .passRetained(object)))
        size += object.count
        while size > limit {
            let next = slots + hand
            hand = (hand + 1) & (count - 1)
            if next.pointee.key & Self.fresh != 0 { next.pointee.key &= ~Self.fresh } else { drop(next) }
        }
    }

    private func made() -> UnsafeMutablePointer<Slot>? {
        slots = calloc(count, MemoryLayout<Slot>.stride)?.assumingMemoryBound(to: Slot.self)
        return slots
    }

    private func drop(_ slot: UnsafeMutablePointer<Slot>) {
        guard let object = slot.pointee.object else { return }
        size -= object.takeUnretainedValue().count
        object.release()
        slot.initialize(to: Slot(key: 0, object: nil))
    }
}
