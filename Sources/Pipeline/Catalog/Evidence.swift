/// How it is known which tests of a service ran.
public enum Evidence: Equatable, Sendable {
    /// JUnit XML files: globs relative to the folder of the service. Files the command writes below `$SLIPWAY_REPORTS`
    /// count as well.
    case reports([String])
    /// The output of the test command itself, in a dialect with a grammar.
    case output(Dialect)
    /// The exit code alone: one executed test. Recorded as such, and a policy may refuse it.
    case exitCode

    /// What a test runner without report files prints.
    public enum Dialect: String, Codable, CaseIterable, Sendable {
        /// Test Anything Protocol, version 12 to 14.
        case tap
        /// The summary lines of CTest.
        case ctest
        /// The lines of Rust's built-in test harness.
        case cargo
        /// The events of `go test -json` (test2json).
        case goJSON = "go-json"
        /// The lines of XCTest; what Swift Testing writes to `$SLIPWAY_REPORTS` counts as well.
        case xctest
    }
}

extension Evidence: Codable {
    private static let exitCodeText = "exit-code"

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let patterns = try? container.decode([String].self) {
            self = .reports(patterns)
            return
        }
        let text = try container.decode(String.self)
        if text == Self.exitCodeText {
            self = .exitCode
        } else if let dialect = Dialect(rawValue: text) {
            self = .output(dialect)
        } else {
            throw JSONError(place: decoder.codingPath.place, problem: "\"\(text)\" is no kind of report")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .reports(let patterns): try container.encode(patterns)
        case .output(let dialect): try container.encode(dialect)
        case .exitCode: try container.encode(Self.exitCodeText)
        }
    }
}
