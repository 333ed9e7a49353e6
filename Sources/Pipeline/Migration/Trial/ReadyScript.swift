/// A script parted into statements, each with what belongs to it.
struct ReadyScript: Equatable, Sendable {
    struct Statement: Equatable, Sendable {
        var line: Int
        var text: ArraySlice<UInt8>
        /// The rows behind `COPY … FROM STDIN`, with the line that ends them.
        var rows: [UInt8] = []
    }

    private(set) var statements: [Statement] = []
    /// Whether all of it can be in one transaction.
    private(set) var isTransactional = true

    /// Throws what its engine does not take: a line for psql, an open quote, a placeholder that nothing stands for.
    init(_ text: [UInt8], _ path: Path) throws(TrialInput.Refusal) {
        var lexer = SQLLexer(text)
        var lines = SQLLines(text)
        var tokens: [SQLToken] = []
        var ending = SQLEnding.semicolon
        while ending == .semicolon {
            ending = lexer.statement(into: &tokens)
            let line = lines.line(at: tokens.first.map { Int($0.start) } ?? lexer.at)
            if case .broken(let problem) = ending { throw .refused(.init(path, line: line, problem)) }
            guard let first = tokens.first, let last = tokens.last else { continue }
            if let mark = tokens.first(where: { $0.kind == .meta }) {
                let place = lines.line(at: Int(mark.start))
                throw .refused(.init(path, line: place, "a line for psql, which no engine carries out"))
            }
            if let open = tokens.first(where: { $0.kind == .placeholder }) {
                let name = String(decoding: text[open.range], as: UTF8.self)
                throw .unsupported(.init(path, line: line, "nothing is said of \(name): name it under placeholders"))
            }
            let cursor = SQLCursor(text, tokens)
            if cursor.standsAlone { isTransactional = false }
            var statement = Statement(line: line, text: text[Int(first.start)..<Int(last.end)])
            if case .copyRows = SQLStatement(cursor) { statement.rows = Self.rows(text, &lexer) }
            statements.append(statement)
        }
    }

    private static func rows(_ text: [UInt8], _ lexer: inout SQLLexer) -> [UInt8] {
        let start = lexer.at
        lexer.skipRows()
        let after = text[start..<lexer.at]
        // What is left of the line of the statement is no row.
        let first = after.firstIndex(of: 0x0A).map { $0 + 1 } ?? after.endIndex
        var rows = Array(after[first...])
        let last = rows.split(separator: 0x0A).last
        if last?.starts(with: [0x5C, 0x2E]) != true {
            if rows.last.map({ $0 != 0x0A }) == true { rows.append(0x0A) }
            rows += [0x5C, 0x2E, 0x0A]
        } else if rows.last != 0x0A {
            rows.append(0x0A)
        }
        return rows
    }
}

extension SQLCursor {
    /// Whether PostgreSQL refuses the statement inside of a transaction.
    var standsAlone: Bool {
        let things: Set<String> = ["database", "tablespace", "subscription"]
        switch word() {
        case "vacuum": return true
        case "create", "drop":
            if things.contains(word(1)) { return true }
            let index = word(1) == "unique" ? 2 : 1
            return word(index) == "index" && word(index + 1) == "concurrently"
        case "alter":
            return word(1) == "system"
                || word(1) == "table" && (at..<end).contains { text.word(tokens[$0]) == "detach" }
                    && tokens.last.map(text.word) == "concurrently"
        case "reindex":
            return ["database", "system"].contains(word(1))
                || (at..<min(end, at + 8)).contains { text.word(tokens[$0]) == "concurrently" }
        default: return false
        }
    }
}
