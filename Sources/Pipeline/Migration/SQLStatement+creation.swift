extension SQLStatement {
    static func creation(_ cursor: inout SQLCursor) -> SQLStatement {
        cursor.at += 1
        let replaces = cursor.take("or", "replace")
        var isTemporary = false
        while ["temp", "temporary", "local", "global", "unlogged", "recursive", "trusted", "procedural"].contains(
            cursor.word())
        {
            isTemporary = isTemporary || cursor.word().hasPrefix("temp")
            cursor.at += 1
        }
        let kind = cursor.word()
        cursor.at += 1
        switch kind {
        case "table": return table(&cursor, isTemporary: isTemporary)
        case "foreign" where cursor.take("table"): return table(&cursor, isTemporary: false)
        case "unique" where cursor.take("index"): return index(&cursor, isUnique: true)
        case "index": return index(&cursor, isUnique: false)
        case "view": return view(&cursor, replaces: replaces)
        case "materialized" where cursor.take("view"): return view(&cursor, replaces: replaces)
        case "function", "procedure": return function(&cursor, replaces: replaces)
        case "aggregate": return named(.function, &cursor, replaces)
        case "trigger": return part(.trigger, &cursor)
        case "constraint" where cursor.take("trigger"): return part(.trigger, &cursor)
        case "event" where cursor.take("trigger"): return part(.trigger, &cursor)
        case "policy": return part(.policy, &cursor)
        case "rule": return part(.rule, &cursor)
        case "schema": return schema(&cursor)
        case "type": return named(.type, &cursor, replaces)
        case "domain": return named(.domain, &cursor, replaces)
        case "sequence": return named(.sequence, &cursor, replaces)
        case "extension": return named(.extension, &cursor, replaces)
        case "role", "user", "group": return named(.role, &cursor, replaces)
        case "database", "tablespace", "server", "collation", "cast", "operator", "publication", "subscription",
            "language",
            "statistics", "conversion", "text", "foreign", "access", "transform":
            return .create(.other, nil, replaces: replaces)
        default: return .plain(.unknownStatement)
        }
    }

    private static func named(_ kind: SQLKind, _ cursor: inout SQLCursor, _ replaces: Bool) -> SQLStatement {
        _ = cursor.takeIfNotExists()
        return cursor.takeName().map { .create(kind, $0, replaces: replaces) } ?? .plain(.unknownStatement)
    }

    /// What begins a part of a new table that is no column.
    private static let partsOfTable: Set<String> = [
        "constraint", "primary", "unique", "foreign", "check", "exclude", "like",
    ]

    private static func table(_ cursor: inout SQLCursor, isTemporary: Bool) -> SQLStatement {
        let mayExist = cursor.takeIfNotExists()
        guard let name = cursor.takeName() else { return .plain(.unknownStatement) }
        var columns: [String: SQLType] = [:]
        for var part in cursor.takeGroup()?.parts() ?? [] where !partsOfTable.contains(part.word()) {
            if let column = part.takeName() { columns[column.last] = SQLType(&part) }
        }
        return .createTable(name, columns: columns, isTemporary: isTemporary, mayExist: mayExist)
    }

    private static func index(_ cursor: inout SQLCursor, isUnique: Bool) -> SQLStatement {
        let isConcurrent = cursor.take("concurrently")
        _ = cursor.takeIfNotExists()
        let name = cursor.word() == "on" ? nil : cursor.takeName()
        guard cursor.take("on") else { return .plain(.unknownStatement) }
        _ = cursor.take("only")
        guard let table = cursor.takeName() else { return .plain(.unknownStatement) }
        return .createIndex(SQLIndex(name: name, table: table, isUnique: isUnique, isConcurrent: isConcurrent))
    }

    private static func view(_ cursor: inout SQLCursor, replaces: Bool) -> SQLStatement {
        _ = cursor.takeIfNotExists()
        return cursor.takeName().map { .createView($0, replaces: replaces) } ?? .plain(.unknownStatement)
    }

    private static func schema(_ cursor: inout SQLCursor) -> SQLStatement {
        _ = cursor.takeIfNotExists()
        if cursor.take("authorization") { return .create(.schema, cursor.takeName(), replaces: false) }
        return cursor.takeName().map { .create(.schema, $0, replaces: false) } ?? .plain(.unknownStatement)
    }

    private static func part(_ kind: SQLKind, _ cursor: inout SQLCursor) -> SQLStatement {
        let name = cursor.takeName()
        guard cursor.seek({ $0 == (kind == .rule ? "to" : "on") }) != nil else {
            return .plain(.unknownStatement)
        }
        cursor.at += 1
        return .createPart(kind, name, of: cursor.takeName())
    }

    private static func function(_ cursor: inout SQLCursor, replaces: Bool) -> SQLStatement {
        guard var function = SQLFunction(&cursor) else { return .plain(.unknownStatement) }
        function.changesSchema = cursor.bodyChangesSchema
        return .createFunction(function, replaces: replaces)
    }
}

extension SQLFunction {
    /// Takes a name, and the types of its arguments if they are there.
    init?(_ cursor: inout SQLCursor) {
        guard let name = cursor.takeName() else { return nil }
        self.name = name
        signature = cursor.takeGroup().map { group in
            group.isAtEnd || group.isSign("*") ? [] : group.parts().compactMap(Self.type)
        }
    }

    /// The type of an argument; nil for one that is only given back.
    private static func type(of argument: SQLCursor) -> String? {
        var cursor = argument
        if cursor.word() == "out" { return nil }
        if ["in", "inout", "variadic"].contains(cursor.word()) { cursor.at += 1 }
        // `name type`, unless it is a type of two words.
        let pair = "\(cursor.word()) \(cursor.word(1))"
        let second = cursor.token(1)
        let isPair = [
            "double precision", "character varying", "char varying", "bit varying", "national character",
            "timestamp with", "timestamp without", "time with", "time without", "national char", "nchar varying",
        ].contains(pair)
        if !isPair, let second, second.kind != .sign, !["default", "array"].contains(cursor.word(1)) { cursor.at += 1 }
        let type = SQLType(&cursor)
        return type.name + (type.isArray ? "[]" : "")
    }
}

extension SQLCursor {
    /// Whether a quoted body, or one that follows as it is, changes the schema or runs texts.
    fileprivate var bodyChangesSchema: Bool {
        (at..<max(at, end)).contains { index in
            let token = tokens[index]
            guard token.kind == .body || token.kind == .string else { return false }
            var content = Array(token.kind == .body ? text.bodyContent(token)[...] : text.unquoted(token)[...])
            content.append(0x20)
            var lexer = SQLLexer(content)
            var inner: [SQLToken] = []
            while true {
                let ending = lexer.statement(into: &inner)
                if inner.contains(where: { Self.changing.contains(content.word($0)) }) { return true }
                switch ending {
                case .semicolon: continue
                case .endOfText: return false
                // A text that is no body of SQL, such as a path.
                case .broken: return token.kind == .body
                }
            }
        }
    }

    private static let changing: Set<String> = ["execute", "create", "alter", "drop", "truncate", "grant", "revoke"]
}

extension [UInt8] {
    /// What is between the marks of a dollar quote.
    fileprivate func bodyContent(_ token: SQLToken) -> ArraySlice<UInt8> {
        let all = self[token.range]
        guard let mark = all.dropFirst().firstIndex(of: UInt8(ascii: "$")) else { return [] }
        return all[(mark + 1)...].dropLast(mark - all.startIndex + 1)
    }
}
