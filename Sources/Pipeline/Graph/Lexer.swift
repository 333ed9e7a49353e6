/// Cuts bytes into tokens, in one pass, whatever they are.
///
/// A string between single quote marks ends with its line at the latest, so that a stray quote costs one line.
struct Lexer {
    private let bytes: [UInt8]
    private let count: Int
    private let lexicon: Lexicon
    private var at = 0
    private var line: Int32 = 1
    private(set) var tokens: [Token] = []

    /// No build file is longer; what is, is read up to here.
    private static let limit = 1 << 24

    init(_ bytes: [UInt8], _ lexicon: Lexicon) {
        (self.bytes, self.lexicon) = (bytes, lexicon)
        count = min(bytes.count, Self.limit)
        tokens.reserveCapacity(count / 8)
    }

    mutating func run() {
        while at < count {
            switch lexicon.classes[Int(bytes[at])] {
            case .space: at += 1
            case .newline:
                line += 1
                at += 1
            case .word: word()
            case .quote: string(hashes: 0)
            case .comment: commentOrByte()
            case .symbol: symbol()
            }
        }
    }

    private func byte(_ offset: Int) -> UInt8 { at + offset < count ? bytes[at + offset] : 0 }

    private mutating func append(_ kind: Token.Kind, from start: Int, to end: Int, line: Int32) {
        tokens.append(Token(kind: kind, line: line, start: Int32(start), end: Int32(end)))
    }

    private mutating func word() {
        let start = at
        let slash = UInt8(ascii: "/")
        while at < count {
            switch lexicon.classes[Int(bytes[at])] {
            case .word: at += 1
            // In the files of Go a slash is part of a word, two of them are not.
            case .comment where isGo && bytes[at] == slash && byte(1) != slash: at += 1
            default:
                append(.word, from: start, to: at, line: line)
                return
            }
        }
        append(.word, from: start, to: at, line: line)
    }

    private var isGo: Bool { lexicon.literalQuote == UInt8(ascii: "`") }

    private mutating func symbol() {
        // Swift writes raw strings as `#"text"#`.
        if bytes[at] == UInt8(ascii: "#"), lexicon.interpolation == .backslash {
            var hashes = 0
            while byte(hashes) == UInt8(ascii: "#") { hashes += 1 }
            if byte(hashes) == UInt8(ascii: "\"") {
                at += hashes
                return string(hashes: hashes)
            }
            at += hashes
            return
        }
        append(.symbol, from: at, to: at + 1, line: line)
        at += 1
    }

    // MARK: - Comments

    private mutating func commentOrByte() {
        if lexicon.hasHashComments || byte(1) == UInt8(ascii: "/") {
            while at < count, bytes[at] != 0x0A { at += 1 }
        } else if lexicon.blocks != .none, byte(1) == UInt8(ascii: "*") {
            block()
        } else if isGo {
            word()
        } else {
            append(.symbol, from: at, to: at + 1, line: line)
            at += 1
        }
    }

    private mutating func block() {
        at += 2
        var depth = 1
        while at < count, depth > 0 {
            switch (bytes[at], byte(1)) {
            case (UInt8(ascii: "*"), UInt8(ascii: "/")):
                depth -= 1
                at += 2
            case (UInt8(ascii: "/"), UInt8(ascii: "*")) where lexicon.blocks == .nested:
                depth += 1
                at += 2
            case (0x0A, _):
                line += 1
                at += 1
            default: at += 1
            }
        }
    }

    // MARK: - Strings

    private mutating func string(hashes: Int) {
        let (quote, first) = (bytes[at], line)
        let isTriple = byte(1) == quote && byte(2) == quote && quote != UInt8(ascii: "`")
        let isRaw = hashes > 0 || (isTriple && lexicon.hasRawParagraphs)
        at += isTriple ? 3 : 1
        let start = at
        var isTemplate = false
        // What must close before the string can: quotes and brackets of code in it.
        var open: [UInt8] = []
        while at < count {
            let byte = bytes[at]
            if byte == 0x0A {
                if !isTriple, quote != UInt8(ascii: "`") { break }
                line += 1
                at += 1
            } else if open.isEmpty, byte == quote, closes(quote, isTriple: isTriple, hashes: hashes) {
                append(isTemplate ? .template : .string, from: start, to: at, line: first)
                at += (isTriple ? 3 : 1) + hashes
                return
            } else {
                step(over: byte, quote: quote, isRaw: isRaw, &open)
                isTemplate = isTemplate || !open.isEmpty || isName(byte, quote)
            }
        }
        append(.template, from: start, to: at, line: first)
    }

    private func closes(_ quote: UInt8, isTriple: Bool, hashes: Int) -> Bool {
        if isTriple, byte(1) != quote || byte(2) != quote { return false }
        let length = isTriple ? 3 : 1
        return (0..<hashes).allSatisfy { byte(length + $0) == UInt8(ascii: "#") }
    }

    /// Whether the byte just passed began `$name`.
    private func isName(_ passed: UInt8, _ quote: UInt8) -> Bool {
        guard passed == UInt8(ascii: "$"), lexicon.interpolation == .dollar, quote == UInt8(ascii: "\"") else {
            return false
        }
        return byte(0).isLetter || byte(0) == UInt8(ascii: "_")
    }

    /// One byte inside a string, or inside the code in it.
    private mutating func step(over byte: UInt8, quote: UInt8, isRaw: Bool, _ open: inout [UInt8]) {
        at += 1
        let isText = open.last.map { $0 == UInt8(ascii: "\"") } ?? true
        switch byte {
        case UInt8(ascii: "\\") where isText && quote != lexicon.literalQuote && !isRaw:
            guard at < count, bytes[at] != 0x0A else { return }
            if bytes[at] == UInt8(ascii: "("), lexicon.interpolation == .backslash { open.append(UInt8(ascii: ")")) }
            at += 1
        case UInt8(ascii: "$") where isText && lexicon.interpolation == .dollar && quote == UInt8(ascii: "\""):
            guard at < count, bytes[at] == UInt8(ascii: "{") else { return }
            open.append(UInt8(ascii: "}"))
            at += 1
        case UInt8(ascii: "{") where !isText && lexicon.interpolation == .dollar: open.append(UInt8(ascii: "}"))
        case UInt8(ascii: "(") where !isText && lexicon.interpolation == .backslash: open.append(UInt8(ascii: ")"))
        case UInt8(ascii: "\"") where !isText: open.append(byte)
        default: if byte == open.last { open.removeLast() }
        }
    }
}
