/// The identity of a service or library.
///
/// Names become git tags, folders, image names and lines of a table, so their grammar is the safe part of all of these:
/// letters, digits, `.`, `_` and `-`, beginning and ending with a letter or digit, at most 100 characters, not ending in
/// `.lock` and without `..` (git-check-ref-format).
public struct ServiceName: Hashable, Comparable, Sendable {
    public let text: String

    /// The rule in words, for messages.
    public static let rule =
        "a name is 1 to 100 letters, digits, '.', '_' and '-', begins and ends with a letter or digit, "
        + "and holds no '..' and no '.lock' at its end"

    public init?(parsing text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 100 else { return nil }
        guard bytes.allSatisfy(\.isPlainKeyByte) else { return nil }
        guard first.isLetter || first.isDigit, last.isLetter || last.isDigit else { return nil }
        guard !text.contains(".."), !text.hasSuffix(".lock") else { return nil }
        self.text = String(text)
    }

    public static func < (left: ServiceName, right: ServiceName) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

extension ServiceName: CustomStringConvertible {
    public var description: String { text }
}

extension ServiceName: Codable, CodingKeyRepresentable {
    public var codingKey: any CodingKey { NameKey(stringValue: text) }

    public init?(codingKey: some CodingKey) { self.init(parsing: codingKey.stringValue) }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let name = ServiceName(parsing: text) else {
            throw JSONError(place: decoder.codingPath.place, problem: "\"\(text.prefix(120))\" is no service name")
        }
        self = name
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// A member name that is any text.
struct NameKey: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
