/// Reads TOML as lockfiles and manifests have it.
///
/// Texts are texts; numbers, truth values and dates are texts as they are written. A name that stands twice is
/// unreadable. https://toml.io/en/v1.0.0
struct TOMLReader {
    private static let maximumDepth = 32
    private let bytes: [UInt8]
    private var position = 0

    static func document(_ bytes: [UInt8]) throws(Unreadable) -> JSON {
        var reader = TOMLReader(bytes: bytes)
        let root = TOMLTable()
        var table = root
        while true {
            reader.skipBlank()
            guard let byte = reader.current else { return root.value }
            if byte == UInt8(ascii: "[") {
                table = try reader.header(in: root)
            } else {
                try reader.member(of: table, depth: 0)
            }
            reader.skipSpaces()
            guard reader.atLineEnd else { throw Unreadable() }
        }
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private var atLineEnd: Bool {
        guard let current else { return true }
        return current == UInt8(ascii: "\n") || current == UInt8(ascii: "\r") || current == UInt8(ascii: "#")
    }

    private mutating func take(_ text: StaticString) -> Bool {
        let wanted = "\(text)".utf8
        guard bytes[min(position, bytes.count)...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    private mutating func skipSpaces() {
        while current == UInt8(ascii: " ") || current == UInt8(ascii: "\t") { position += 1 }
    }

    /// Skips white space, line breaks and comments.
    private mutating func skipBlank() {
        while let byte = current, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || atLineEnd {
            if byte == UInt8(ascii: "#") {
                while let byte = current, byte != UInt8(ascii: "\n") { position += 1 }
            } else {
                position += 1
            }
        }
    }

    private func text(_ start: Int, _ end: Int) throws(Unreadable) -> String {
        guard let text = String(validating: bytes[start..<end], as: UTF8.self) else { throw Unreadable() }
        return text
    }
}

// MARK: - Names

extension TOMLReader {
    private mutating func header(in root: TOMLTable) throws(Unreadable) -> TOMLTable {
        let isElement = take("[[")
        if !isElement { position += 1 }
        let names = try names()
        guard isElement ? take("]]") : take("]"), let last = names.last else { throw Unreadable() }
        let above = try root.table(at: names.dropLast())
        return isElement ? try above.appendTable(last) : try above.openTable(last)
    }

    private mutating func member(of table: TOMLTable, depth: Int) throws(Unreadable) {
        let names = try names()
        guard take("="), let last = names.last else { throw Unreadable() }
        skipSpaces()
        let value = try value(depth: depth)
        try table.table(at: names.dropLast()).set(value, for: last)
    }

    /// Names parted by dots, and the spaces around them.
    private mutating func names() throws(Unreadable) -> [String] {
        var names: [String] = []
        repeat {
            skipSpaces()
            if current == UInt8(ascii: "\"") || current == UInt8(ascii: "'") {
                names.append(try quoted())
            } else {
                let start = position
                while let byte = current, byte.isPlainKeyByte, byte != UInt8(ascii: ".") { position += 1 }
                guard position > start else { throw Unreadable() }
                names.append(try text(start, position))
            }
            skipSpaces()
        } while take(".")
        guard names.count < Self.maximumDepth else { throw Unreadable() }
        return names
    }
}

// MARK: - Values

extension TOMLReader {
    private mutating func value(depth: Int) throws(Unreadable) -> JSON {
        guard depth < Self.maximumDepth else { throw Unreadable() }
        switch current {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try quoted())
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "{"): return try inlineTable(depth: depth)
        default:
            let start = position
            while let byte = current, byte.isPlainKeyByte || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "+") {
                position += 1
            }
            guard position > start else { throw Unreadable() }
            return .string(try text(start, position))
        }
    }

    private mutating func array(depth: Int) throws(Unreadable) -> JSON {
        var elements: [JSON] = []
        position += 1
        skipBlank()
        while !take("]") {
            elements.append(try value(depth: depth + 1))
            skipBlank()
            guard take(",") || current == UInt8(ascii: "]") else { throw Unreadable() }
            skipBlank()
        }
        return .array(elements)
    }

    private mutating func inlineTable(depth: Int) throws(Unreadable) -> JSON {
        let table = TOMLTable()
        position += 1
        skipBlank()
        while !take("}") {
            try member(of: table, depth: depth + 1)
            skipBlank()
            guard take(",") || current == UInt8(ascii: "}") else { throw Unreadable() }
            skipBlank()
        }
        return table.value
    }

    private mutating func quoted() throws(Unreadable) -> String {
        if take("\"\"\"") { return try paragraph(until: "\"\"\"") }
        if take("'''") { return try paragraph(until: "'''") }
        let start = position
        let quote = bytes[start]
        var isEscaped = false
        position += 1
        while let byte = current, byte != quote, byte != UInt8(ascii: "\n") {
            let escapes = byte == UInt8(ascii: "\\") && quote == UInt8(ascii: "\"")
            if escapes { isEscaped = true }
            position += escapes ? 2 : 1
        }
        guard current == quote else { throw Unreadable() }
        position += 1
        guard isEscaped else { return try text(start + 1, position - 1) }
        // What it escapes, it escapes as JSON does.
        guard let text = try JSON(readable: Array(bytes[start..<position])).string else { throw Unreadable() }
        return text
    }

    /// A text over several lines, as it stands: no lockfile needs what its escapes mean.
    private mutating func paragraph(until end: StaticString) throws(Unreadable) -> String {
        let start = position
        let last = "\(end)".utf8.count
        while position < bytes.count {
            if take(end) {
                while let byte = current, byte == bytes[position - 1] { position += 1 }
                return try text(start, position - last)
            }
            let escapes = bytes[position] == UInt8(ascii: "\\") && "\(end)".hasPrefix("\"")
            position += escapes ? 2 : 1
        }
        throw Unreadable()
    }
}

/// A table while it is read: headers come back to tables that are begun.
private final class TOMLTable {
    private var values: [String: JSON] = [:]
    private var tables: [String: TOMLTable] = [:]
    private var lists: [String: [TOMLTable]] = [:]
    private var isOpened = false

    var value: JSON {
        var members = values
        for (name, table) in tables { members[name] = table.value }
        for (name, list) in lists { members[name] = .array(list.map(\.value)) }
        return .object(members)
    }

    func set(_ value: JSON, for name: String) throws(Unreadable) {
        guard tables[name] == nil, lists[name] == nil else { throw Unreadable() }
        guard values.updateValue(value, forKey: name) == nil else { throw Unreadable() }
    }

    func table(at names: ArraySlice<String>) throws(Unreadable) -> TOMLTable {
        var table = self
        for name in names { table = try table.table(name) }
        return table
    }

    /// The table of this name that a header opens: each only once.
    func openTable(_ name: String) throws(Unreadable) -> TOMLTable {
        guard lists[name] == nil else { throw Unreadable() }
        let table = try table(name)
        guard !table.isOpened else { throw Unreadable() }
        table.isOpened = true
        return table
    }

    func appendTable(_ name: String) throws(Unreadable) -> TOMLTable {
        guard values[name] == nil, tables[name] == nil else { throw Unreadable() }
        let table = TOMLTable()
        lists[name, default: []].append(table)
        return table
    }

    private func table(_ name: String) throws(Unreadable) -> TOMLTable {
        guard values[name] == nil else { throw Unreadable() }
        if let last = lists[name]?.last { return last }
        if let table = tables[name] { return table }
        let table = TOMLTable()
        tables[name] = table
        return table
    }
}
