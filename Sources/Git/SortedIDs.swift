import Pipeline

/// Ids in order, and how many begin with at most which byte, as git writes both into several kinds of files.
///
/// Lies in a file that whoever asks keeps mapped.
struct SortedIDs {
    private let fanout: UnsafePointer<UInt8>
    private let ids: UnsafePointer<UInt8>
    let count: Int

    /// After as many, bisection goes on.
    private static let guesses = 6

    init(fanout: UnsafePointer<UInt8>, ids: UnsafePointer<UInt8>, count: Int) {
        (self.fanout, self.ids, self.count) = (fanout, ids, count)
    }

    /// How many ids there are; nil when the table of first bytes makes no sense.
    static func count(_ fanout: UnsafePointer<UInt8>) -> Int? {
        var count: UInt32 = 0
        for slot in 0..<256 {
            let end = number(fanout, slot)
            guard end >= count else { return nil }
            count = end
        }
        return Int(count)
    }

    private static func number(_ start: UnsafePointer<UInt8>, _ index: Int) -> UInt32 {
        UInt32(bigEndian: UnsafeRawPointer(start + 4 * index).loadUnaligned(as: UInt32.self))
    }

    /// The id at a place below `count`.
    subscript(_ place: Int) -> ObjectID { ObjectID(reading: ids + 20 * place) }

    /// How many ids stand before one, if it is there.
    func place(of id: ObjectID) -> Int? {
        let words = id.words
        let slot = Int(words.high >> 56)
        var low = slot == 0 ? 0 : Int(Self.number(fanout, slot - 1))
        var high = Int(Self.number(fanout, slot))
        guard low < high, high <= count else { return nil }
        // Ids are spread evenly: how far two are apart tells how many stand between them, give or take a few.
        var guess = low + distance(words.high << 8, among: high - low)
        var tries = 0
        while low < high {
            if tries > Self.guesses { guess = low + (high - low) / 2 }
            tries += 1
            let place = ids + 20 * guess
            let first = UInt64(bigEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt64.self))
            if first == words.high, ObjectID(reading: place) == id { return guess }
            if first < words.high || first == words.high && ObjectID(reading: place) < id {
                low = guess + 1
                guess = min(low + distance(words.high - first, among: count), high - 1)
            } else {
                high = guess
                guess = max(high - 1 - distance(first - words.high, among: count), low)
            }
        }
        return nil
    }

    /// How many of so many evenly spread ids are expected between two that differ by this.
    @inline(__always)
    private func distance(_ difference: UInt64, among count: Int) -> Int {
        Int(truncatingIfNeeded: difference.multipliedFullWidth(by: UInt64(count)).high)
    }
}
