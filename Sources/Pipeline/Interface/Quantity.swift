/// A number in a schema, exact where it is an integer.
struct Quantity: Hashable, Sendable, CustomStringConvertible {
    private let integer: Int64?
    private let double: Double

    init?(_ scalar: InterfaceSource.Scalar) {
        switch scalar {
        case .integer(let number): (integer, double) = (number, Double(number))
        case .other(let text):
            guard let number = Double(text), number.isFinite else { return nil }
            (integer, double) = (Int64(text) ?? Int64(exactly: number), number)
        case .null, .bool, .text: return nil
        }
    }

    static func < (left: Quantity, right: Quantity) -> Bool {
        guard let one = left.integer, let other = right.integer else { return left.double < right.double }
        return one < other
    }

    var description: String { integer.map { "\($0)" } ?? "\(double)" }
}

/// A limit of values: what they may be at most, or must be at least.
struct Bound: Hashable, Sendable {
    let quantity: Quantity
    /// Whether the limit itself is outside.
    let isExclusive: Bool

    /// Whether this limit leaves fewer values than the other.
    func isTighter(than other: Bound, isUpper: Bool) -> Bool {
        if quantity < other.quantity { return isUpper }
        if other.quantity < quantity { return !isUpper }
        return isExclusive && !other.isExclusive
    }
}

/// The keywords that limit a number, a length or a count.
enum Limit: String, CaseIterable, Sendable {
    case minimum, maximum, minLength, maxLength, minItems, maxItems, minProperties, maxProperties

    var isUpper: Bool { rawValue.hasPrefix("max") }

    /// The keyword that makes this limit an exclusive one, or is one.
    var exclusive: String? {
        switch self {
        case .minimum: "exclusiveMinimum"
        case .maximum: "exclusiveMaximum"
        default: nil
        }
    }
}

extension InterfaceSource {
    func quantity(_ key: String, of node: Int) -> Quantity? {
        guard let member = member(key, of: node), case .scalar(let scalar) = nodes[member].content else { return nil }
        return Quantity(scalar)
    }

    /// The limit a schema value sets, in the form of OpenAPI 3.0 or of 3.1.
    func bound(_ limit: Limit, of node: Int) -> Bound? {
        let exclusiveFlag = limit.exclusive.flatMap { flag($0, of: node) } ?? false
        let inclusive = quantity(limit.rawValue, of: node).map { Bound(quantity: $0, isExclusive: exclusiveFlag) }
        let exclusive = limit.exclusive.flatMap { quantity($0, of: node) }.map {
            Bound(quantity: $0, isExclusive: true)
        }
        guard let inclusive, let exclusive else { return inclusive ?? exclusive }
        return exclusive.isTighter(than: inclusive, isUpper: limit.isUpper) ? exclusive : inclusive
    }
}
