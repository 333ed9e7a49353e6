extension SQLCursor {
    /// The tables that a statement names where only tables can stand; queries inside of it included.
    func tables() -> [SQLName] {
        var (cursor, names) = (self, [SQLName]())
        // For each open parenthesis whether FROM means something else in it, as in `extract(year FROM day)`.
        var parentheses: [Bool] = []
        var queries: Set<String> = []
        let verb = word()
        while !cursor.isAtEnd {
            if cursor.isSign("(") { parentheses.append(Self.speaking.contains(cursor.word(-1))) }
            if cursor.isSign(")") { _ = parentheses.popLast() }
            guard let token = cursor.token(), token.kind == .word, mayLead(token) else {
                cursor.at += 1
                continue
            }
            let word = cursor.word()
            switch word {
            case "from" where parentheses.last != true && cursor.word(-1) != "distinct": cursor.takeTables(&names)
            case "using" where verb == "delete" || verb == "merge": cursor.takeTables(&names)
            case "table", "join", "into", "references": cursor.takeTables(&names)
            case "update" where !Self.events.contains(cursor.word(-1)): cursor.takeTables(&names)
            case "as":
                if let name = cursor.nameOfQuery { queries.insert(name) }
                cursor.at += 1
            default: cursor.at += 1
            }
        }
        return names.filter { $0.schema != nil || !queries.contains($0.last) }
    }

    /// Whether a word is as long as one of those that tables stand behind, and begins like it: most need not be read.
    private func mayLead(_ token: SQLToken) -> Bool {
        let first = text[Int(token.start)] | 0x20
        return switch token.end - token.start {
        case 2: first == UInt8(ascii: "a")
        case 4: first == UInt8(ascii: "f") || first == UInt8(ascii: "j") || first == UInt8(ascii: "i")
        case 5: first == UInt8(ascii: "u") || first == UInt8(ascii: "t")
        case 6: first == UInt8(ascii: "u")
        case 10: first == UInt8(ascii: "r")
        default: false
        }
    }

    private static let speaking: Set<String> = ["extract", "substring", "trim", "overlay", "position"]
    /// What `UPDATE` may follow without being a statement.
    private static let events: Set<String> = [
        "for", "on", "do", "key", "or", "before", "after", "of", "grant", "revoke",
    ]
    private static let otherwise: Set<String> = [
        "set", "select", "values", "on", "of", "or", "with", "as", "lateral", "unnest", "stdin", "public", "cascade",
        "inherit", "nowait", "where", "level", "space", "strict",
    ]

    /// Behind FROM and its like: names parted by commas, with names of their own in between.
    private mutating func takeTables(_ names: inout [SQLName]) {
        at += 1
        while true {
            while take("if", "exists") || take("if", "not") || take("exists") || take("only") || take("lateral") {}
            let start = at
            guard
                token()?.kind == .quotedName || token()?.kind == .placeholder || !Self.otherwise.contains(word())
                    || isSign(".", 1),
                let name = takeName()
            else {
                at = start
                return
            }
            // What stands before a parenthesis is called, unless rows are put into it or columns are named.
            let before = SQLCursor(self, 0..<start).last
            if !isSign("(") || ["into", "table", "references", "exists"].contains(before) { names.append(name) }
            let behind = at
            if take("as") || (token()?.kind == .word && isSign(",", 1)) { at += 1 }
            guard takeSign(",") else {
                at = behind
                return
            }
        }
    }

    /// The last word before the end.
    private var last: String { end > 0 && tokens[end - 1].kind == .word ? text.word(tokens[end - 1]) : "" }

    /// At `AS` with a parenthesis behind it: what is called so.
    private var nameOfQuery: String? {
        guard isSign("(", 1) || word(1) == "materialized" || word(1) == "not" else { return nil }
        var back = SQLCursor(self, 0..<end)
        back.at = at - 1
        if back.isSign(")") {
            while back.at > 0, !back.isSign("(") { back.at -= 1 }
            back.at -= 1
        }
        guard let token = back.token(), token.kind == .word || token.kind == .quotedName else { return nil }
        return back.takeName()?.last
    }
}
