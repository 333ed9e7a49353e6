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
    private struct Slot {
        /// No object stands at offset 0, so zeroes are an empty slot.
        var place: PackPlace
        var object: Unmanaged<PackedObject>?
        var isFresh: Bool
    }

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

    private func index(of place: PackPlace) -> Int {
        let number = UInt64(truncatingIfNeeded: place.offset &+ place.pack &<< 40)
        return Int(truncatingIfNeeded: (number &* 0x9E37_79B9_7F4A_7C15) &>> (64 - bits))
    }

    func object(at place: PackPlace) -> PackedObject? {
        guard let slot = slots.map({ $0 + index(of: place) }), slot.pointee.place == place else { return nil }
        slot.pointee.isFresh = false
        return slot.pointee.object?.takeUnretainedValue()
    }

    func keep(_ object: PackedObject, at place: PackPlace) {
        guard object.count <= Self.largest, let slots = slots ?? made() else { return }
        let slot = slots + index(of: place)
        drop(slot)
        slot.initialize(to: Slot(place: place, object: .passRetained(object), isFresh: true))
        size += object.count
        while size > limit {
            let next = slots + hand
            hand = (hand + 1) & (count - 1)
            if next.pointee.isFresh { next.pointee.isFresh = false } else { drop(next) }
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
        slot.initialize(to: Slot(place: PackPlace(pack: 0, offset: 0), object: nil, isFresh: false))
    }
}
