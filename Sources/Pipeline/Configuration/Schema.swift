/// What a configuration file may say, as data: reading, suggestions, documentation and the published JSON Schema all
/// follow from one table.
public indirect enum Schema: Equatable, Sendable {
    case text
    case integer(ClosedRange<Int64>)
    case bool
    /// A number of seconds, minutes, hours or days: `90s`, `20m`, `2h`, `14d`.
    case duration
    /// A number of bytes: `500KB`, `20MB`, `5GB`.
    case size
    /// A day: `2027-01-31`.
    case date
    case choice([String])
    /// Only this truth value, as in `test: false`.
    case exactly(Bool)
    case nothing
    case list(Schema)
    /// Members of any name.
    case map(Schema)
    case object([Field])
    /// The first that fits the kind of value; of several objects the first.
    case either([Schema])

    /// One setting.
    public struct Field: Equatable, Sendable {
        public let name: String
        public let schema: Schema
        public let meaning: String
        /// What holds when the setting is left out, as far as that is one value.
        public let standard: JSON?
        /// Whether nothing acts on it yet, so that any other value than the standard must be refused.
        public let isLater: Bool

        public init(
            _ name: String, _ schema: Schema, _ meaning: String, standard: JSON? = nil, isLater: Bool = false
        ) {
            (self.name, self.schema, self.meaning) = (name, schema, meaning)
            (self.standard, self.isLater) = (standard, isLater)
        }
    }

    /// Reads a document, adding whatever does not fit to `findings`.
    ///
    /// What fits is kept, so that one run names all faults.
    public func read(_ document: Document, findings: inout [Finding]) -> JSON {
        switch (self, document.content) {
        case (.either(let choices), _):
            guard let schema = choices.first(where: { $0.fits(document) }) else { return mismatch(document, &findings) }
            return schema.read(document, findings: &findings)
        case (.list(let element), .list(let elements)):
            return .array(elements.map { element.read($0, findings: &findings) })
        case (.map(let value), .map(let entries)):
            return .object(entries.reduce(into: [:]) { $0[$1.key] = value.read($1.value, findings: &findings) })
        case (.object(let fields), .map(let entries)):
            return .object(read(entries, as: fields, findings: &findings))
        case (.text, .text(let text)), (.duration, .text(let text)), (.size, .text(let text)),
            (.choice, .text(let text)):
            checkText(text, line: document.line, &findings)
            return .string(text)
        case (.date, .text(let text)), (.date, .other(let text)):
            checkText(text, line: document.line, &findings)
            return .string(text)
        case (.integer(let range), .integer(let number)):
            if !range.contains(number) {
                let limit = "from \(range.lowerBound) to \(range.upperBound)"
                findings.append(Finding(line: document.line, "\(number) is not \(limit)"))
            }
            return .integer(number)
        case (.bool, .bool(let flag)): return .bool(flag)
        case (.exactly(let only), .bool(let flag)) where only == flag: return .bool(flag)
        case (.nothing, .null): return .null
        default: return mismatch(document, &findings)
        }
    }

    private func read(_ entries: [Document.Entry], as fields: [Field], findings: inout [Finding]) -> [String: JSON] {
        var members: [String: JSON] = [:]
        for entry in entries {
            guard let field = fields.first(where: { $0.name == entry.key }) else {
                let near = nearest(to: entry.key, among: fields.map(\.name))
                let hint = near.map { "did you mean \"\($0)\"?" }
                findings.append(Finding(line: entry.line, "unknown key \"\(entry.key)\"", hint: hint))
                continue
            }
            let value = field.schema.read(entry.value, findings: &findings)
            if field.isLater, value != field.standard {
                let standard = field.standard.map { ", only \($0.canonicalText)" } ?? ""
                let message = "\"\(field.name)\" does nothing yet in this version of Slipway\(standard)"
                findings.append(Finding(line: entry.line, message, hint: "remove the setting: not yet"))
            }
            members[entry.key] = value
        }
        return members
    }

    private func mismatch(_ document: Document, _ findings: inout [Finding]) -> JSON {
        let hint = takesText && document.isScalar ? "quote it, if it is meant as a text" : nil
        let found = if case .text(let text) = document.content { "\"\(text)\"" } else { document.kind }
        findings.append(Finding(line: document.line, "expected \(expectation), found \(found)", hint: hint))
        return .null
    }

    private var takesText: Bool {
        switch self {
        case .text: true
        case .either(let choices): choices.contains(where: \.takesText)
        default: false
        }
    }

    private func checkText(_ text: String, line: Int, _ findings: inout [Finding]) {
        switch self {
        case .duration where Seconds(parsing: text) == nil:
            findings.append(Finding(line: line, "\"\(text)\" is no duration", hint: "write 90s, 20m, 2h or 14d"))
        case .size where ByteCount(parsing: text) == nil:
            findings.append(Finding(line: line, "\"\(text)\" is no size", hint: "write 500KB, 20MB or 5GB"))
        case .date where Day(parsing: text) == nil:
            findings.append(Finding(line: line, "\"\(text)\" is no date", hint: "write 2027-01-31"))
        case .choice(let choices) where !choices.contains(text):
            let near = nearest(to: text, among: choices).map { "did you mean \"\($0)\"?" }
            let list = choices.joined(separator: ", ")
            findings.append(Finding(line: line, "\"\(text)\" is none of \(list)", hint: near))
        default: break
        }
    }

    /// Whether the document is of this kind, whatever is wrong inside it.
    private func fits(_ document: Document) -> Bool {
        switch (self, document.content) {
        case (.text, .text), (.duration, .text), (.size, .text), (.date, .text), (.date, .other),
            (.integer, .integer), (.bool, .bool), (.nothing, .null),
            (.list, .list), (.map, .map), (.object, .map):
            true
        case (.choice(let choices), .text(let text)): choices.contains(text)
        case (.exactly(let only), .bool(let flag)): only == flag
        default: false
        }
    }

    private var expectation: String {
        switch self {
        case .text: "a text"
        case .choice(let choices): choices.joined(separator: " or ")
        case .integer: "an integer"
        case .bool: "true or false"
        case .duration: "a duration such as 20m"
        case .size: "a size such as 5GB"
        case .date: "a date such as 2027-01-31"
        case .exactly(let flag): "\(flag)"
        case .nothing: "nothing"
        case .list(let element): "a list of which each is \(element.expectation)"
        case .map, .object: "a map"
        case .either(let choices): choices.map(\.expectation).joined(separator: " or ")
        }
    }
}

/// The candidate fewest edits away (Damerau-Levenshtein, at most a third of the letters and at most three), or nil.
public func nearest(to text: String, among candidates: some Sequence<String>) -> String? {
    let limit = min(3, max(1, text.utf8.count / 3))
    let ranked = candidates.map { (distance: editDistance(text, $0), candidate: $0) }
    return ranked.filter { $0.distance <= limit }.min { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }?
        .candidate
}

private func editDistance(_ left: String, _ right: String) -> Int {
    let left = Array(left.lowercased().utf8)
    let right = Array(right.lowercased().utf8)
    var rows = [Array(0...right.count)]
    for i in 1..<max(left.count + 1, 1) {
        var row = [i]
        for j in 1..<max(right.count + 1, 1) {
            let substitution = rows[i - 1][j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)
            var best = min(rows[i - 1][j] + 1, row[j - 1] + 1, substitution)
            if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                best = min(best, rows[i - 2][j - 2] + 1)
            }
            row.append(best)
        }
        rows.append(row)
    }
    return rows[left.count][right.count]
}
