/// One statement, as far as migrations need to know what it does.
enum SQLStatement: Equatable, Sendable {
    case createTable(SQLName, columns: [String: SQLType], isTemporary: Bool, mayExist: Bool)
    case createIndex(SQLIndex)
    case createView(SQLName, replaces: Bool)
    case createFunction(SQLFunction, replaces: Bool)
    /// Anything else that was not there before.
    case create(SQLKind, SQLName?, replaces: Bool)
    /// A trigger, a policy or a rule of a table.
    case createPart(SQLKind, SQLName?, of: SQLName?)
    case alterTable(SQLName, [SQLAction])
    case alter(SQLKind, SQLName?, SQLChange)
    case drop(SQLDrop)
    case truncate([SQLName], cascades: Bool)
    case write([SQLWrite])
    /// A query that changes nothing, unless a function does that it calls.
    case query(calls: String?)
    case copyRows(SQLName)
    case revoke(SQLName?, cascades: Bool)
    case maintain(MigrationRule, SQLName?, isConcurrent: Bool)
    case setHome(String)
    case limitLocks
    case plain(MigrationRule)
    /// Known, and harmless.
    case nothing
}

/// What can be created, changed and dropped besides tables.
enum SQLKind: Equatable, Sendable {
    case table, view, index, sequence, type, domain, function, trigger, schema, `extension`, policy, rule, role, other
}

/// What happens to something that is no table.
enum SQLChange: Equatable, Sendable {
    case rename, setSchema, owner, addValue, renameValue, attribute
    case action(SQLAction)
    case change, harmless, unknown
}

/// An index as a migration creates it.
struct SQLIndex: Equatable, Sendable {
    var name: SQLName?
    var table: SQLName
    var isUnique: Bool
    var isConcurrent: Bool
}

/// A function by what tells it from others of its name.
struct SQLFunction: Equatable, Sendable {
    var name: SQLName
    /// The types of its arguments; nil where they are left out because the name says enough.
    var signature: [String]?
    /// Whether its body changes the schema, or runs texts.
    var changesSchema = false
}

/// Things of one kind that are dropped together.
struct SQLDrop: Equatable, Sendable {
    var kind: SQLKind
    var names: [SQLName]
    var functions: [SQLFunction] = []
    var cascades = false
    var isConcurrent = false
}

/// Rows of a table that are changed.
struct SQLWrite: Equatable, Sendable {
    enum Verb: Sendable { case insert, update, delete, merge }

    var verb: Verb
    var table: SQLName
    /// Whether it says which rows.
    var isBounded: Bool
}

extension SQLStatement {
    /// Reads a statement; what is not known says so.
    init(_ cursor: SQLCursor) {
        var cursor = cursor
        if cursor.token()?.kind == .meta {
            self = .plain(.psqlMeta)
            return
        }
        while cursor.takeSign("(") {}
        switch cursor.word() {
        case "create": self = Self.creation(&cursor)
        case "alter": self = Self.alteration(&cursor)
        case "drop": self = Self.removal(&cursor)
        case "insert", "update", "delete", "merge", "with", "select", "values", "table":
            self = Self.manipulation(&cursor)
        case "truncate": self = Self.truncation(&cursor)
        case "copy": self = Self.copying(&cursor)
        case "set", "reset": self = Self.setting(&cursor)
        case "revoke", "reassign": self = Self.revocation(&cursor)
        case "vacuum", "cluster", "reindex", "refresh", "lock": self = Self.maintenance(&cursor)
        case "do", "execute": self = .plain(.dynamicSQL)
        case "prepare" where cursor.word(1) != "transaction": self = .plain(.dynamicSQL)
        case "call": self = .plain(.functionCall)
        case "begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release", "prepare":
            self = .plain(.transactionControl)
        case "comment", "grant", "analyze", "analyse", "show", "discard", "listen", "unlisten", "notify", "checkpoint",
            "deallocate", "close":
            self = .nothing
        default: self = .plain(.unknownStatement)
        }
    }

