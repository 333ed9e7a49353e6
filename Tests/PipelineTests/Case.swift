import Pipeline
import Signing
import Testing

/// One row of a table: what it is called in the report, what goes in, what must come out.
struct Row<Input: Sendable, Output: Sendable>: CustomTestStringConvertible, Sendable {
    let input: Input
    let expected: Output
    let testDescription: String

    init(_ name: String? = nil, _ input: Input, _ expected: Output) {
        (self.input, self.expected, testDescription) = (input, expected, name ?? "\(input)")
    }
}

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
    static func test(_ number: UInt8) -> ObjectID {
        guard let id = ObjectID(bytes: [UInt8](repeating: number, count: 20)) else {
            preconditionFailure("twenty bytes")
        }
        return id
    }
}

func digest(_ text: String) -> Digest { .sha256(Array(text.utf8)) }
