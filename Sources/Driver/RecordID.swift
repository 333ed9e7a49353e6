import FoundationEssentials
import Pipeline

/// Names that nobody gave before.
enum RecordID {
    /// A random UUID (RFC 9562, version 4), in lower case.
    static func new() -> String { UUID().uuidString.lowercased() }

    /// Whether a text may be part of a file's name.
    static func isWellFormed(_ text: String) -> Bool { UUID(uuidString: text) != nil && text == text.lowercased() }

    /// The name of a run: sorts by time, and two at once differ.
    static func run(at now: Timestamp) -> String {
        let plain = "\(now)".filter { $0 != "-" && $0 != ":" }
        return "\(plain)-\(new().prefix(8))"
    }
}
