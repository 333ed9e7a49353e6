/// What an index takes the values at one path for.
///
/// Values of two classes do not go into one field: who writes the second is refused, or is found by nobody.
public enum FieldClass: Hashable, Sendable {
    /// Texts and listed values: `keyword` and `text` alike.
    case keyword
    case long, double, boolean, binary
    /// A date, and how it is written: `date` or `date-time`.
    case date(String)
    case object
    /// A list of objects.
    case nested
    /// An object whose keys are data: each of them is a field of its own.
    case anyKeys
    /// Nobody can tell.
    case any

    /// Whether documents with one and documents with the other fit the same index.
    func isSame(as other: FieldClass) -> Bool {
        self == other || (isMap && other.isMap)
    }

    private var isMap: Bool { self == .object || self == .anyKeys }

    /// Whether a field that a template maps to a type takes it as what it is.
    func fits(type: String) -> Bool {
        switch self {
        case .keyword: ["keyword", "text", "wildcard", "constant_keyword", "match_only_text"].contains(type)
        case .long: ["long", "unsigned_long"].contains(type)
        case .double: type == "double"
        case .boolean: type == "boolean"
        case .binary: ["binary", "keyword"].contains(type)
        case .date: ["date", "date_nanos"].contains(type)
        case .object: ["object", "flattened"].contains(type)
        case .anyKeys: ["object", "flattened"].contains(type)
        case .nested: ["nested", "object", "flattened"].contains(type)
        case .any: false
        }
    }
}

extension FieldClass: CustomStringConvertible {
    public var description: String {
        switch self {
        case .keyword: "keyword"
        case .long: "long"
        case .double: "double"
        case .boolean: "boolean"
        case .binary: "binary"
        case .date(let format): "date (\(format))"
        case .object: "object"
        case .nested: "nested"
        case .anyKeys: "any-keys"
        case .any: "any"
        }
    }
}
