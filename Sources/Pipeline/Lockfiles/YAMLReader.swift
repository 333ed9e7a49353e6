/// Reads the YAML that package managers write: maps and lists by indentation, flow maps and lists, one-line texts.
///
/// All scalars are texts. What no lockfile has (anchors, tags, a name twice) is unreadable rather than guessed at.
struct YAMLReader {
    private struct Line {
        let indentation: Int
        let start: Int
        let end: Int
    }

    static let maximumDepth = 32
    private let bytes: [UInt8]
    private let lines: [Line]
    private var number = 0
    /// Where in the current line.
    private var cursor: YAMLCursor

    static func document(_ bytes: [UInt8]) throws(Unreadable) -> JSON {
        let documents = try documents(bytes)
        guard documents.count == 1 else { throw Unreadable() }
        return documents[0]
    }

    /// The documents of a file: rules part them, and one may open the first.
    static func documents(_ bytes: [UInt8]) throws(Unreadable) -> [JSON] {
        var documents: [JSON] = []
        let lines = lines(of: bytes).split { $0.indentation == 0 && bytes[$0.start..<$0.end].elementsEqual("---".utf8) }
        for lines in lines {
            var reader = YAMLReader(bytes, lines: Array(lines))
            documents.append(try reader.block(at: lines.first?.indentation ?? 0, depth: 0))
            guard reader.line == nil else { throw Unreadable() }
        }
        return documents
    }

    private init(_ bytes: [UInt8], lines: [Line]) {
        (self.bytes, self.lines) = (bytes, lines)
        cursor = YAMLCursor(bytes: bytes, position: 0, end: 0)
    }

    /// The lines that say something.
    private static func lines(of bytes: [UInt8]) -> [Line] {
        var lines: [Line] = []
        var start = 0
        while start < bytes.count {
            let lineBreak = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            var first = start
            while first < lineBreak, bytes[first] == UInt8(ascii: " ") { first += 1 }
            var end = lineBreak
            while end > first, bytes[end - 1] == UInt8(ascii: " ") || bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
            if first < end, bytes[first] != UInt8(ascii: "#") {
                lines.append(Line(indentation: first - start, start: first, end: end))
            }
            start = lineBreak + 1
        }
        return lines
    }

    private var line: Line? { number < lines.count ? lines[number] : nil }

    private mutating func place(at line: Line) { (cursor.position, cursor.end) = (line.start, line.end) }

    private mutating func block(at indentation: Int, depth: Int) throws(Unreadable) -> JSON {
        guard depth < Self.maximumDepth else { throw Unreadable() }
        return isElement ? try list(at: indentation) : try map(at: indentation, depth: depth)
    }

    private var isElement: Bool {
        guard let line, bytes[line.start] == UInt8(ascii: "-") else { return false }
        return line.end > line.start + 1 && bytes[line.start + 1] == UInt8(ascii: " ")
    }

    /// A list of scalars and of flow values: no lockfile has block maps in one.
    private mutating func list(at indentation: Int) throws(Unreadable) -> JSON {
        var elements: [JSON] = []
        while let line, line.indentation >= indentation, isElement {
            guard line.indentation == indentation else { throw Unreadable() }
            place(at: line)
            cursor.position += 2
            cursor.skipSpaces()
            elements.append(try lineValue())
        }
        return .array(elements)
    }

    private mutating func map(at indentation: Int, depth: Int) throws(Unreadable) -> JSON {
        var members: [String: JSON] = [:]
        while let line, line.indentation >= indentation {
            guard line.indentation == indentation, !isElement else { throw Unreadable() }
            place(at: line)
            let key = try key(at: indentation)
            let value = try member(at: indentation, depth: depth)
            guard members.updateValue(value, forKey: key) == nil else { throw Unreadable() }
        }
        return .object(members)
    }

    /// A name and its colon.
    ///
    /// Names of more than 1,024 bytes stand behind a question mark, on a line of their own.
    private mutating func key(at indentation: Int) throws(Unreadable) -> String {
        let isLong = cursor.take("?")
        if isLong { cursor.skipSpaces() }
        let key = try cursor.name(isLong: isLong)
        if isLong {
            number += 1
            guard cursor.isAtEnd, let line, line.indentation == indentation else { throw Unreadable() }
            place(at: line)
        }
        guard cursor.isColon else { throw Unreadable() }
        cursor.position += 1
        cursor.skipSpaces()
        return key
    }

    /// What belongs to a name: the rest of its line, or the deeper lines below.
    private mutating func member(at indentation: Int, depth: Int) throws(Unreadable) -> JSON {
        if cursor.current == UInt8(ascii: "|") || cursor.current == UInt8(ascii: ">") {
            return .string(try paragraph(indentation))
        }
        guard cursor.isAtEnd else { return try lineValue() }
        number += 1
        guard let line else { return .null }
        if line.indentation > indentation { return try block(at: line.indentation, depth: depth + 1) }
        return line.indentation == indentation && isElement ? try list(at: indentation) : .null
    }

    /// A text over several lines, as it stands: only messages for people are written so.
    private mutating func paragraph(_ indentation: Int) throws(Unreadable) -> String {
        var paragraph = try cursor.text(cursor.position, cursor.end)
        number += 1
        while let line, line.indentation > indentation {
            paragraph += "\n" + (try cursor.text(line.start, line.end))
            number += 1
        }
        return paragraph
    }

    private mutating func lineValue() throws(Unreadable) -> JSON {
        let value = try cursor.value(isFlow: false, depth: 0)
        cursor.skipSpaces()
        guard cursor.isAtEnd else { throw Unreadable() }
        number += 1
        return value
    }
}
