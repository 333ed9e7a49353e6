/// The byte strings by which a secret can be read off a text: its lines, and what usual encodings make of them.
enum SecretForms {
    /// What is shorter is no secret, and no part of one.
    static let shortest = 4

    /// The lines of a value that can be told from chance, without the space around them.
    static func parts(of value: [UInt8]) -> [[UInt8]] {
        let lines = value.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        guard lines.count > 1 else { return lines.map(Array.init).filter { $0.count >= shortest } }
        return lines.map(trimmed).filter { $0.count >= shortest }
    }

    /// All forms of a value, each once.
    static func all(of value: [UInt8]) -> Set<[UInt8]> {
        let parts = parts(of: value)
        var forms: Set<[UInt8]> = []
        for part in parts {
            forms.insert(part)
            forms.formUnion(base64(part))
            forms.formUnion(percent(part))
            forms.formUnion(escaped(part))
        }
        // Of several lines the whole may have been encoded, too.
        if parts.count > 1 { forms.formUnion(base64(value)) }
        return forms.filter { $0.count >= shortest }
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> [UInt8] {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        let body = line.drop(while: isSpace)
        return Array(body.prefix((body.lastIndex { !isSpace($0) } ?? body.startIndex - 1) - body.startIndex + 1))
    }

    // MARK: - Base64

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    /// How much of a long encoding one form holds: rows of any width hold several, and they overlap.
    private static let window = 16

    /// What of the encoding does not depend on what stands before and behind the value, for each place in a group of three
    /// bytes, in both alphabets.
    ///
    /// A long one is given in pieces that overlap, so that one which is wrapped into rows is found as well.
    private static func base64(_ value: [UInt8]) -> [[UInt8]] {
        (0..<3).flatMap { offset -> [[UInt8]] in
            let code = encoded([UInt8](repeating: 0, count: offset) + value)
            let first = [0, 2, 3][offset]
            let pieces = windows(of: code, from: first)
            let other = pieces.map { piece in
                piece.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? 0x5F : $0 }
            }
            return pieces + other
        }
    }

    /// The characters that whole groups of six bits of the bytes give.
    private static func encoded(_ bytes: [UInt8]) -> [UInt8] {
        var code: [UInt8] = []
        var (bits, count) = (0, 0)
        for byte in bytes {
            (bits, count) = ((bits << 8 | Int(byte)) & 0xFFFF, count + 8)
            while count >= 6 {
                count -= 6
                code.append(alphabet[bits >> count & 63])
            }
        }
        return code
    }

    private static func windows(of code: [UInt8], from first: Int) -> [[UInt8]] {
        guard code.count - first > window else { return [Array(code[first...])] }
        let last = code.count - window
        // Rows begin where groups do.
        let starts = [first] + stride(from: 4, through: last, by: 4) + [last]
        return Set(starts).map { Array(code[$0..<$0 + window]) }
    }

    // MARK: - URLs

    private static let letters = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    /// What the usual encoders leave as it is, besides letters and digits, and whether they write a space as `+`.
    private static let encoders: [(kept: String, plus: Bool)] = [
        ("-_.~", false), ("-_.~", true), ("*-._", true), ("-_.~/", false), ("-_.!~*'()", false),
        ("-_.!~*'();,/?:@&=+$#", false),
    ]

    private static func percent(_ value: [UInt8]) -> [[UInt8]] {
        var forms: [[UInt8]] = []
        for digits in ["0123456789ABCDEF", "0123456789abcdef"].map({ Array($0.utf8) }) {
            func code(_ byte: UInt8) -> [UInt8] { [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
            forms.append(value.flatMap(code))
            for (kept, plus) in encoders {
                let safe = letters.union(kept.utf8)
                forms.append(
                    value.flatMap { byte in
                        safe.contains(byte) ? [byte] : byte == 0x20 && plus ? [UInt8(ascii: "+")] : code(byte)
                    })
            }
        }
        return forms
    }

    // MARK: - XML and JSON

    /// What writers of reports make of the characters that mean something there.
    private static let escapes: [[(Character, String)]] = [
        [("&", "&amp;"), ("<", "&lt;")],
        [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")],
        [("&", "&amp;"), ("<", "&lt;"), ("\"", "&quot;")],
        [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;")],
        [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&apos;")],
        [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&#34;"), ("'", "&#39;")],
        [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#x27;")],
        [("&", "&#38;")],
        [("&", "&#38;"), ("<", "&#60;"), (">", "&#62;"), ("\"", "&#34;"), ("'", "&#39;")],
        [("\\", "\\\\"), ("\"", "\\\"")],
        [("\\", "\\\\"), ("\"", "\\\""), ("/", "\\/")],
    ]

    private static func escaped(_ value: [UInt8]) -> [[UInt8]] {
        escapes.map { table in
            value.flatMap { byte -> [UInt8] in
                table.first { $0.0.asciiValue == byte }.map { Array($0.1.utf8) } ?? [byte]
            }
        }
    }
}
