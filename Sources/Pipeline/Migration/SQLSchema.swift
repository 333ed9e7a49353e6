/// What is known of a database from the migrations that were read so far.
struct SQLSchema: Sendable {
    struct Table: Sendable {
        /// Made since the last release: nobody who runs knows it.
        var isNew: Bool
        var columns: [String: Column] = [:]
    }

    struct Column: Sendable {
        var type: SQLType?
        var isNew: Bool
        var hasDefault = false
        var isNotNull = false
    }

    /// Whether what comes now is new since the last release.
    var isInRange: Bool
    private(set) var tables: [String: Table] = [:]
    /// Other things that were made since, by their names.
    private(set) var made: Set<String> = []

    init(isInRange: Bool = true) {
        self.isInRange = isInRange
    }

    func isNew(_ table: String) -> Bool { tables[table]?.isNew ?? false }
    func knows(_ table: String) -> Bool { tables[table] != nil }
    func isMade(_ object: String) -> Bool { made.contains(object) }
    func column(_ name: String, of table: String) -> Column? { tables[table]?.columns[name] }

    mutating func make(_ object: String) {
        if isInRange { made.insert(object) }
    }

    mutating func unmake(_ object: String) { made.remove(object) }

    /// One that lives as long as its connection is always new.
    mutating func create(_ table: String, columns: [String: SQLType], isTemporary: Bool) {
        let isNew = isInRange || isTemporary
        tables[table] = Table(isNew: isNew, columns: columns.mapValues { Column(type: $0, isNew: isNew) })
    }

    mutating func drop(_ table: String) { tables[table] = nil }

    mutating func rename(_ table: String, to new: String) {
        tables[new] = tables.removeValue(forKey: table) ?? Table(isNew: false)
    }

    mutating func add(_ column: SQLColumn, to table: String) {
        let isNew = isInRange
        change(column.name, of: table) { known in
            known = Column(type: column.type, isNew: isNew)
            known.hasDefault = column.standard != .none || column.type.isSerial
            known.isNotNull = column.isNotNull
        }
    }

    mutating func drop(_ column: String, of table: String) { tables[table]?.columns[column] = nil }

    mutating func rename(_ column: String, of table: String, to new: String) {
        let known = tables[table]?.columns.removeValue(forKey: column)
        tables[table]?.columns[new] = known
    }

    /// Changes what is known of a column, which may not have been known.
    mutating func change(_ column: String, of table: String, _ body: (inout Column) -> Void) {
        body(&tables[table, default: Table(isNew: false)].columns[column, default: Column(isNew: false)])
    }
}
