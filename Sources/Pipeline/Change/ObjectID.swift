/// The SHA-1 name of a git object.
public struct ObjectID: Hashable, Comparable, Sendable {
    private let high: UInt64
    private let middle: UInt64
    private let low: UInt32

    /// Takes the twenty bytes of an id as three numbers, the first byte the highest.
    public init(high: UInt64, middle: UInt64, low: UInt32) {
        (self.high, self.middle, self.low) = (high, middle, low)
    }

    /// Takes the twenty bytes of an id; nil for any other number of bytes.
    public init?(bytes: some Collection<UInt8>) {
        self.init(bytes: ArraySlice(bytes))
    }

    /// The same for a slice, which trees of git give by the hundred thousand.
    public init?(bytes: ArraySlice<UInt8>) {
        guard bytes.count == 20 else { return nil }
        func word(_ range: Range<Int>) -> UInt64 {
            var word: UInt64 = 0
            for index in range { word = word << 8 | UInt64(bytes[bytes.startIndex + index]) }
            return word
        }
        (high, middle, low) = (word(0..<8), word(8..<16), UInt32(word(16..<20)))
    }

    /// Takes the forty lower-case hexadecimal digits of an id.
    public init?(parsing text: some StringProtocol) {
        guard let bytes = [UInt8](hexadecimal: text), text.utf8.allSatisfy({ !$0.isUpper }) else { return nil }
        self.init(bytes: bytes)
    }

    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20)
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: high >> shift))
        }
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: middle >> shift))
        }
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: low >> shift))
        }
        return bytes
    }

    /// The same as three numbers.
    public var words: (high: UInt64, middle: UInt64, low: UInt32) { (high, middle, low) }

    /// An id is a hash already.
    public func hash(into hasher: inout Hasher) { hasher.combine(high) }

    public static func < (left: ObjectID, right: ObjectID) -> Bool {
        (left.high, left.middle, left.low) < (right.high, right.middle, right.low)
    }

    /// The twelve digits by which people and image tags call a commit.
    public var short: String { String(description.prefix(12)) }
}

extension ObjectID: CustomStringConvertible {
    public var description: String { bytes.hexadecimal }
}

extension ObjectID: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = ObjectID(parsing: text) else {
            throw JSONError(place: decoder.codingPath.place, problem: "\"\(text.prefix(60))\" is no object id")
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
