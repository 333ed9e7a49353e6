/// Parts a script of PostgreSQL into statements and these into tokens, each byte looked at once.
struct SQLLexer: Sendable {
    let text: [UInt8]
    private(set) var at = 0
    /// Comments that are addressed to Slipway, without their marks.
    private(set) var notes: [Range<Int>] = []
    private var depth = 0

    /// So many tokens a statement may have; a longer one is not understood.
    static let tokenLimit = 1_000_000

    init(_ text: [UInt8]) {
        self.text = text
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    }

    /// Reads the next statement, without the semicolon.
    mutating func statement(into tokens: inout [SQLToken]) -> SQLEnding {
        tokens.removeAll(keepingCapacity: true)
        depth = 0
        // How deep we are in `BEGIN ATOMIC … END`, where semicolons end nothing.
        var atomic = 0
        while at < text.count {
            let byte = text[at]
            switch byte {
            case 0x20, 0x09...0x0D: at += 1
            case UInt8(ascii: ";") where depth == 0 && atomic == 0:
                at += 1
                return .semicolon
            default:
                let count = tokens.count
                if let problem = take(byte, into: &tokens) { return .broken(problem) }
                guard tokens.count > count else { continue }
                if tokens[count].kind == .meta { return .semicolon }
                if tokens[count].kind == .word { follow(tokens, &atomic) }
                if tokens.count > Self.tokenLimit {
                    at = text.count
                    return .broken("a statement of more than a million words")
                }
            }
        }
        return depth == 0 && atomic == 0 ? .endOfText : .broken("a parenthesis that is not closed")
    }

    /// Passes over the rows behind `COPY … FROM STDIN`, the line `\.` included.
    mutating func skipRows() {
        while at < text.count {
            let end = text[at...].firstIndex(of: 0x0A) ?? text.count
            let isEnd = text[at..<end].starts(with: [0x5C, 0x2E])
            at = min(end + 1, text.count)
            if isEnd { return }
        }
    }

    private func byte(at index: Int) -> UInt8 { index < text.count ? text[index] : 0 }

    /// Takes one token or comment that begins with a byte; returns what is wrong with it.
    private mutating func take(_ byte: UInt8, into tokens: inout [SQLToken]) -> String? {
        let start = at
        switch byte {
        case UInt8(ascii: "-") where self.byte(at: at + 1) == byte:
            at = text[at...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? text.count
            note(start + 2..<at)
        case UInt8(ascii: "/") where self.byte(at: at + 1) == UInt8(ascii: "*"): return skipComment()
        case UInt8(ascii: "'"): return takeQuote(byte, .string, from: start, into: &tokens)
        case UInt8(ascii: "\""): return takeQuote(byte, .quotedName, from: start, into: &tokens)
        case UInt8(ascii: "$"): return takeDollar(into: &tokens)
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            skip { $0.isDigit || $0.isLetter || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") }
            tokens.append(token(.number, from: start))
        case UInt8(ascii: "\\"):
            at = text[at...].firstIndex(of: 0x0A) ?? text.count
            tokens.append(token(.meta, from: start))
        case 0: return "a NUL"
        case let letter where letter.isLetter || letter == UInt8(ascii: "_") || letter >= 0x80:
            return takeWord(into: &tokens)
        default:
            at += 1
            if byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: ")") {
                guard depth > 0 else { return "a parenthesis that was not opened" }
                depth -= 1
            }
            tokens.append(token(.sign, from: start))
        }
        return nil
    }

    private func token(_ kind: SQLToken.Kind, from start: Int) -> SQLToken {
        SQLToken(kind: kind, start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: at))
    }

    private mutating func skip(while isWanted: (UInt8) -> Bool) {
        var index = at
        while index < text.count, isWanted(text[index]) { index += 1 }
        at = index
    }

