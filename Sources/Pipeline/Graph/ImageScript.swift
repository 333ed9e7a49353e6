/// The instructions of a Dockerfile, as far as they name images and files.
struct ImageScript {
    struct Instruction {
        /// In upper case.
        let keyword: String
        let words: [String]
        /// The line it begins on, counted from 1.
        let line: Int
    }

    private(set) var instructions: [Instruction] = []

    init(_ bytes: [UInt8]) {
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        let escape = Self.escape(lines)
        var pending: (text: [UInt8], line: Int)?
        // The words that end the documents which stand below an instruction.
        var documents: [[UInt8]] = []
        for (index, line) in lines.enumerated() {
            if let end = documents.first {
                if Self.trimmed(line).elementsEqual(end) { documents.removeFirst() }
                continue
            }
            var text = Self.trimmed(line)
            if text.isEmpty || text.first == UInt8(ascii: "#") { continue }
            let continues = text.last == escape
            if continues { text = text.dropLast() }
            if pending == nil { pending = ([], index + 1) }
            pending?.text += text + [0x20]
            guard !continues, let complete = pending else { continue }
            documents = take(complete.text, complete.line)
            pending = nil
        }
        if let pending { _ = take(pending.text, pending.line) }
    }

    /// Keeps an instruction that matters, and answers the ends of its documents.
    private mutating func take(_ text: [UInt8], _ line: Int) -> [[UInt8]] {
        let verb = text.prefix { $0 > 0x20 }
        guard verb.count <= 10 else { return [] }
        let keyword = String(decoding: verb.map { $0.isLower ? $0 - 0x20 : $0 }, as: UTF8.self)
        let rest = text.dropFirst(verb.count)
        switch keyword {
        case "FROM", "ARG", "ENV", "COPY", "ADD":
            instructions.append(Instruction(keyword: keyword, words: Self.words(rest), line: line))
        case "RUN" where rest.contains(UInt8(ascii: "-")):
            let words = Self.words(rest.prefix(4096)).prefix { $0.hasPrefix("--") }
            instructions.append(Instruction(keyword: keyword, words: Array(words), line: line))
        default: break
        }
        return ["RUN", "COPY", "ADD"].contains(keyword) ? Self.documents(rest) : []
    }

    private static func escape(_ lines: [ArraySlice<UInt8>]) -> UInt8 {
        for line in lines {
            let text = trimmed(line)
            guard text.first == UInt8(ascii: "#"), let equals = text.firstIndex(of: UInt8(ascii: "=")) else { break }
            let name = trimmed(text[..<equals].dropFirst()).map { $0 | 0x20 }
            let value = trimmed(text[(equals + 1)...])
            if name == Array("escape".utf8), value.elementsEqual("`".utf8) { return UInt8(ascii: "`") }
        }
        return UInt8(ascii: "\\")
    }

    /// The ends of `<<EOF`, `<<-"EOF"`; a shift or a here-string is none.
    private static func documents(_ text: ArraySlice<UInt8>) -> [[UInt8]] {
        var ends: [[UInt8]] = []
        var at = text.startIndex
        while at + 2 < text.endIndex {
            guard text[at] == UInt8(ascii: "<"), text[at + 1] == UInt8(ascii: "<"),
                at == text.startIndex || text[at - 1] <= 0x20 || text[at - 1].isDigit
            else {
                at += 1
                continue
            }
            at += 2
            if text[at] == UInt8(ascii: "-") { at += 1 }
            let word = text[at...].prefix { $0 > 0x20 }.filter { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'") }
            if word.first.map({ $0.isLetter || $0 == UInt8(ascii: "_") }) == true, ends.count < 16 {
                ends.append(word.prefix { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }.map { $0 })
            }
        }
        return ends
    }

    /// The words of an instruction, without quotes; the JSON form gives the same.
    private static func words(_ text: ArraySlice<UInt8>) -> [String] {
        var words: [String] = []
        var word: [UInt8] = []
        var quote: UInt8?
        // Flags may stand before the list.
        var isList = false
        for byte in text {
            if byte == UInt8(ascii: "["), word.isEmpty, words.allSatisfy({ $0.hasPrefix("--") }) { isList = true }
            if byte == quote {
                quote = nil
            } else if quote == nil, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if quote == nil, byte <= 0x20 || isList && ",[]".utf8.contains(byte) {
                if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
                word = []
            } else {
                word.append(byte)
            }
        }
        return word.isEmpty ? words : words + [String(decoding: word, as: UTF8.self)]
    }

    static func trimmed(_ slice: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var slice = slice
        while let first = slice.first, first <= 0x20 { slice = slice.dropFirst() }
        while let last = slice.last, last <= 0x20 { slice = slice.dropLast() }
        return slice
    }
}
