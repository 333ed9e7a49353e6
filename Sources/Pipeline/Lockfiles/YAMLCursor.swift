/// A place in a line of YAML, and what can be read from there on without leaving the line.
struct YAMLCursor {
    let bytes: [UInt8]
    var position: Int
    var end: Int

    var current: UInt8? { position < end ? bytes[position] : nil }

    /// Whether nothing but a comment is left of the line.
    var isAtEnd: Bool { current == nil || current == UInt8(ascii: "#") }

    /// Whether a colon stands here that parts a name from its value.
    var isColon: Bool {
        guard current == UInt8(ascii: ":") else { return false }
        return position + 1 == end || bytes[position + 1] == UInt8(ascii: " ")
    }

    private var isQuote: Bool { current == UInt8(ascii: "\"") || current == UInt8(ascii: "'") }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func skipSpaces() { while take(" ") {} }

    func text(_ start: Int, _ end: Int) throws(Unreadable) -> String {
        guard let text = String(validating: bytes[start..<end], as: UTF8.self) else { throw Unreadable() }
        return text
    }

    /// A name up to its colon, or to the end of the line when it is a long one.
    mutating func name(isLong: Bool) throws(Unreadable) -> String {
        if isQuote { return try quoted() }
        try checkPlain()
        let start = position
        while current != nil, isLong || !isColon { position += 1 }
        return try text(start, position)
    }

    mutating func value(isFlow: Bool, depth: Int) throws(Unreadable) -> JSON {
        guard depth < YAMLReader.maximumDepth else { throw Unreadable() }
        switch current {
        case UInt8(ascii: "{"): return try flowMap(depth: depth)
        case UInt8(ascii: "["): return try flowList(depth: depth)
        case _ where isQuote: return .string(try quoted())
        default: return .string(try plain(isFlow: isFlow))
        }
    }

    private mutating func flowMap(depth: Int) throws(Unreadable) -> JSON {
        var members: [String: JSON] = [:]
        position += 1
        skipSpaces()
        while !take("}") {
            let key = isQuote ? try quoted() : try plain(isFlow: true)
            guard take(":") else { throw Unreadable() }
            skipSpaces()
            let value = try value(isFlow: true, depth: depth + 1)
            guard members.updateValue(value, forKey: key) == nil else { throw Unreadable() }
            try separate(before: "}")
        }
        return .object(members)
    }

    private mutating func flowList(depth: Int) throws(Unreadable) -> JSON {
        var elements: [JSON] = []
        position += 1
        skipSpaces()
        while !take("]") {
            elements.append(try value(isFlow: true, depth: depth + 1))
            try separate(before: "]")
        }
        return .array(elements)
    }

    private mutating func separate(before close: Unicode.Scalar) throws(Unreadable) {
        skipSpaces()
        guard take(",") || current == UInt8(ascii: close) else { throw Unreadable() }
        skipSpaces()
    }

    private mutating func quoted() throws(Unreadable) -> String {
        let start = position
        position += 1
        if bytes[start] == UInt8(ascii: "'") { return try singleQuoted() }
        var isEscaped = false
        while let byte = current, byte != UInt8(ascii: "\"") {
            if byte == UInt8(ascii: "\\") { isEscaped = true }
            position += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        guard take("\"") else { throw Unreadable() }
        guard isEscaped else { return try text(start + 1, position - 1) }
        // What it escapes, it escapes as JSON does.
        guard let text = try JSON(readable: Array(bytes[start..<position])).string else { throw Unreadable() }
        return text
    }

    private mutating func singleQuoted() throws(Unreadable) -> String {
        var text: [UInt8] = []
        while let byte = current {
            position += 1
            if byte == UInt8(ascii: "'"), !take("'") {
                guard let text = String(validating: text, as: UTF8.self) else { throw Unreadable() }
                return text
            }
            text.append(byte)
        }
        throw Unreadable()
    }

    private mutating func plain(isFlow: Bool) throws(Unreadable) -> String {
        try checkPlain()
        let start = position
        while let byte = current, !(byte == UInt8(ascii: "#") && bytes[position - 1] == UInt8(ascii: " ")) {
            if isFlow, Self.flowEnds.contains(byte) || isColon { break }
            guard isFlow || !isColon else { throw Unreadable() }
            position += 1
        }
        var last = position
        while last > start, bytes[last - 1] == UInt8(ascii: " ") { last -= 1 }
        guard last > start else { throw Unreadable() }
        return try text(start, last)
    }

    private static let flowEnds = Array(",{}[]".utf8)
    private static let indicators = Array("&*!|>%@`\"'#,{}[]\t".utf8)

    /// No plain text begins with a byte that has a meaning of its own.
    private func checkPlain() throws(Unreadable) {
        guard let current, !Self.indicators.contains(current) else { throw Unreadable() }
        let next = position + 1 < end ? bytes[position + 1] : UInt8(ascii: " ")
        guard !"-?:".utf8.contains(current) || next != UInt8(ascii: " ") else { throw Unreadable() }
    }
}
