/// Scripts made ready for psql: each in a transaction as its engine has it, and before each statement where it begins.
public struct TrialInput: Sendable {
    /// What psql is told on its standard input.
    public private(set) var bytes: [UInt8] = []
    private let paths: [Path]

    /// Why scripts cannot be tried.
    public enum Refusal: Error, Equatable, Sendable {
        /// Their engine would not take them either.
        case refused(MigrationFacts.Trial.Mishap)
        /// It would, and this trial does not know how.
        case unsupported(MigrationFacts.Trial.Mishap)

        public var mishap: MigrationFacts.Trial.Mishap {
            switch self {
            case .refused(let mishap), .unsupported(let mishap): mishap
            }
        }
    }

    /// So much can be tried at once, in bytes.
    static let sizeLimit = 64 << 20

    /// The line that says that all were carried out.
    private static let end = "@ end"

    /// Takes the scripts of a leg.
    ///
    /// Throws what is no script, and what cannot be parted into statements.
    public init(_ leg: TrialLegs.Leg, placeholders: [String: String]) throws(Refusal) {
        if let path = leg.code.first {
            throw .unsupported(.init(path, line: nil, "is code, which only its engine can run"))
        }
        guard leg.files.reduce(0, { $0 + $1.content.count }) <= Self.sizeLimit else {
            throw .unsupported(.init(nil, line: nil, "there are more than \(Self.sizeLimit >> 20) MB of migrations"))
        }
        paths = leg.files.map(\.path)
        for (index, file) in leg.files.enumerated() {
            let values = Self.values(for: file, in: leg).merging(placeholders) { $1 }
            try take(file.content.filling(values), index, of: leg)
        }
        bytes += Array("\\echo \(Self.end)\n".utf8)
    }

    /// What the engine itself puts in.
    private static func values(for file: MigrationFile, in leg: TrialLegs.Leg) -> [String: String] {
        [
            "flyway:defaultSchema": leg.home ?? "public", "flyway:user": "postgres", "flyway:database": "postgres",
            "flyway:table": "flyway_schema_history", "flyway:filename": file.path.name,
        ]
    }

    private mutating func take(_ text: [UInt8], _ index: Int, of leg: TrialLegs.Leg) throws(Refusal) {
        let path = paths[index]
        let script = try ReadyScript(text, path)
        let isWhole = script.isTransactional && !leg.apart.contains(path)
        say("DISCARD ALL;")
        if let home = leg.home {
            let name = home.quotedName
            say("CREATE SCHEMA IF NOT EXISTS \(name); SET search_path = \(name), public;")
        }
        if isWhole { say("BEGIN;") }
        for statement in script.statements {
            say("\\echo @ \(index) \(statement.line)")
            bytes += statement.text
            say("\n;")
            bytes += statement.rows
        }
        say("\\echo @ \(index) 0")
        say("COMMIT;")
    }

    private mutating func say(_ line: String) { bytes += Array((line + "\n").utf8) }

    /// What psql came to a halt at; nil when it carried out everything.
    public func mishap(output: [UInt8], errors: [UInt8]) -> MigrationFacts.Trial.Mishap? {
        let said = String(decoding: output, as: UTF8.self).split(whereSeparator: \.isNewline)
        guard said.last.map(String.init) != Self.end else { return nil }
        let text = String(decoding: errors, as: UTF8.self)
        let error = DatabaseError(text) ?? DatabaseError(message: "it ended before the scripts did", line: 1)
        let place = said.last?.split(separator: " ").compactMap { Int($0) } ?? []
        guard place.count == 2, paths.indices.contains(place[0]) else {
            return .init(nil, line: nil, error.message)
        }
        let line = place[1] > 0 ? place[1] + error.line - 1 : nil
        return .init(paths[place[0]], line: line, error.message)
    }
}

/// What a database says of a statement.
public struct DatabaseError: Equatable, Sendable {
    /// The code of the error, and its first line.
    public var message: String
    /// The line of the statement.
    public var line: Int

    init(message: String, line: Int) {
        (self.message, self.line) = (message, line)
    }

    /// Takes what psql prints; nil when there is no error in it.
    public init?(_ text: String) {
        var message: String?
        line = 1
        for row in text.split(whereSeparator: \.isNewline) {
            if message != nil {
                guard row.hasPrefix("LINE "), let number = Int(row.dropFirst(5).prefix { $0 != ":" }) else { continue }
                line = number
                break
            }
            for mark in ["ERROR:  ", "FATAL:  ", "PANIC:  ", "error: "] where message == nil {
                message = row.firstRange(of: mark).map { String(row[$0.upperBound...]) }
            }
        }
        guard let message else { return nil }
        self.message = message
    }
}

extension [UInt8] {
    /// The same with each `${name}` replaced for which there is a value.
    func filling(_ values: [String: String]) -> [UInt8] {
        guard contains(UInt8(ascii: "$")) else { return self }
        var filled: [UInt8] = []
        filled.reserveCapacity(count)
        var at = 0
        while let next = self[at...].firstIndex(of: UInt8(ascii: "$")) {
            filled += self[at..<next]
            at = next
            // A longer one is no name of a placeholder.
            if next + 1 < count, self[next + 1] == UInt8(ascii: "{"),
                let end = self[next...].prefix(200).firstIndex(of: UInt8(ascii: "}")),
                let value = values[String(decoding: self[next + 2..<end], as: UTF8.self)]
            {
                filled += Array(value.utf8)
                at = end + 1
            } else {
                filled.append(self[at])
                at += 1
            }
        }
        return filled + self[at...]
    }
}

extension String {
    /// The name of something as SQL takes it, whatever is in it.
    fileprivate var quotedName: String { "\"\(replacing("\"", with: "\"\""))\"" }
}
