/// Up to where the migrations of a service were applied to the database of an environment, and who says so.
public struct DatabaseState: Equatable, Sendable {
    /// The version of the last migration that was applied; nil when none was.
    public var head: String?
    /// Migrations that began and failed.
    public var failed: [String]
    /// When somebody looked.
    public var observedAt: Timestamp
    /// For people: a file, a deployment.
    public var origin: String
    /// The digest of the export it was read from.
    public var digest: Digest?

    public init(head: String?, failed: [String] = [], observedAt: Timestamp, origin: String) {
        (self.head, self.failed, self.observedAt, self.origin) = (head, failed, observedAt, origin)
    }

    /// Whether a migration of this version has been applied.
    func has(_ version: String) -> Bool {
        guard let wanted = MigrationVersion(parsing: version) else { return false }
        guard let head = head.flatMap({ MigrationVersion(parsing: $0) }) else { return false }
        return wanted <= head
    }
}

/// Why an export of the history of migrations cannot be read.
public struct HistoryExportError: Error, Equatable, CustomStringConvertible {
    public let description: String

    init(_ problem: String) { description = problem }
}

extension DatabaseState {
    /// Reads an export of Flyway's history: `psql --csv` of the table, its rows as JSON, or `flyway info` in JSON.
    public init(export bytes: [UInt8], observedAt: Timestamp, origin: String) throws {
        let begin = bytes.first { $0 > 0x20 }
        let isJSON = begin == UInt8(ascii: "{") || begin == UInt8(ascii: "[")
        let rows = try isJSON ? Self.rows(json: bytes) : Self.rows(csv: bytes)
        let applied = rows.filter(\.succeeded).compactMap { row in
            row.version.flatMap { text in MigrationVersion(parsing: text).map { (text, $0) } }
        }
        self.init(
            head: applied.max { $0.1 < $1.1 }?.0, failed: rows.filter(\.failed).map { $0.version ?? $0.script },
            observedAt: observedAt, origin: origin)
    }

    private struct Row {
        var version: String?
        var script: String
        var succeeded: Bool
        var failed: Bool
    }

    private static func rows(json bytes: [UInt8]) throws -> [Row] {
        let json = try JSON(parsing: bytes, profile: .lenient)
        guard let list = json.array ?? json["migrations"]?.array else {
            throw HistoryExportError("has no list of migrations")
        }
        return try list.map { row in
            let version = row["version"]?.string.flatMap { $0.isEmpty ? nil : $0 }
            let script = row["script"]?.string ?? row["filepath"]?.string ?? ""
            if case .bool(let success)? = row["success"] {
                return Row(version: version, script: script, succeeded: success, failed: !success)
            }
            guard let state = row["state"]?.string?.lowercased() else {
                throw HistoryExportError("a row says neither success nor state")
            }
            let applied: Set<String> = ["success", "out of order", "baseline", "future", "missing"]
            return Row(
                version: version, script: script, succeeded: applied.contains(state), failed: state.contains("failed"))
        }
    }

    private static func rows(csv bytes: [UInt8]) throws -> [Row] {
        let lines = try table(String(decoding: bytes, as: UTF8.self))
        guard let header = lines.first, let version = header.firstIndex(of: "version"),
            let success = header.firstIndex(of: "success")
        else { throw HistoryExportError("has no columns \"version\" and \"success\" in its first line") }
        let script = header.firstIndex(of: "script")
        return try lines.dropFirst().map { fields in
            guard fields.count == header.count else { throw HistoryExportError("a line has another number of columns") }
            let succeeded = ["t", "true", "1"].contains(fields[success].lowercased())
            return Row(
                version: fields[version].isEmpty ? nil : fields[version], script: script.map { fields[$0] } ?? "",
                succeeded: succeeded, failed: !succeeded)
        }
    }

    /// Fields of RFC 4180: quoted where they hold commas, quotes or line breaks.
    private static func table(_ text: String) throws -> [[String]] {
        var (lines, fields, field): ([[String]], [String], String) = ([], [], "")
        var (isQuoted, wasQuote) = (false, false)
        for character in text {
            if isQuoted, character == "\"" {
                (isQuoted, wasQuote) = (false, true)
                continue
            }
            switch character {
            case _ where isQuoted: field.append(character)
            case "\"":
                if wasQuote { field.append("\"") }
                isQuoted = true
            case ",":
                fields.append(field)
                field = ""
            case "\n", "\r\n":
                if !(fields.isEmpty && field.isEmpty) { lines.append(fields + [field]) }
                (fields, field) = ([], "")
            default: field.append(character)
            }
            wasQuote = false
        }
        guard !isQuoted else { throw HistoryExportError("a quotation does not end") }
        if !(fields.isEmpty && field.isEmpty) { lines.append(fields + [field]) }
        return lines
    }
}