    private mutating func takeWord(into tokens: inout [SQLToken]) -> String? {
        let start = at
        skip { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "$") || $0 >= 0x80 }
        // `E'…'` and its like are quotes with a letter before them; only in the first a backslash means something.
        if at == start + 1, byte(at: at) == UInt8(ascii: "'"), "eEbBxXnN".utf8.contains(text[start]) {
            let isEscaped = text[start] | 0x20 == UInt8(ascii: "e")
            return takeQuote(0x27, .string, from: start, into: &tokens, isEscaped: isEscaped)
        }
        if at == start + 1, text[start] | 0x20 == UInt8(ascii: "u"), byte(at: at) == UInt8(ascii: "&") {
            let quote = byte(at: at + 1)
            if quote == 0x27 || quote == 0x22 {
                at += 1
                return takeQuote(quote, quote == 0x27 ? .string : .quotedName, from: start, into: &tokens)
            }
        }
        tokens.append(token(.word, from: start))
        return nil
    }

    /// A quote that ends at the next mark of its kind which is not doubled.
    private mutating func takeQuote(
        _ mark: UInt8, _ kind: SQLToken.Kind, from start: Int, into tokens: inout [SQLToken], isEscaped: Bool = false
    ) -> String? {
        var index = at + 1
        while index < text.count {
            let byte = text[index]
            if byte == mark {
                guard index + 1 < text.count, text[index + 1] == mark else {
                    at = index + 1
                    tokens.append(token(kind, from: start))
                    return nil
                }
                index += 1
            } else if isEscaped, byte == UInt8(ascii: "\\") {
                index += 1
            }
            index += 1
        }
        at = text.count
        return "a quote that is not closed"
    }

    private mutating func takeDollar(into tokens: inout [SQLToken]) -> String? {
        let start = at
        at += 1
        if byte(at: at) == UInt8(ascii: "{") {
            skip { $0 != UInt8(ascii: "}") && $0 != 0x0A }
            at = min(at + 1, text.count)
            tokens.append(token(.placeholder, from: start))
            return nil
        }
        if byte(at: at).isDigit {
            skip(while: \.isDigit)
            tokens.append(token(.number, from: start))
            return nil
        }
        skip { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") || $0 >= 0x80 }
        guard byte(at: at) == UInt8(ascii: "$") else {
            tokens.append(token(.sign, from: start))
            return nil
        }
        let mark = text[start...at]
        at += 1
        while let next = text[at...].firstIndex(of: UInt8(ascii: "$")) {
            // A tag has no dollar sign inside, so nothing between two of them is compared twice.
            if text[next...].starts(with: mark) {
                at = next + mark.count
                tokens.append(token(.body, from: start))
                return nil
            }
            at = next + 1
        }
        at = text.count
        return "a dollar quote that is not closed"
    }

    // MARK: - Comments

    private mutating func skipComment() -> String? {
        let start = at
        var open = 0
        while at < text.count {
            let next = byte(at: at + 1)
            if text[at] == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
                open += 1
                at += 2
            } else if text[at] == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
                open -= 1
                at += 2
                guard open > 0 else {
                    note(start + 2..<at - 2)
                    return nil
                }
            } else {
                at += 1
            }
        }
        return "a comment that is not closed"
    }

    private mutating func note(_ range: Range<Int>) {
        let content = text[range].drop { $0 == 0x20 || $0 == 0x09 }
        if content.starts(with: "slipway:".utf8) { notes.append(content.startIndex + 8..<range.upperBound) }
    }

    /// Hands over the notes that were read since the last time.
    mutating func takeNotes() -> [Range<Int>] {
        defer { notes.removeAll() }
        return notes
    }

    /// Counts how deep the last word leads into a body that holds statements of its own.
    private func follow(_ tokens: [SQLToken], _ atomic: inout Int) {
        let last = tokens[tokens.count - 1]
        let length = last.end - last.start
        guard atomic > 0 ? length == 3 || length == 4 : length == 6 && text[Int(last.start)] | 0x20 == UInt8(ascii: "a")
        else { return }
        let word = text.word(last)
        if atomic > 0 {
            atomic += word == "case" ? 1 : word == "end" ? -1 : 0
        } else if word == "atomic", tokens.count > 4, text.word(tokens[tokens.count - 2]) == "begin",
            text.word(tokens[0]) == "create"
        {
            atomic = 1
        }
    }
}

extension [UInt8] {
    /// A word without quotes, in lower case as PostgreSQL folds it; empty for every other token.
    func word(_ token: SQLToken) -> String {
        token.kind == .word ? String(decoding: self[token.range].folded, as: UTF8.self) : ""
    }
}

extension ArraySlice<UInt8> {
    /// The letters of ASCII in lower case.
    var folded: ArraySlice<UInt8> {
        guard contains(where: \.isUpper) else { return self }
        return ArraySlice<UInt8>(map { $0.isUpper ? $0 | 0x20 : $0 })
    }
}
