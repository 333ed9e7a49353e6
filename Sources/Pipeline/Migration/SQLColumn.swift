/// A column as a migration defines it.
struct SQLColumn: Equatable, Sendable {
    var name: String
    var type: SQLType
    var isNotNull = false
    var standard = Standard.none
    var constraints: [SQLConstraint.Kind] = []

    /// What a column holds in rows that do not name it.
    enum Standard: Equatable, Sendable {
        case none
        /// The same in all rows that are there.
        case constant
        /// Worked out row by row.
        case volatile
        /// Computed from other columns and stored.
        case stored
        case identity
    }

    /// Takes `name type …`; nil when that is not what is there.
    init?(_ cursor: inout SQLCursor) {
        guard let name = cursor.takeName(), name.parts.count == 1 else { return nil }
        (self.name, type) = (name.last, SQLType(&cursor))
        guard !type.name.isEmpty else { return nil }
        while !cursor.isAtEnd {
            guard takeClause(&cursor) else { return nil }
        }
    }

    private mutating func takeClause(_ cursor: inout SQLCursor) -> Bool {
        let word = cursor.word()
        cursor.at += 1
        switch word {
        case "null", "deferrable", "initially", "match", "storage", "compression": skipClause(&cursor)
        case "not":
            if cursor.take("null") { isNotNull = true } else { skipClause(&cursor) }
        case "constraint", "collate": return cursor.takeName() != nil
        case "default": standard = Self.standard(&cursor)
        case "primary":
            constraints.append(.primaryKey)
            isNotNull = true
            skipClause(&cursor)
        case "unique":
            constraints.append(.unique)
            skipClause(&cursor)
        case "check":
            constraints.append(.check)
            skipClause(&cursor)
        case "references":
            constraints.append(.foreignKey)
            return takeReference(&cursor)
        case "generated": takeGenerated(&cursor)
        case "options": return cursor.takeGroup() != nil
        default: return false
        }
        return true
    }

    private mutating func takeGenerated(_ cursor: inout SQLCursor) {
        _ = cursor.seek { $0 == "as" }
        standard = cursor.word(1) == "identity" ? .identity : .stored
        if standard == .stored {
            cursor.at += 1
            _ = cursor.takeGroup()
            // Computed when it is read: nothing is rewritten.
            if cursor.take("virtual") { standard = .constant }
            _ = cursor.take("stored")
        } else {
            isNotNull = true
            cursor.at += 2
            _ = cursor.takeGroup()
        }
    }

    private func takeReference(_ cursor: inout SQLCursor) -> Bool {
        guard cursor.takeName() != nil else { return false }
        _ = cursor.takeGroup()
        while cursor.take("on") {
            cursor.at += 1
            // CASCADE, RESTRICT, NO ACTION, SET NULL (a), SET DEFAULT.
            let isLong = cursor.word() == "no" || cursor.word() == "set"
            cursor.at += isLong ? 2 : 1
            _ = cursor.takeGroup()
        }
        return true
    }

    /// Passes over what may stand behind a constraint.
    private func skipClause(_ cursor: inout SQLCursor) {
        while !cursor.isAtEnd, !Self.clauses.contains(cursor.word()) {
            if cursor.takeGroup() == nil { cursor.at += 1 }
        }
    }

    private static let clauses: Set<String> = [
        "not", "null", "default", "primary", "unique", "check", "references", "constraint", "generated", "collate",
        "deferrable", "initially",
    ]

    private static func standard(_ cursor: inout SQLCursor) -> Standard {
        if cursor.word() == "null", !cursor.isSign(":", 1) {
            cursor.at += 1
            return .none
        }
        let start = cursor.at
        var isFirst = true
        while !cursor.isAtEnd, isFirst || !clauses.contains(cursor.word()) {
            isFirst = false
            if cursor.takeGroup() == nil { cursor.at += 1 }
        }
        let expression = SQLCursor(cursor, start..<cursor.at)
        if expression.word() == "null" { return .none }
        return expression.calls(besides: SQLFunctions.steady) == nil ? .constant : .volatile
    }
}

/// A constraint of a table.
struct SQLConstraint: Equatable, Sendable {
    enum Kind: String, Sendable {
        case check, unique, exclude, foreignKey, primaryKey, notNull
    }

    var kind: Kind
    var columns: [String] = []
    /// What is there is not looked at.
    var isNotValid = false
    /// The index is there already.
    var usesIndex = false

    /// Takes `[CONSTRAINT name] kind …`; nil when that is not what is there.
    init?(_ cursor: inout SQLCursor) {
        if cursor.take("constraint"), cursor.takeName() == nil { return nil }
        switch cursor.word() {
        case "check": kind = .check
        case "unique": kind = .unique
        case "exclude": kind = .exclude
        case "foreign" where cursor.word(1) == "key": kind = .foreignKey
        case "primary" where cursor.word(1) == "key": kind = .primaryKey
        case "not" where cursor.word(1) == "null": kind = .notNull
        default: return nil
        }
        cursor.at += kind == .check || kind == .unique || kind == .exclude ? 1 : 2
        usesIndex = cursor.word() == "using" && cursor.word(1) == "index"
        if kind == .notNull { columns = [cursor.takeName()?.last].compactMap(\.self) }
        if kind != .check, kind != .exclude {
            if cursor.word() == "nulls" {
                _ = cursor.seek { $0 == "distinct" }
                cursor.at += 1
            }
            columns += (cursor.takeGroup()?.parts() ?? []).compactMap { part in
                var part = part
                return part.takeName()?.last
            }
        }
        while !cursor.isAtEnd {
            if cursor.word() == "not", cursor.word(1) == "valid" { isNotValid = true }
            if cursor.takeGroup() == nil { cursor.at += 1 }
        }
    }
}
