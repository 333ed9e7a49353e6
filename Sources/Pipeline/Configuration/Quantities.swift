/// A length of time as configuration files write it: `90s`, `20m`, `2h`, `14d`.
public struct Seconds: Hashable, Comparable, Sendable, Codable {
    public let count: Int64

    public init(_ count: Int64) {
        self.count = count
    }

    public init?(parsing text: some StringProtocol) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let number = decimal(text.dropLast()) else { return nil }
        let (count, overflow) = number.multipliedReportingOverflow(by: unit)
        guard !overflow, count <= Self.longest else { return nil }
        self.count = count
    }

    /// A hundred years: more is a slip of the pen, and sums of it would not fit.
    private static let longest: Int64 = 100 * 366 * 86_400

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let seconds = Seconds(parsing: text) else {
            throw JSONError(place: decoder.codingPath.place, problem: "\"\(text.prefix(40))\" is no duration")
        }
        self = seconds
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    public static func < (left: Seconds, right: Seconds) -> Bool { left.count < right.count }

    public var duration: Duration { .seconds(count) }
}

extension Seconds: CustomStringConvertible {
    public var description: String {
        let units: [(Int64, String)] = [(86_400, "d"), (3600, "h"), (60, "m")]
        let unit = units.first { count > 0 && count.isMultiple(of: $0.0) } ?? (1, "s")
        return "\(count / unit.0)\(unit.1)"
    }
}

/// A number of bytes as configuration files write it: `500KB`, `20MB`, `5GB`, in powers of 1024.
public struct ByteCount: Hashable, Comparable, Sendable, Decodable {
    public let bytes: Int64

    public init(bytes: Int64) {
        self.bytes = bytes
    }

    public init?(parsing text: some StringProtocol) {
        let units: [(suffix: String, factor: Int64)] = [("KB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30), ("B", 1)]
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }),
            let number = decimal(text.dropLast(unit.suffix.count))
        else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit.factor)
        guard !overflow else { return nil }
        self.bytes = bytes
    }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let count = ByteCount(parsing: text) else {
            throw JSONError(place: decoder.codingPath.place, problem: "\"\(text.prefix(40))\" is no size")
        }
        self = count
    }

    public static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }
}

/// The number that only digits spell.
private func decimal(_ text: some StringProtocol) -> Int64? {
    text.utf8.allSatisfy(\.isDigit) ? Int64(text) : nil
}
