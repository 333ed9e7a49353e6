import Fixtures
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

func digest(_ text: String) -> Digest { .sha256(Array(text.utf8)) }
