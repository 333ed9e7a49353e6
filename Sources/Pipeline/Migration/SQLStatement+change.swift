extension SQLStatement {
    static func alteration(_ cursor: inout SQLCursor) -> SQLStatement {
        cursor.at += 1
        let kind = cursor.word()
        cursor.at += 1
        switch kind {
        case "table": return table(&cursor)
        case "foreign" where cursor.take("table"): return table(&cursor)
        case "materialized" where cursor.take("view"): return change(of: .view, &cursor)
        case "view": return change(of: .view, &cursor)
        case "index": return change(of: .index, &cursor)
        case "sequence": return change(of: .sequence, &cursor)
        case "type": return change(of: .type, &cursor)
        case "domain": return change(of: .domain, &cursor)
        case "function", "procedure", "routine", "aggregate": return change(of: .function, &cursor)
        case "schema": return change(of: .schema, &cursor)
        case "extension": return change(of: .extension, &cursor)
        case "trigger": return change(of: .trigger, &cursor)
        case "policy": return change(of: .policy, &cursor)
        case "rule": return change(of: .rule, &cursor)
        case "role", "user", "group", "database", "system": return change(of: .role, &cursor)
        case "default" where cursor.take("privileges"): return .nothing
        case "event", "operator", "collation", "publication", "subscription", "server", "language", "statistics",
            "text",
            "conversion", "foreign", "tablespace", "large":
            let isOwner = cursor.has("owner")
            return .alter(.other, nil, isOwner ? .owner : .unknown)
        default: return .plain(.unknownStatement)
        }
    }

    private static func table(_ cursor: inout SQLCursor) -> SQLStatement {
        _ = cursor.takeIfExists()
        _ = cursor.take("only")
        guard cursor.word() != "all" || cursor.word(1) != "in", let name = cursor.takeName() else {
            return .plain(.unknownAction)
        }
        _ = cursor.takeSign("*")
        return .alterTable(name, cursor.parts().map { SQLAction($0) })
    }

    private static func change(of kind: SQLKind, _ cursor: inout SQLCursor) -> SQLStatement {
        _ = cursor.takeIfExists()
        guard let name = cursor.takeName() else { return .alter(kind, nil, .unknown) }
        if kind == .function { _ = cursor.takeGroup() }
        if kind == .trigger || kind == .policy || kind == .rule {
            _ = cursor.take("on")
            _ = cursor.takeName()
        }
        return .alter(kind, name, change(kind, &cursor))
    }

    private static func change(_ kind: SQLKind, _ cursor: inout SQLCursor) -> SQLChange {
        let (verb, what) = (cursor.word(), cursor.word(1))
        switch (kind, verb, what) {
        case (.index, _, _): return .harmless
        case (.trigger, "rename", _), (.policy, "rename", _), (.rule, "rename", _): return .harmless
        case (.trigger, _, _), (.role, _, _), (.policy, _, _): return .change
        case (_, "owner", "to"): return .owner
        case (_, "set", "schema"): return .setSchema
        case (.type, "add", "value"): return .addValue
        case (.type, "rename", "value"): return .renameValue
        case (.type, _, "attribute"): return .attribute
        case (.domain, "add", _), (.domain, "set", "not"), (.domain, "drop", "not"), (.domain, "set", "default"),
            (.domain, "drop", "default"), (.domain, "drop", "constraint"):
            return .action(SQLAction(domain: cursor))
        case (.domain, "validate", _), (.domain, "rename", "constraint"): return .harmless
        case (.view, "rename", "column"), (.view, "alter", _): return .action(SQLAction(cursor))
        case (_, "rename", "to"): return .rename
        case (.view, "rename", _): return .action(SQLAction(cursor))
        case (.view, "set", _), (.view, "reset", _), (.view, "cluster", _): return .harmless
        case (.sequence, "owned", _): return .harmless
        case (.sequence, _, _), (.function, _, _), (.extension, _, _), (.schema, _, _): return .change
        default: return .unknown
        }
    }

    static func removal(_ cursor: inout SQLCursor) -> SQLStatement {
        cursor.at += 1
        let word = cursor.word()
        cursor.at += 1
        var kind = removable[word]
        if word == "materialized", cursor.take("view") { kind = .view }
        if word == "foreign", cursor.take("table") { kind = .table }
        if word == "event", cursor.take("trigger") { kind = .trigger }
        if word == "statistics" { return .nothing }
        guard let kind else {
            return otherRemovable.contains(word)
                ? .drop(SQLDrop(kind: .other, names: [], cascades: cursor.has("cascade"))) : .plain(.unknownStatement)
        }
        return removal(of: kind, &cursor)
    }

    private static let removable: [String: SQLKind] = [
        "table": .table, "view": .view, "index": .index, "sequence": .sequence, "type": .type, "domain": .domain,
        "schema": .schema, "extension": .extension, "trigger": .trigger, "policy": .policy, "rule": .rule,
        "role": .role, "user": .role, "group": .role, "owned": .role, "database": .role, "function": .function,
        "procedure": .function, "routine": .function, "aggregate": .function,
    ]

    private static let otherRemovable: Set<String> = [
        "operator", "cast", "collation", "text", "server", "publication", "subscription", "language",
        "conversion", "foreign", "tablespace", "transform", "access", "procedural",
    ]

    private static func removal(of kind: SQLKind, _ cursor: inout SQLCursor) -> SQLStatement {
        var drop = SQLDrop(kind: kind, names: [])
        drop.isConcurrent = cursor.take("concurrently")
        if cursor.word() == "by" { cursor.at += 1 }
        _ = cursor.takeIfExists()
        repeat {
            if kind == .function {
                guard let function = SQLFunction(&cursor) else { break }
                drop.functions.append(function)
                drop.names.append(function.name)
            } else {
                guard let name = cursor.takeName() else { break }
                drop.names.append(name)
            }
        } while cursor.takeSign(",")
        guard !drop.names.isEmpty else { return .plain(.unknownStatement) }
        if kind == .trigger || kind == .policy || kind == .rule, cursor.take("on"), let table = cursor.takeName() {
            drop.names = drop.names.map { SQLName(parts: table.parts + [$0.last]) }
        }
        drop.cascades = cursor.has("cascade")
        return .drop(drop)
    }
}

extension SQLAction {
    /// The same of a domain, of which every column is one.
    init(domain cursor: SQLCursor) {
        var cursor = cursor
        let (verb, what) = (cursor.word(), cursor.word(1))
        cursor.at += 1
        switch (verb, what) {
        case ("add", _): self = SQLConstraint(&cursor).map(SQLAction.add) ?? .unknown
        case ("set", "not"): self = .setNotNull("")
        case ("drop", "not"): self = .dropNotNull("")
        case ("set", "default"): self = .setDefault("")
        case ("drop", "default"): self = .dropDefault("")
        default: self = .dropConstraint(cascades: cursor.has("cascade"))
        }
    }
}
