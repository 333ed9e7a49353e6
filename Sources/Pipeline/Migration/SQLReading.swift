/// Reads scripts of one chain one after the other: what the earlier ones made, the later ones may change.
struct SQLReading: Sendable {
    var schema: SQLSchema
    /// The schema that names without one are in.
    let home: String
    private var current: SQLRuling

    init(home: String = "public", isInRange: Bool = true) {
        self.home = home
        schema = SQLSchema(isInRange: isInRange)
        current = SQLRuling(schema: schema, home: home)
    }

    /// What a script does, given those before it.
    mutating func read(_ bytes: [UInt8]) -> SQLScript {
        current = SQLRuling(schema: schema, home: home)
        guard bytes.count <= SQLScript.sizeLimit else {
            current.refuse(.tooLarge, nil)
            current.keep([])
            return current.script
        }
        var lexer = SQLLexer(bytes)
        var lines = SQLLines(bytes)
        var tokens: [SQLToken] = []
        var ending = SQLEnding.semicolon
        while ending == .semicolon {
            ending = lexer.statement(into: &tokens)
            let notes = lexer.takeNotes()
            current.begin()
            if let first = tokens.first {
                let line = lines.line(at: Int(first.start))
                if case .broken(let problem) = ending {
                    current.line = line
                    current.refuse(.unparsable, problem)
                } else {
                    take(SQLCursor(bytes, tokens), at: line, &lines, &lexer)
                }
                if current.hasFindings { current.keep(SQLCursor(bytes, tokens).normalised) }
            } else if case .broken(let problem) = ending {
                current.line = lines.line(at: bytes.count)
                current.refuse(.unparsable, problem)
                current.keep([])
            }
            for note in notes { current.add(SQLNote(bytes[note]), at: lines.line(at: note.lowerBound)) }
        }
        current.end()
        schema = current.schema
        return current.script
    }

    private mutating func take(_ cursor: SQLCursor, at line: Int, _ lines: inout SQLLines, _ lexer: inout SQLLexer) {
        current.line = line
        let statement = SQLStatement(cursor)
        let named = cursor.tables()
        current.touch(named)
        if cursor.hasLoosePlaceholder { current.refuse(.placeholder, nil) }
        if case .alterTable(let name, let actions) = statement {
            let places = actions.count > 1 ? cursor.partStarts : []
            for (index, action) in actions.enumerated() {
                if places.indices.contains(index) { current.line = lines.line(at: places[index]) }
                current.rule(action, on: name)
            }
            current.line = line
        }
        current.rule(statement, naming: named)
        if case .copyRows = statement { lexer.skipRows() }
    }
}

/// Tells on which line a place is, for places in ascending order.
struct SQLLines: Sendable {
    private let text: [UInt8]
    private var (at, line) = (0, 1)

    init(_ text: [UInt8]) {
        self.text = text
    }

    mutating func line(at place: Int) -> Int {
        let place = min(place, text.count)
        if place < at { return max(1, line - text[place..<at].count { $0 == 0x0A }) }
        while at < place {
            if text[at] == 0x0A { line += 1 }
            at += 1
        }
        return line
    }
}

extension SQLAction {
    /// Whether it adds something.
    var isExpansion: Bool {
        switch self {
        case .addColumn, .add, .attach, .inherit: true
        default: false
        }
    }
}

extension SQLCursor {
    /// The words of the statement, folded and parted by single spaces, without comments.
    var normalised: [UInt8] {
        var bytes: [UInt8] = []
        for index in at..<max(at, end) {
            let token = tokens[index]
            if !bytes.isEmpty { bytes.append(0x20) }
            bytes += token.kind == .word ? text[token.range].folded : text[token.range]
        }
        return bytes
    }

    /// Where the actions of ALTER TABLE begin.
    fileprivate var partStarts: [Int] {
        parts().compactMap { $0.token().map { Int($0.start) } }
    }

    /// Whether a placeholder stands where no name is expected.
    fileprivate var hasLoosePlaceholder: Bool {
        (at..<max(at, end)).contains { index in
            guard tokens[index].kind == .placeholder else { return false }
            let here = SQLCursor(self, index..<end)
            func isNamed(_ offset: Int) -> Bool {
                guard let other = here.token(offset), other.kind != .sign || here.isSign(".", offset) else {
                    return false
                }
                return offset < 0 ? other.end == tokens[index].start : other.start == tokens[index].end
            }
            return !isNamed(-1) && !isNamed(1) && !Self.named.contains(here.word(-1))
        }
    }

    /// Behind these words a placeholder is the name of something.
    private static let named: Set<String> = [
        "to", "table", "schema", "user", "role", "authorization", "on", "from", "into", "update", "exists", "join",
        "references", "database", "function", "sequence", "view",
    ]
}
