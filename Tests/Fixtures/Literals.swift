import Pipeline

extension ServiceName: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) {
        guard let name = ServiceName(parsing: text) else { preconditionFailure("\(text) is no service name") }
        self = name
    }
}

extension Path: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self.init(bytes: Array(text.utf8)) }
}

extension SemanticVersion: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) {
        guard let version = SemanticVersion(parsing: text) else { preconditionFailure("\(text) is no version") }
        self = version
    }
}

extension ObjectID {
    /// An id that a test can tell from others.
    public static func test(_ number: UInt8) -> ObjectID {
        guard let id = ObjectID(bytes: [UInt8](repeating: number, count: 20)) else {
            preconditionFailure("twenty bytes")
        }
        return id
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }

    public init(booleanLiteral value: Bool) { self = .bool(value) }

    public init(integerLiteral value: Int64) { self = .integer(value) }

    public init(arrayLiteral elements: JSON...) { self = .array(elements) }

    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(elements) { $1 })
    }
}
