/// A regular expression for subjects that was found to be one.
public struct SubjectPattern: Equatable, Sendable {
    public let text: String

    /// Throws when the text is no expression, with the reason.
    public init(parsing text: String) throws(PatternError) {
        self.text = text
        do { _ = try Regex(text) } catch { throw PatternError(text: text, reason: "\(error)") }
    }

    var compiled: Regex<AnyRegexOutput> {
        do { return try Regex(text) } catch { preconditionFailure("\(text) was an expression before") }
    }
}

/// A text that is no regular expression, and why.
public struct PatternError: Error, Equatable, CustomStringConvertible {
    public let text: String
    public let reason: String

    public var description: String { "\"\(text)\" is no regular expression: \(reason)" }
}
