/// The type of a column, as far as one can tell from it whether another one holds all its values.
struct SQLType: Equatable, Sendable {
    /// In one spelling: `integer` for `int4`.
    var name: String
    /// What stands in parentheses, such as a length.
    var arguments: [Int]
    var isArray: Bool

    static let none = SQLType(name: "", arguments: [], isArray: false)

    private init(name: String, arguments: [Int], isArray: Bool) {
        (self.name, self.arguments, self.isArray) = (name, arguments, isArray)
    }

    /// Takes the tokens of a type, and passes over them.
    init(_ cursor: inout SQLCursor) {
        self = .none
        var words: [String] = []
        while let token = cursor.token(), !Self.ends.contains(cursor.word()) {
            if let group = cursor.takeGroup() {
                if arguments.isEmpty { arguments = Self.numbers(in: group) }
                continue
            }
            if cursor.isSign("[") || cursor.word() == "array" { isArray = true }
            if token.kind == .sign {
                cursor.at += 1
            } else if let name = cursor.takeName() {
                words.append(name.schema == "pg_catalog" ? name.last : name.description)
            } else {
                cursor.at += 1
            }
        }
        name = Self.canonical(words.filter { $0 != "array" }.joined(separator: " "))
    }

    private static let ends: Set<String> = [
        "not", "null", "default", "primary", "unique", "check", "references", "constraint", "generated", "collate",
        "deferrable", "initially", "using", "storage", "compression", "options", "on",
    ]

    private static func numbers(in group: SQLCursor) -> [Int] {
        group.parts().map { part in
            guard let token = part.token(), token.kind == .number else { return -1 }
            return Int(String(decoding: part.text[token.range], as: UTF8.self)) ?? -1
        }
    }

    private static func canonical(_ text: String) -> String {
        switch text {
        case "int", "int4", "integer": "integer"
        case "int8", "bigint": "bigint"
        case "int2", "smallint": "smallint"
        case "character varying", "char varying", "varchar", "national character varying", "nchar varying": "varchar"
        case "character", "char", "bpchar", "nchar", "national character": "char"
        case "decimal", "dec", "numeric": "numeric"
        case "bool", "boolean": "boolean"
        case "float8", "double precision", "float": "double precision"
        case "float4", "real": "real"
        case "timestamptz", "timestamp with time zone": "timestamptz"
        case "timestamp", "timestamp without time zone": "timestamp"
        case "timetz", "time with time zone": "timetz"
        case "time", "time without time zone": "time"
        case "bit varying", "varbit": "varbit"
        default: text
        }
    }

    var isSerial: Bool {
        switch name {
        case "serial", "bigserial", "smallserial", "serial2", "serial4", "serial8": true
        default: false
        }
    }

    /// Whether values are cut off or refused that were too long for it.
    var isShortText: Bool { !isArray && (name == "varchar" && !arguments.isEmpty || name == "char") }

    /// Whether every value of another type is one of this, and keeps its form.
    func holds(_ old: SQLType) -> Bool {
        if self == old { return true }
        guard isArray == old.isArray else { return false }
        switch (old.name, name) {
        case ("varchar", "text"), ("cidr", "inet"): return true
        case ("text", "varchar"): return arguments.isEmpty
        case ("varchar", "varchar"), ("varbit", "varbit"), ("timestamp", "timestamp"), ("timestamptz", "timestamptz"):
            guard let limit = arguments.first else { return true }
            return old.arguments.first.map { $0 <= limit } ?? false
        case ("numeric", "numeric"):
            guard let precision = arguments.first else { return true }
            guard let before = old.arguments.first else { return false }
            return before <= precision && (old.arguments.dropFirst().first ?? 0) == (arguments.dropFirst().first ?? 0)
        default: return false
        }
    }

    /// Whether a text may be too long for it that was not for another type; nil for a type that is not known.
    func tightens(_ old: SQLType?) -> Bool {
        guard isShortText else { return false }
        guard let old else { return true }
        return ["varchar", "text", "char"].contains(old.name) && !old.isArray
    }
}
