/// One action of ALTER TABLE.
enum SQLAction: Equatable, Sendable {
    case addColumn(SQLColumn, mayExist: Bool)
    case dropColumn(String)
    case renameTable(SQLName)
    case renameColumn(String, to: String)
    case setSchema(String)
    /// Computed values may be anything, whatever the column was before.
    case alterType(String, SQLType, isComputed: Bool)
    case setNotNull(String)
    case dropNotNull(String)
    case setDefault(String)
    case dropDefault(String)
    /// Values of its own are refused for the column from now on, unless it says otherwise.
    case generate(String, always: Bool)
    case dropExpression(String)
    case add(SQLConstraint)
    case dropConstraint(cascades: Bool)
    case alterConstraint
    case changeOwner
    case enableRowSecurity
    case disableRowSecurity
    case toggleTrigger(String)
    case toggleRule
    case rewrite
    case attach
    case detach
    case inherit
    case harmless
    case unknown

    /// Takes one action, the whole of it.
    init(_ action: SQLCursor) {
        var cursor = action
        switch cursor.word() {
        case "add": self = Self.addition(&cursor)
        case "drop": self = Self.removal(&cursor)
        case "alter": self = Self.alteration(&cursor)
        case "rename": self = Self.renaming(&cursor)
        case "set": self = Self.setting(&cursor)
        case "enable", "disable", "force": self = Self.toggle(&cursor)
        case "no" where cursor.word(1) == "force": self = .disableRowSecurity
        case "no" where cursor.word(1) == "inherit": self = .detach
        case "owner" where cursor.word(1) == "to": self = .changeOwner
        case "attach" where cursor.word(1) == "partition": self = .attach
        case "detach" where cursor.word(1) == "partition": self = .detach
        case "inherit": self = .inherit
        case "reset", "replica", "validate", "cluster", "not", "of": self = .harmless
        default: self = .unknown
        }
    }

    private static func addition(_ cursor: inout SQLCursor) -> SQLAction {
        cursor.at += 1
        if ["constraint", "check", "unique", "primary", "foreign", "exclude"].contains(cursor.word()) {
            return SQLConstraint(&cursor).map(SQLAction.add) ?? .unknown
        }
        _ = cursor.take("column")
        let mayExist = cursor.takeIfNotExists()
        return SQLColumn(&cursor).map { .addColumn($0, mayExist: mayExist) } ?? .unknown
    }

    private static func removal(_ cursor: inout SQLCursor) -> SQLAction {
        cursor.at += 1
        let isConstraint = cursor.take("constraint")
        if !isConstraint { _ = cursor.take("column") }
        _ = cursor.takeIfExists()
        guard let name = cursor.takeName() else { return .unknown }
        let cascades = cursor.take("cascade")
        _ = cursor.take("restrict")
        guard cursor.isAtEnd else { return .unknown }
        return isConstraint ? .dropConstraint(cascades: cascades) : .dropColumn(name.last)
    }

    private static func alteration(_ cursor: inout SQLCursor) -> SQLAction {
        cursor.at += 1
        if cursor.word() == "constraint" { return .alterConstraint }
        _ = cursor.take("column")
        guard let name = cursor.takeName()?.last else { return .unknown }
        let verb = cursor.word()
        let what = cursor.word(1)
        switch (verb, what) {
        case ("type", _), ("set", "data"):
            cursor.at += verb == "type" ? 1 : 3
            let type = SQLType(&cursor)
            return .alterType(name, type, isComputed: cursor.has("using"))
        case ("set", "not"): return .setNotNull(name)
        case ("drop", "not"): return .dropNotNull(name)
        case ("set", "default"): return cursor.word(2) == "null" ? .dropDefault(name) : .setDefault(name)
        case ("drop", "default"), ("drop", "identity"): return .dropDefault(name)
        case ("add", "generated"), ("set", "generated"): return .generate(name, always: cursor.word(2) == "always")
        case ("drop", "expression"), ("set", "expression"): return .dropExpression(name)
        case ("set", "statistics"), ("set", "storage"), ("set", "compression"), ("reset", _), ("restart", _),
            ("set", "increment"), ("set", "restart"), ("set", "cache"):
            return .harmless
        case ("set", ""): return cursor.isSign("(", 1) ? .harmless : .unknown
        default: return .unknown
        }
    }

    private static func renaming(_ cursor: inout SQLCursor) -> SQLAction {
        cursor.at += 1
        if cursor.take("to") { return cursor.takeName().map(SQLAction.renameTable) ?? .unknown }
        if cursor.word() == "constraint" { return .harmless }
        if cursor.word() == "column", cursor.word(1) != "to" { cursor.at += 1 }
        guard let old = cursor.takeName(), cursor.take("to"), let new = cursor.takeName() else { return .unknown }
        return .renameColumn(old.last, to: new.last)
    }

    private static func setting(_ cursor: inout SQLCursor) -> SQLAction {
        switch cursor.word(1) {
        case "schema":
            cursor.at += 2
            return cursor.takeName().map { .setSchema($0.last) } ?? .unknown
        case "logged", "unlogged", "tablespace", "access": return .rewrite
        case "without", "with": return .harmless
        default: return cursor.isSign("(", 1) ? .harmless : .unknown
        }
    }

    private static func toggle(_ cursor: inout SQLCursor) -> SQLAction {
        let verb = cursor.word()
        cursor.at += 1
        if cursor.take("row", "level") { return verb == "disable" ? .disableRowSecurity : .enableRowSecurity }
        if cursor.word() == "always" || cursor.word() == "replica" { cursor.at += 1 }
        if cursor.take("trigger", "all") || cursor.take("trigger", "user") { return .toggleTrigger("") }
        if cursor.take("trigger") { return cursor.takeName().map { .toggleTrigger($0.last) } ?? .unknown }
        return cursor.take("rule") ? .toggleRule : .unknown
    }
}
