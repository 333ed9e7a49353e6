// Versions in `gradle.properties`, in the format of java.util.Properties.

extension VersionMention {
    /// The lines whose key is `version`.
    static func properties(_ bytes: [UInt8]) -> [VersionMention] {
        var reader = PropertiesReader(bytes)
        var found: [VersionMention] = []
        while let entry = reader.next() {
            guard PropertiesReader.decoded(bytes[entry.key]) == "version" else { continue }
            let value = bytes[entry.value]
            // Blanks at the end are part of a value there; nobody means them.
            let end = value.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? value.startIndex
            let range = value.startIndex..<end
            found.append(
                range.isEmpty
                    ? VersionMention(.broken("version is empty"), at: entry.key)
                    : VersionMention(.text(PropertiesReader.decoded(bytes[range])), at: range))
        }
        return found
    }
}

/// Walks over the entries of a properties file, by their bytes.
private struct PropertiesReader {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    private static let backslash = UInt8(ascii: "\\")

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0C }
    private static func isBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

    mutating func next() -> (key: Range<Int>, value: Range<Int>)? {
        while at < bytes.count {
            if Self.isBlank(bytes[at]) || Self.isBreak(bytes[at]) {
                at += 1
            } else if bytes[at] == UInt8(ascii: "#") || bytes[at] == UInt8(ascii: "!") {
                while at < bytes.count, !Self.isBreak(bytes[at]) { at += 1 }
            } else {
                return entry()
            }
        }
        return nil
    }

    private mutating func entry() -> (key: Range<Int>, value: Range<Int>) {
        let start = at
        pass { Self.isBlank($0) || $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") }
        let key = start..<at
        blanks()
        if at < bytes.count, bytes[at] == UInt8(ascii: "=") || bytes[at] == UInt8(ascii: ":") {
            at += 1
            blanks()
        }
        let value = at
        pass { _ in false }
        return (key, value..<at)
    }

    /// Goes on until a byte that ends something or until the end of the line, over what a backslash escapes.
    private mutating func pass(until isEnd: (UInt8) -> Bool) {
        while at < bytes.count, !Self.isBreak(bytes[at]), !isEnd(bytes[at]) { step() }
    }

    /// One byte, or a backslash and what it escapes: two bytes for a line that ends in CR LF.
    private mutating func step() {
        let escapes = bytes[at] == Self.backslash
        at += 1
        guard escapes, at < bytes.count else { return }
        at += bytes[at] == 0x0D && at + 1 < bytes.count && bytes[at + 1] == 0x0A ? 2 : 1
    }

    /// Blanks, and lines that end in a backslash between them.
    private mutating func blanks() {
        while at < bytes.count {
            let continues = bytes[at] == Self.backslash && at + 1 < bytes.count && Self.isBreak(bytes[at + 1])
            guard continues || Self.isBlank(bytes[at]) else { return }
            step()
        }
    }

    /// The text that bytes stand for.
    static func decoded(_ slice: ArraySlice<UInt8>) -> String {
        guard slice.contains(backslash) else { return String(decoding: slice, as: UTF8.self) }
        var text: [UInt8] = []
        var rest = slice
        while let byte = rest.popFirst() {
            guard byte == backslash, let escaped = rest.popFirst() else {
                text.append(byte)
                continue
            }
            switch escaped {
            case UInt8(ascii: "u"):
                let digits = rest.prefix(4).reduce(UInt32(0)) { $0 << 4 | UInt32(($1 | 0x20).hexadecimalDigit) }
                rest = rest.dropFirst(4)
                text += Array(String(Unicode.Scalar(digits) ?? "\u{FFFD}").utf8)
            case UInt8(ascii: "t"): text.append(0x09)
            case _ where isBreak(escaped):
                rest = rest.drop { isBlank($0) || isBreak($0) }
            default: text.append(escaped)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension UInt8 {
    /// What a digit in lower case stands for; anything else is nought.
    fileprivate var hexadecimalDigit: UInt8 { hexadecimalValue ?? 0 }
}
