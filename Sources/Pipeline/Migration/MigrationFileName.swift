/// What the name of a file says to Flyway.
enum MigrationFileName: Equatable, Sendable {
    case migration(MigrationName)
    /// A script beside the others whose name the engine passes over.
    case overlooked
    /// No script.
    case other

    /// The databases whose folders hold variants of the same migrations; only those for PostgreSQL are read.
    private static let vendors: Set<String> = [
        "mysql", "mariadb", "h2", "hsqldb", "derby", "oracle", "sqlserver", "mssql", "db2", "sqlite", "clickhouse",
        "redshift", "snowflake", "informix", "firebird", "cassandra", "cockroachdb", "spanner",
    ]

    /// Takes a path relative to the folder of the migrations.
    init(_ path: Path) {
        let names = path.components.map { String(decoding: $0, as: UTF8.self) }
        guard let name = names.last, let dot = name.lastIndex(of: "."),
            !names.dropLast().contains(where: { Self.vendors.contains($0.lowercased()) })
        else {
            self = .other
            return
        }
        let (stem, suffix) = (name[..<dot], name[name.index(after: dot)...])
        switch suffix {
        case "sql":
            self = MigrationName(sql: stem).map(Self.migration) ?? .overlooked
        case "java", "kt", "groovy", "scala":
            self = MigrationName(code: stem).map(Self.migration) ?? .other
        default: self = suffix.lowercased() == "sql" ? .overlooked : .other
        }
    }
}

/// A name that the engine takes.
struct MigrationName: Equatable, Sendable {
    enum Form: String, Equatable, Sendable {
        case versioned = "V"
        case undo = "U"
        case baseline = "B"
        case repeatable = "R"
        /// It runs whenever the engine does.
        case callback = ""
    }

    var form: Form
    /// As it is written.
    var version: String?
    var number: MigrationVersion?
    var description: String
    var isCode = false
}

extension MigrationName {
    /// Takes `V1__what`, `V1`, `R__what`, or the name of a callback.
    init?(sql stem: Substring) {
        for callback in ["before", "after", "createSchema"] where stem.hasPrefix(callback) {
            self.init(form: .callback, description: String(stem))
            return
        }
        guard let name = MigrationName(prefixed: stem) else { return nil }
        self = name
        if form == .repeatable, description.isEmpty { return nil }
    }

    /// Takes the name of a class.
    init?(code stem: Substring) {
        guard stem.contains("__"), let name = MigrationName(prefixed: stem) else { return nil }
        self = name
        isCode = true
    }

    private init?(prefixed stem: Substring) {
        guard let form = stem.first.flatMap({ Form(rawValue: String($0)) }) else { return nil }
        let rest = stem.dropFirst()
        let parts =
            rest.firstRange(ofTwo: "_").map { (rest[..<$0], rest[rest.index($0, offsetBy: 2)...]) } ?? (rest, "")
        self.init(form: form, description: String(parts.1))
        if form == .repeatable {
            guard parts.0.isEmpty else { return nil }
        } else {
            guard let number = MigrationVersion(parsing: parts.0) else { return nil }
            (version, self.number) = (String(parts.0), number)
        }
    }

    var kind: Migration.Kind {
        if form == .undo { return .undo }
        if isCode { return .code }
        return form == .repeatable || form == .callback ? .repeatable : .sql
    }
}

extension Substring {
    /// Where a character stands twice for the first time.
    fileprivate func firstRange(ofTwo character: Character) -> Index? {
        indices.first { self[$0...].hasPrefix("\(character)\(character)") }
    }
}
