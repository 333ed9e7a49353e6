/// One of the shares into which a plan is cut for several machines; the second of three is written `2/3`.
public struct Shard: Hashable, Sendable {
    /// From 1 on.
    public let number: Int
    public let count: Int

    /// The rule in words, for messages.
    public static let rule = "a shard is I/N, I of 1 to N and N of at most 9999: 2/3 is the second of three"

    public init?(parsing text: some StringProtocol) {
        let halves = text.utf8.split(separator: 0x2F, omittingEmptySubsequences: false).map { Self.number(Array($0)) }
        guard halves.count == 2, let number = halves[0], let count = halves[1], number <= count else { return nil }
        (self.number, self.count) = (number, count)
    }

    /// A number from 1 to 9999 in its plain form.
    private static func number(_ digits: [UInt8]) -> Int? {
        guard (1...4).contains(digits.count), digits.allSatisfy(\.isDigit), digits.first != 0x30 else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// All shards when there are so many.
    public static func all(of count: Int) -> [Shard] { (1...max(1, count)).map { Shard($0, of: max(1, count)) } }

    private init(_ number: Int, of count: Int) {
        (self.number, self.count) = (number, count)
    }
}

extension Shard: CustomStringConvertible {
    public var description: String { "\(number)/\(count)" }
}

extension Shard: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let shard = Shard(parsing: text) else {
            throw JSONError(
                place: decoder.codingPath.place, problem: "\"\(text.prefix(40))\" is no shard: \(Self.rule)")
        }
        self = shard
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
