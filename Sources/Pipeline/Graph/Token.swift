/// A piece of a build file: a word, a string without its quotes, or any other byte.
struct Token {
    enum Kind: UInt8 {
        case word
        case string
        /// A string that holds something to evaluate.
        case template
        case symbol
    }

    let kind: Kind
    /// The line it begins on, counted from 1.
    let line: Int32
    let start: Int32
    let end: Int32
}

/// A build file, cut into tokens.
struct Source {
    let bytes: [UInt8]
    let tokens: [Token]

    init(_ bytes: [UInt8], _ lexicon: Lexicon) {
        var lexer = Lexer(bytes, lexicon)
        lexer.run()
        (self.bytes, tokens) = (bytes, lexer.tokens)
    }

    subscript(_ index: Int) -> Token? { tokens.indices.contains(index) ? tokens[index] : nil }

    func slice(_ token: Token) -> ArraySlice<UInt8> { bytes[Int(token.start)..<Int(token.end)] }

    /// The text of a token; in strings a backslash gives the byte behind it.
    func text(_ token: Token) -> String {
        let slice = slice(token)
        guard token.kind != .word, slice.contains(UInt8(ascii: "\\")) else {
            return String(decoding: slice, as: UTF8.self)
        }
        var result: [UInt8] = []
        var isEscaped = false
        for byte in slice {
            if byte == UInt8(ascii: "\\"), !isEscaped {
                isEscaped = true
            } else {
                result.append(byte)
                isEscaped = false
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    func isWord(_ index: Int, _ word: String) -> Bool {
        guard let token = self[index], token.kind == .word else { return false }
        return token.end - token.start == word.utf8.count && slice(token).elementsEqual(word.utf8)
    }

    func isSymbol(_ index: Int, _ symbol: Unicode.Scalar) -> Bool {
        guard let token = self[index], token.kind == .symbol else { return false }
        return bytes[Int(token.start)] == UInt8(ascii: symbol)
    }

    func isString(_ index: Int) -> Bool { self[index]?.kind == .string }

    /// The text of a plain string at an index.
    func string(_ index: Int) -> String? {
        guard let token = self[index], token.kind == .string else { return nil }
        return text(token)
    }

    func line(_ index: Int) -> Int { Int(self[index]?.line ?? 1) }

    /// The bytes from one token up to another, without the quotes around them.
    func range(_ first: Int, upTo end: Int) -> Range<Int> {
        guard let start = self[first], let last = self[end - 1], start.start <= last.end else { return 0..<0 }
        return Int(start.start)..<Int(last.end)
    }

    /// Whether a statement of a script begins at an index that stands in so many brackets.
    func beginsStatement(_ index: Int, brackets: Int) -> Bool {
        guard index > 0 else { return true }
        let (last, token) = (tokens[index - 1], tokens[index])
        let lastSymbol = last.kind == .symbol ? bytes[Int(last.start)] : 0
        if "{};".utf8.contains(lastSymbol) { return brackets == 0 && !isSymbol(index, ".") }
        guard token.line > last.line, brackets == 0 else { return false }
        return !",.=([+:?&|-".utf8.contains(lastSymbol) && !isSymbol(index, ".") && !isSymbol(index, "?")
    }

    /// The index of the bracket that closes the one at an index, or of the end.
    func closing(_ index: Int) -> Int {
        var depth = 0
        for at in index..<max(index, tokens.count) where tokens[at].kind == .symbol {
            switch bytes[Int(tokens[at].start)] {
            case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                if depth <= 0 { return at }
            default: continue
            }
        }
        return tokens.count
    }
}
