/// A forgiving reader of XML: elements, their text and their lines, and nothing else of the language.
///
/// Comments, processing instructions and doctypes are passed over, CDATA is text. It never fails; what is no markup is
/// text.
struct Markup {
    enum Event {
        case open(ArraySlice<UInt8>, line: Int)
        case close
        case text(ArraySlice<UInt8>)
    }

    private let bytes: [UInt8]
    private var at = 0
    private var line = 1
    /// Whether the element just opened closes itself.
    private var isEmpty = false

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func next() -> Event? {
        if isEmpty {
            isEmpty = false
            return .close
        }
        while at < bytes.count {
            guard bytes[at] == UInt8(ascii: "<") else { return .text(take { $0 == UInt8(ascii: "<") }) }
            let rest = bytes[(at + 1)...]
            switch rest.first {
            case UInt8(ascii: "!"):
                if rest.starts(with: "![CDATA[".utf8) {
                    at += 9
                    return .text(skip(past: "]]>"))
                }
                _ = rest.starts(with: "!--".utf8) ? skip(past: "-->") : skip(past: ">")
            case UInt8(ascii: "?"): _ = skip(past: "?>")
            case UInt8(ascii: "/"):
                _ = skip(past: ">")
                return .close
            default: return open()
            }
        }
        return nil
    }

    private mutating func open() -> Event {
        let first = line
        at += 1
        let name = take { $0 <= 0x20 || $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "/") }
        var quote: UInt8?
        while at < bytes.count {
            let byte = bytes[at]
            if byte == 0x0A { line += 1 }
            at += 1
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                isEmpty = at >= 2 && bytes[at - 2] == UInt8(ascii: "/")
                break
            }
        }
        return .open(name, line: first)
    }

    private mutating func take(until isEnd: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = at
        while at < bytes.count, !isEnd(bytes[at]) {
            if bytes[at] == 0x0A { line += 1 }
            at += 1
        }
        return bytes[start..<at]
    }

    /// What stands before `end`, which is passed as well.
    private mutating func skip(past end: String) -> ArraySlice<UInt8> {
        let start = at
        let end = Array(end.utf8)
        while at < bytes.count {
            if bytes[at] == end[0], bytes[at...].starts(with: end) {
                at += end.count
                return bytes[start..<(at - end.count)]
            }
            if bytes[at] == 0x0A { line += 1 }
            at += 1
        }
        return bytes[start..<at]
    }
}
