/// `BREAKING CHANGE:` at the beginning of a line, and what people write instead of it.
enum BreakingMarker {
    /// What follows the marker, which must be in upper case; nil when the line does not begin with it.
    static func value(_ line: MessageBytes) -> MessageBytes? {
        let rest = line.afterExactly("BREAKING CHANGE:") ?? line.afterExactly("BREAKING-CHANGE:")
        return rest?.trimmed
    }

    /// Whether a line was probably meant as the marker: other case, plural, a missing or shifted colon, Markdown around it.
    ///
    /// Prose that begins with these words is none: without a colon they must be in upper case, or a heading of their own.
    static func isNearMiss(_ line: MessageBytes, needsColon: Bool = false) -> Bool {
        guard value(line) == nil else { return false }
        let start = line.drop { $0 >= 0x80 || isDecoration($0) || $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: "[") }
        guard let behind = start.after("breaking") else { return false }
        let gap = behind.drop { isDecoration($0) || $0 == UInt8(ascii: "-") }
        guard let noun = gap.after("change") else {
            let isBracketed = start.startIndex > line.startIndex && behind.first == UInt8(ascii: "]")
            return isBracketed && !needsColon || endsToken(behind)
        }
        let rest = noun.after("s") ?? noun
        if let next = rest.first, next.isLetter || next.isDigit { return false }
        if endsToken(rest) { return true }
        if needsColon { return false }
        if start.afterExactly("BREAKING") != nil, gap.afterExactly("CHANGE") != nil { return true }
        let isHeading = start.startIndex > line.startIndex || start.first == UInt8(ascii: "B")
        return isHeading && rest.allSatisfy(isDecoration)
    }

    /// Whether what follows the words makes a footer of them: a colon, a `#`, or a scope before one.
    private static func endsToken(_ rest: MessageBytes) -> Bool {
        var rest = rest.drop { isDecoration($0) || $0 == UInt8(ascii: "]") }
        if rest.first == UInt8(ascii: "(") {
            guard let end = rest.prefix(200).firstIndex(of: UInt8(ascii: ")")) else { return false }
            rest = rest[(end + 1)...].drop(while: isDecoration)
        }
        if rest.first == UInt8(ascii: "!") { rest = rest.dropFirst().drop(while: isDecoration) }
        // The wide colon is that of Chinese and Japanese keyboards.
        return rest.first == UInt8(ascii: ":") || rest.starts(with: [0xEF, 0xBC, 0x9A])
            || rest.first == UInt8(ascii: "#") && rest.dropFirst().first?.isDigit == true
    }

    /// Blanks and the marks of Markdown.
    private static func isDecoration(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: "*") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "`")
    }
}
