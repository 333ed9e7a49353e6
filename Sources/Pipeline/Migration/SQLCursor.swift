/// A name with its parts as PostgreSQL knows them: folded unless quoted.
struct SQLName: Hashable, Sendable, CustomStringConvertible {
    var parts: [String]

    var last: String { parts.last ?? "" }
    /// The schema it is qualified with.
    var schema: String? { parts.count > 1 ? parts[parts.count - 2] : nil }
    var description: String { parts.joined(separator: ".") }

    /// The name without the schema that is meant anyway, and without a database.
    func relative(to home: String) -> SQLName {
        SQLName(parts: schema == nil || schema == home ? [last] : Array(parts.suffix(2)))
    }
}

/// A place in the tokens of one statement.
struct SQLCursor: Sendable {
    let text: [UInt8]
    let tokens: [SQLToken]
    var at = 0
    let end: Int

    init(_ text: [UInt8], _ tokens: [SQLToken]) {
        (self.text, self.tokens, end) = (text, tokens, tokens.count)
    }

    /// A part of another one.
    init(_ whole: SQLCursor, _ range: Range<Int>) {
        (text, tokens, at, end) = (whole.text, whole.tokens, range.lowerBound, range.upperBound)
    }

    var isAtEnd: Bool { at >= end }

    func token(_ offset: Int = 0) -> SQLToken? {
        let index = at + offset
        return index >= 0 && index < end ? tokens[index] : nil
    }

    /// The word at some distance; empty when something else, or nothing, is there.
    func word(_ offset: Int = 0) -> String { token(offset).map(text.word) ?? "" }

    /// The sign at some distance; zero when something else is there.
    func sign(_ offset: Int = 0) -> UInt8 {
        guard let token = token(offset), token.kind == .sign else { return 0 }
        return text[Int(token.start)]
    }

    func isSign(_ sign: Unicode.Scalar, _ offset: Int = 0) -> Bool { self.sign(offset) == UInt8(ascii: sign) }

    /// Passes over a word if it is there.
    mutating func take(_ word: String) -> Bool {
        guard self.word() == word else { return false }
        at += 1
        return true
    }

    /// Passes over two words if both are there.
    mutating func take(_ first: String, _ second: String) -> Bool {
        guard word() == first, word(1) == second else { return false }
        at += 2
        return true
    }

    mutating func takeSign(_ sign: Unicode.Scalar) -> Bool {
        guard isSign(sign) else { return false }
        at += 1
        return true
    }

    /// Passes over `IF EXISTS`.
    mutating func takeIfExists() -> Bool { take("if", "exists") }

    /// Passes over `IF NOT EXISTS`.
    mutating func takeIfNotExists() -> Bool {
        guard word() == "if", word(1) == "not", word(2) == "exists" else { return false }
        at += 3
        return true
    }

    /// Passes over a name and its parts; nil when there is none.
    mutating func takeName() -> SQLName? {
        var parts: [String] = []
        while let part = takePart() {
            parts.append(part)
            guard isSign("."), token(1).map({ $0.kind != .sign }) == true else { break }
            at += 1
        }
        return parts.isEmpty ? nil : SQLName(parts: parts)
    }

    /// One part: a word or a quote, and placeholders that touch it.
    private mutating func takePart() -> String? {
        var part: [UInt8] = []
        var last: SQLToken?
        while let token = token() {
            if let last, last.end != token.start || last.kind != .placeholder && token.kind != .placeholder { break }
            switch token.kind {
            case .word: part += text[token.range].folded
            case .quotedName: part += text.unquoted(token)
            case .placeholder: part += text[token.range]
            default: return part.name
            }
            last = token
            at += 1
        }
        return part.name
    }

    /// Names parted by commas.
    mutating func takeNames() -> [SQLName] {
        var names: [SQLName] = []
        repeat {
            guard let name = takeName() else { break }
            names.append(name)
        } while takeSign(",")
        return names
    }

    /// Passes over a parenthesis with all that is in it; returns what is between.
    mutating func takeGroup() -> SQLCursor? {
        guard isSign("(") else { return nil }
        let start = at + 1
        var depth = 0
        while at < end {
            if isSign("(") { depth += 1 }
            if isSign(")") { depth -= 1 }
            at += 1
            if depth == 0 { return SQLCursor(self, start..<at - 1) }
        }
        return SQLCursor(self, start..<at)
    }

    /// The rest, parted at commas outside of parentheses and brackets.
    func parts() -> [SQLCursor] {
        var parts: [SQLCursor] = []
        var (start, depth) = (at, 0)
        for index in at..<max(end, at) where tokens[index].kind == .sign {
            switch text[Int(tokens[index].start)] {
            case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ",") where depth == 0:
                parts.append(SQLCursor(self, start..<index))
                start = index + 1
            default: break
            }
        }
        return parts + [SQLCursor(self, start..<max(end, start))]
    }

    /// Moves to the next of some words outside of parentheses; to the end when there is none.
    mutating func seek(_ isWanted: (String) -> Bool) -> String? {
        while at < end {
            if isSign("(") {
                _ = takeGroup()
                continue
            }
            let word = word()
            if !word.isEmpty, isWanted(word) { return word }
            at += 1
        }
        return nil
    }

    /// Whether a word stands anywhere in the rest outside of parentheses.
    func has(_ word: String) -> Bool {
        var copy = self
        return copy.seek { $0 == word } != nil
    }
}

extension [UInt8] {
    /// As PostgreSQL keeps it: the first 63 bytes, without half a character at their end.
    fileprivate var name: String? {
        guard count > 63 else { return isEmpty ? nil : String(decoding: self, as: UTF8.self) }
        var end = 63
        while end > 0, self[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: self[..<end], as: UTF8.self)
    }

    /// What a quoted name or text stands for, but for escapes.
    func unquoted(_ token: SQLToken) -> [UInt8] {
        let quote = self[token.range].drop { $0 != 0x27 && $0 != 0x22 }
        guard let mark = quote.first else { return [] }
        var content: [UInt8] = []
        var isDoubled = false
        for byte in quote.dropFirst().dropLast() {
            if byte == mark, !isDoubled {
                isDoubled = true
                continue
            }
            isDoubled = false
            content.append(byte)
        }
        return content
    }
}
