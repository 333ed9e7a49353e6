/// What one script of a chain of migrations does, statement by statement.
struct SQLScript: Sendable {
    private(set) var drafts: [Draft] = []
    /// The tables it names, and the lines on which it does first.
    private(set) var tables: [SQLName: Int] = [:]
    /// What it makes, as `MigrationFacts` names it.
    var creates: [String] = []
    /// The schemas it makes.
    var schemas: Set<String> = []
    var notes: [SQLNote] = []
    var habits = Habits()
    /// The statements that something was found in, in one layout.
    private(set) var statements: [[UInt8]] = []

    /// Something found, before it is known what the rest of the script makes of it.
    struct Draft: Sendable {
        var rule: MigrationRule
        var object: String?
        var line: Int
        var weight = Weight.full
        /// Which of the statements.
        var statement: Int
    }

    /// How much of a rule applies.
    enum Weight: Sendable {
        case full, withoutLock, lockOnly
    }

    /// What kinds of statements there are.
    struct Habits: Sendable {
        var expands = false
        var changesData = false
        var limitsLocks = false
        /// Tables whose rows were changed, or read for that.
        var moved: Set<String> = []
        var count = 0
        var concurrent: Int?
    }

    /// More than that is not listed.
    static let findingLimit = 200
    static let tableLimit = 200
    static let sizeLimit = 16 << 20

    mutating func add(_ draft: Draft) {
        if drafts.count < Self.findingLimit { drafts.append(draft) }
        if drafts.count == Self.findingLimit { drafts[drafts.count - 1].rule = .tooMany }
    }

    /// Says of something found before that it is another thing.
    mutating func turn(_ index: Int, into rule: MigrationRule) {
        if drafts.indices.contains(index), drafts[index].rule != .tooMany { drafts[index].rule = rule }
    }

    mutating func touch(_ names: [SQLName], at line: Int) {
        for name in names where tables.count < Self.tableLimit { tables[name] = tables[name] ?? line }
    }

    mutating func keep(_ statement: [UInt8]) -> Int {
        statements.append(statement)
        return statements.count - 1
    }

    /// What it does to those who use the schema.
    var phase: Migration.Phase {
        if drafts.contains(where: { $0.rule.tier == .unknown }) { return .unknown }
        let kinds: [(Bool, Migration.Phase)] = [
            (drafts.contains { $0.rule.isContraction && $0.weight != .lockOnly }, .contract), (habits.expands, .expand),
            (habits.changesData, .data),
        ]
        let found = kinds.filter(\.0).map(\.1)
        return found.count > 1 ? .mixed : found.first ?? .expand
    }

    /// The version from which on nothing needs what it takes away, as its author says; the latest of several.
    var contractOf: SemanticVersion? {
        notes.reduce(nil) { latest, note in
            guard case .contractOf(let version) = note.kind else { return latest }
            return latest.map { $0.precedes(version) ? version : $0 } ?? version
        }
    }

    /// What was found, in the order of the text, with what the author wrote beside it.
    func findings(in path: Path?, hash: HashFunction) -> [MigrationFinding] {
        // What the script as a whole is about has no statement of its own.
        let digests = statements.map { Array(hash($0.isEmpty ? path?.bytes ?? [] : $0).hex.utf8) }
        return drafts.sorted { $0.line < $1.line }.map { draft in
            var finding = MigrationFinding(
                draft.rule, object: draft.object, statement: digests[draft.statement], hash: hash)
            (finding.path, finding.line) = (path, draft.line)
            switch draft.weight {
            case .full: break
            case .withoutLock: finding.also = nil
            case .lockOnly: (finding.tier, finding.also) = (.lock, nil)
            }
            let note = notes.first { note in
                note.statement == draft.statement && note.acknowledges(draft.rule)
            }
            finding.acknowledgement = note?.reason
            return finding
        }
    }
}

/// A comment that is addressed to Slipway: `-- slipway:ack drop-column reason=…`.
struct SQLNote: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        case contractOf(SemanticVersion)
        case acknowledgement([String])
        case runAfter(ServiceName, String?)
        case unreadable
    }

    var kind: Kind
    /// What the author says about it.
    var reason: String
    /// The statement it stands before or in, among those that something was found in.
    var statement: Int?

    /// Takes what is behind `slipway:`.
    init(_ bytes: ArraySlice<UInt8>) {
        let text = String(decoding: bytes.prefix(500), as: UTF8.self)
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        reason = ""
        switch words.first {
        case "contract-of" where words.count == 2:
            kind = SemanticVersion(parsing: words[1]).map(Kind.contractOf) ?? .unreadable
        case "run-after" where words.count == 2 || words.count == 3:
            let version = words.count == 3 ? words[2] : nil
            let isVersion = version.map { MigrationVersion(parsing: $0) != nil } ?? true
            kind = ServiceName(parsing: words[1]).map { .runAfter($0, version) } ?? .unreadable
            if !isVersion { kind = .unreadable }
        case "ack" where words.count > 1:
            let rules = words[1].split(separator: ",").map(String.init)
            let isKnown = rules.allSatisfy { MigrationRule(rawValue: $0) != nil }
            kind = isKnown ? .acknowledgement(rules) : .unreadable
            let rest = words.dropFirst(2).joined(separator: " ").printable
            reason = rest.hasPrefix("reason=") ? String(rest.dropFirst(7)) : rest
        default: kind = .unreadable
        }
    }

    func acknowledges(_ rule: MigrationRule) -> Bool {
        guard case .acknowledgement(let rules) = kind else { return false }
        return rules.contains(rule.rawValue)
    }
}
