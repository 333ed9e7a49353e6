/// A moment, in whole seconds since 1970-01-01T00:00:00Z; written as RFC 3339 in UTC.
public struct Timestamp: Hashable, Comparable, Sendable {
    public let seconds: Int64

    public init(seconds: Int64) {
        self.seconds = seconds
    }

    /// Reads `2026-11-21T03:45:12Z`; nil for anything else, other offsets and fractions included.
    public init?(parsing text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 20, bytes[19] == UInt8(ascii: "Z"), bytes[10] == UInt8(ascii: "T") else { return nil }
        let fields = [(0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19)].compactMap { range -> Int64? in
            let digits = bytes[range.0..<range.1]
            guard digits.allSatisfy(\.isDigit) else { return nil }
            return Int64(String(decoding: digits, as: UTF8.self))
        }
        guard fields.count == 6 else { return nil }
        let days = Self.days(year: fields[0], month: fields[1], day: fields[2])
        self.init(seconds: days * 86_400 + fields[3] * 3600 + fields[4] * 60 + fields[5])
        guard description == String(text) else { return nil }
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.seconds < right.seconds }

    public static func - (left: Timestamp, right: Timestamp) -> Duration { .seconds(left.seconds - right.seconds) }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar (H.
    ///
    /// Hinnant, "chrono-compatible low-level date algorithms").
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private var date: (year: Int64, month: Int64, day: Int64) {
        let shifted = Int64((Double(seconds) / 86_400).rounded(.down)) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

extension Timestamp: CustomStringConvertible {
    public var description: String {
        let date = date
        let second = ((seconds % 86_400) + 86_400) % 86_400
        func padded(_ number: Int64, to width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let day = "\(padded(date.year, to: 4))-\(padded(date.month, to: 2))-\(padded(date.day, to: 2))"
        let time = [second / 3600, second / 60 % 60, second % 60].map { padded($0, to: 2) }.joined(separator: ":")
        return "\(day)T\(time)Z"
    }
}

extension Timestamp: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let moment = Timestamp(parsing: text) else {
            throw JSONError(
                place: decoder.codingPath.place, problem: "\"\(text.prefix(40))\" is no RFC 3339 time in UTC")
        }
        self = moment
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
