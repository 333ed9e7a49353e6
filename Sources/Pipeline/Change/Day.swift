/// A day of the calendar, from midnight to midnight in UTC; written `2027-01-31`.
public struct Day: Hashable, Sendable {
    let begin: Timestamp

    /// Reads a date; nil for anything else.
    public init?(parsing text: some StringProtocol) {
        guard let begin = Timestamp(parsing: "\(text)T00:00:00Z") else { return nil }
        self.begin = begin
    }

    /// Whether it is over.
    public func isOver(at moment: Timestamp) -> Bool { moment.seconds >= begin.seconds + 86_400 }
}

extension Day: CustomStringConvertible {
    public var description: String { String("\(begin)".prefix(10)) }
}

extension Day: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let day = Day(parsing: text) else {
            throw JSONError(place: decoder.codingPath.place, problem: "\"\(text.prefix(40))\" is no date")
        }
        self = day
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
