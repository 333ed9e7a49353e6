extension SQLStatement {
    /// A query, or a change of rows; what is in front of `WITH` counts as well.
    static func manipulation(_ cursor: inout SQLCursor) -> SQLStatement {
        var writes: [SQLWrite] = []
        var call: String?
        if cursor.take("with") {
            _ = cursor.take("recursive")
            repeat {
                guard cursor.takeName() != nil else { return .plain(.unknownStatement) }
                _ = cursor.takeGroup()
                guard cursor.take("as") else { return .plain(.unknownStatement) }
                if cursor.take("not") || cursor.word() == "materialized" { cursor.at += 1 }
                guard let body = cursor.takeGroup() else { return .plain(.unknownStatement) }
                switch SQLWrite(body) {
                case .some(let write): writes.append(write)
                case nil: call = call ?? body.calls(besides: SQLFunctions.harmless)
                }
            } while cursor.takeSign(",")
        }
        switch cursor.word() {
        case "insert", "update", "delete", "merge":
            guard let write = SQLWrite(cursor) else { return .plain(.unknownStatement) }
            return .write(writes + [write])
        default: break
        }
        if let created = intoTable(cursor) {
            return .createTable(created, columns: [:], isTemporary: false, mayExist: false)
        }
        if let home = settingHome(cursor) { return .setHome(home) }
        if cursor.isRunTogether { return .plain(.unparsable) }
        call = call ?? cursor.calls(besides: SQLFunctions.harmless)
        return writes.isEmpty || call != nil ? .query(calls: call) : .write(writes)
    }

    /// The table that `SELECT … INTO` makes.
    private static func intoTable(_ cursor: SQLCursor) -> SQLName? {
        guard cursor.word() == "select" else { return nil }
        var copy = cursor
        guard copy.seek({ $0 == "into" || $0 == "from" }) == "into" else { return nil }
        copy.at += 1
        while ["temporary", "temp", "unlogged", "table"].contains(copy.word()) { copy.at += 1 }
        return copy.takeName()
    }

    /// `SELECT set_config('search_path', …)`, with which dumps begin.
    private static func settingHome(_ cursor: SQLCursor) -> String? {
        var copy = cursor
        copy.at += 1
        guard let name = copy.takeName(), name.last == "set_config", var arguments = copy.takeGroup(), copy.isAtEnd,
            arguments.text(or: "") == "search_path"
        else { return nil }
        arguments.at += 2
        return arguments.text(or: "")
    }
}

extension SQLCursor {
    /// Whether a second query follows without anything that joins the two, as where a semicolon is missing.
    fileprivate var isRunTogether: Bool {
        var copy = self
        copy.at += 1
        while copy.seek({ $0 == "select" }) != nil {
            if !Self.joints.contains(copy.word(-1)), !copy.isSign(".", -1), !copy.isSign("(", -1) { return true }
            copy.at += 1
        }
        return false
    }
}

extension SQLCursor {
    fileprivate static let joints: Set<String> = ["union", "all", "distinct", "except", "intersect", "as"]
}

extension SQLWrite {
    /// Takes INSERT, UPDATE, DELETE or MERGE; nil for everything else.
    init?(_ cursor: SQLCursor) {
        var cursor = cursor
        let verb = cursor.word()
        cursor.at += 1
        if verb != "update", !cursor.take(verb == "delete" ? "from" : "into") { return nil }
        _ = cursor.take("only")
        guard let table = cursor.takeName() else { return nil }
        self.table = table
        isBounded = true
        switch verb {
        case "insert": self.verb = .insert
        case "merge": self.verb = .merge
        case "update", "delete":
            self.verb = verb == "update" ? .update : .delete
            isBounded = cursor.has("where")
        default: return nil
        }
    }
}