    private static func truncation(_ cursor: inout SQLCursor) -> SQLStatement {
        cursor.at += 1
        _ = cursor.take("table")
        var names: [SQLName] = []
        repeat {
            _ = cursor.take("only")
            guard let name = cursor.takeName() else { return .plain(.unknownStatement) }
            _ = cursor.takeSign("*")
            names.append(name)
        } while cursor.takeSign(",")
        return .truncate(names, cascades: cursor.has("cascade"))
    }

    private static func copying(_ cursor: inout SQLCursor) -> SQLStatement {
        cursor.at += 1
        guard cursor.takeGroup() == nil else { return .nothing }
        guard let table = cursor.takeName() else { return .plain(.unknownStatement) }
        _ = cursor.takeGroup()
        if cursor.take("to") { return .nothing }
        guard cursor.take("from") else { return .plain(.unknownStatement) }
        return cursor.word() == "stdin" ? .copyRows(table) : .plain(.copyFromFile)
    }

    private static func setting(_ cursor: inout SQLCursor) -> SQLStatement {
        let isReset = cursor.word() == "reset"
        cursor.at += 1
        if cursor.word() == "local" || cursor.word() == "session" { cursor.at += 1 }
        guard let name = cursor.takeName()?.description else { return .plain(.unknownStatement) }
        if name == "lock_timeout", !isReset { return .limitLocks }
        if name == "schema" { return .setHome(cursor.text(or: "public")) }
        guard name == "search_path" else { return .nothing }
        if !isReset, !cursor.take("to") { _ = cursor.takeSign("=") }
        return .setHome(isReset || cursor.word() == "default" ? "public" : cursor.text(or: "public"))
    }

    private static func revocation(_ cursor: inout SQLCursor) -> SQLStatement {
        if cursor.take("reassign", "owned") { return .alter(.other, nil, .owner) }
        guard cursor.seek({ $0 == "on" }) != nil else { return .revoke(nil, cascades: cursor.has("cascade")) }
        cursor.at += 1
        let kinds: Set<String> = ["table", "sequence", "schema", "function", "database", "type", "domain", "language"]
        if kinds.contains(cursor.word()) { cursor.at += 1 }
        let name = cursor.word() == "all" ? nil : cursor.takeName()
        return .revoke(name, cascades: cursor.has("cascade"))
    }

    private static func maintenance(_ cursor: inout SQLCursor) -> SQLStatement {
        let verb = cursor.word()
        cursor.at += 1
        let options = cursor.takeGroup()
        func isAsked(_ word: String) -> Bool {
            options.map { options in
                (options.at..<options.end).contains { options.text.word(options.tokens[$0]) == word }
            }
                ?? false
        }
        switch verb {
        case "vacuum":
            guard cursor.take("full") || isAsked("full") else { return .nothing }
            while ["freeze", "verbose", "analyze"].contains(cursor.word()) { cursor.at += 1 }
            return .maintain(.vacuumFull, cursor.takeName(), isConcurrent: false)
        case "refresh":
            cursor.at += 2
            let isConcurrent = cursor.take("concurrently")
            return .maintain(.refreshView, cursor.takeName(), isConcurrent: isConcurrent)
        case "reindex":
            cursor.at += 1
            let isConcurrent = cursor.take("concurrently") || isAsked("concurrently")
            return .maintain(.reindex, cursor.takeName(), isConcurrent: isConcurrent)
        case "lock":
            _ = cursor.take("table")
            _ = cursor.take("only")
            return .maintain(.lockTable, cursor.takeName(), isConcurrent: false)
        default:
            _ = cursor.take("verbose")
            return .maintain(.cluster, cursor.takeName(), isConcurrent: false)
        }
    }
}

extension SQLCursor {
    /// The first name or text of the rest.
    func text(or standard: String) -> String {
        guard let token = token() else { return standard }
        if token.kind == .string { return String(decoding: text.unquoted(token), as: UTF8.self) }
        var copy = self
        return copy.takeName()?.last ?? standard
    }
}
