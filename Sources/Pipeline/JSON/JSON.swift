// The nouns and the pure rules between them: no I/O, no clock, no environment, nothing imported.

/// One JSON value, as far as Slipway needs JSON: the form in which every noun crosses a process boundary.
///
/// Integers are exact; a number with a fraction or an exponent is kept as its text, so that nothing is rounded on the
/// way through.
public enum JSON: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case decimal(String)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    /// The member of an object, or nil for anything else.
    public subscript(_ key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    public var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    public var integer: Int64? {
        guard case .integer(let number) = self else { return nil }
        return number
    }

    public var array: [JSON]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    public var object: [String: JSON]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// What a person would call this value in an error message.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a truth value"
        case .integer: "an integer"
        case .decimal: "a number with a fraction"
        case .string: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

/// What is wrong with a JSON text, or with a value that should have been a noun.
public struct JSONError: Failure, Equatable {
    /// Where in the document: a byte offset for a text, a member path for a value.
    public let place: String
    public let problem: String

    public init(place: String, problem: String) {
        (self.place, self.problem) = (place, problem)
    }

    public var fault: Fault { .input }
    public var hint: String? { nil }
    public var description: String { "\(place): \(problem)" }
}
