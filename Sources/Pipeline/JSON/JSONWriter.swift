extension JSON {
    /// The one text of this value: members sorted, no white space.
    ///
    /// Equal to RFC 8785 for the strict profile.
    public var canonicalBytes: [UInt8] {
        var writer = JSONWriter(indentation: nil)
        writer.write(self)
        return writer.bytes
    }

    public var canonicalText: String { String(decoding: canonicalBytes, as: UTF8.self) }

    /// The same members in the same order, indented for people, with a final line break.
    public var prettyText: String {
        var writer = JSONWriter(indentation: 0)
        writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self) + "\n"
    }
}

private struct JSONWriter {
    var bytes: [UInt8] = []
    /// Levels of indentation, or nil for none at all.
    var indentation: Int?

    init(indentation: Int?) {
        self.indentation = indentation
    }

    mutating func write(_ value: JSON) {
        switch value {
        case .null: append("null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .integer(let number): append(String(number))
        case .decimal(let text): append(text)
        case .string(let text): string(text)
        case .array(let elements): array(elements)
        case .object(let members): object(members)
        }
    }

    mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func array(_ elements: [JSON]) {
        list("[", "]", elements) { writer, element in writer.write(element) }
    }

    mutating func object(_ members: [String: JSON]) {
        let sorted = members.sorted { Self.precedes($0.key, $1.key) }
        list("{", "}", sorted) { writer, member in
            writer.string(member.key)
            writer.append(writer.indentation == nil ? ":" : ": ")
            writer.write(member.value)
        }
    }

    /// The order of UTF-16, as RFC 8785 has it, without leaving UTF-8: they differ only where a surrogate meets U+E000 and above.
    private static func precedes(_ left: String, _ right: String) -> Bool {
        func rank(_ byte: UInt8) -> Int { byte >= 0xF0 ? 0xED * 16 + Int(byte - 0xEF) : Int(byte) * 16 }
        return left.utf8.lexicographicallyPrecedes(right.utf8) { rank($0) < rank($1) }
    }

    mutating func list<Element>(
        _ open: String, _ close: String, _ elements: [Element], _ body: (inout JSONWriter, Element) -> Void
    ) {
        append(open)
        guard !elements.isEmpty else { return append(close) }
        indentation = indentation.map { $0 + 1 }
        for (index, element) in elements.enumerated() {
            if index > 0 { append(",") }
            lineBreak()
            body(&self, element)
        }
        indentation = indentation.map { $0 - 1 }
        lineBreak()
        append(close)
    }

    mutating func lineBreak() {
        guard let indentation else { return }
        append("\n" + String(repeating: "  ", count: indentation))
    }

    mutating func string(_ text: String) {
        bytes.append(0x22)
        for byte in text.utf8 {
            switch byte {
            case 0x22: append("\\\"")
            case 0x5C: append("\\\\")
            case 0x08: append("\\b")
            case 0x0C: append("\\f")
            case 0x0A: append("\\n")
            case 0x0D: append("\\r")
            case 0x09: append("\\t")
            case 0..<0x20: append("\\u00" + [byte].hexadecimal)
            default: bytes.append(byte)
            }
        }
        bytes.append(0x22)
    }
}
