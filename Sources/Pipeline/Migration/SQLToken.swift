/// One word, quote, number or sign of SQL, by its place in the text.
struct SQLToken: Equatable, Sendable {
    enum Kind: UInt8, Sendable {
        case word, quotedName, string
        /// Between `$tag$` and `$tag$`.
        case body
        case number
        /// `${name}`, which the engine replaces by a text that nobody here knows.
        case placeholder
        case sign
        /// A line that begins with a backslash: a command to psql, which no engine carries out.
        case meta
    }

    let kind: Kind
    let start: Int32
    let end: Int32

    var range: Range<Int> { Int(start)..<Int(end) }
}

/// How a statement of a script came to its end.
enum SQLEnding: Equatable, Sendable {
    case semicolon, endOfText
    /// The text cannot be parted further: an open quote, comment or parenthesis, a NUL.
    case broken(String)
}
