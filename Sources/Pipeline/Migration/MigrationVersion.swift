/// The version of a migration as Flyway compares it: numbers parted by dots or underscores, however long.
///
/// `1.0` is `1`, and `1.10` comes after `1.9`.
public struct MigrationVersion: Hashable, Comparable, Sendable {
    /// Without zeros at the front of each number, and without numbers at the end that are zero.
    private let numbers: [[UInt8]]

    /// Takes `1`, `2.1` or `20260131_1200`; nil for anything else.
    public init?(parsing text: some StringProtocol) {
        var numbers: [[UInt8]] = []
        for part in text.utf8.split(omittingEmptySubsequences: false, whereSeparator: { $0 == 0x2E || $0 == 0x5F }) {
            guard !part.isEmpty, part.allSatisfy(\.isDigit) else { return nil }
            numbers.append(Array(part.drop { $0 == UInt8(ascii: "0") }))
        }
        while numbers.last?.isEmpty == true { numbers.removeLast() }
        self.numbers = numbers
    }

    public static func < (left: MigrationVersion, right: MigrationVersion) -> Bool {
        for (one, other) in zip(left.numbers, right.numbers) where one != other {
            return one.count == other.count ? one.lexicographicallyPrecedes(other) : one.count < other.count
        }
        return left.numbers.count < right.numbers.count
    }
}
