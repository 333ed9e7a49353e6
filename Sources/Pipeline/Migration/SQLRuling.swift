/// Applies the rules to the statements of one script, in their order.
struct SQLRuling: Sendable {
    var schema: SQLSchema
    var script = SQLScript()
    private(set) var home: String
    var line = 1
    /// How much was found before the statement that is looked at.
    private var before = 0
    /// What was dropped in this script and may be made anew: where it was noted, and of which signature.
    var dropped: [String: [(draft: Int, signature: [String]?)]] = [:]

    init(schema: SQLSchema, home: String) {
        (self.schema, self.home) = (schema, home)
    }

    // MARK: - What readers need

    mutating func begin() { before = script.drafts.count }

    var hasFindings: Bool { script.drafts.count > before }

    mutating func keep(_ statement: [UInt8]) {
        _ = script.keep(statement)
    }

    mutating func touch(_ names: [SQLName]) {
        script.touch(names.map { $0.relative(to: home) }, at: line)
    }

    mutating func add(_ note: SQLNote, at line: Int) {
        var note = note
        note.statement = hasFindings ? script.statements.count - 1 : nil
        if note.kind == .unreadable {
            self.line = line
            begin()
            refuse(.badNote, nil)
            keep([])
        }
        script.notes.append(note)
    }

    mutating func refuse(_ rule: MigrationRule, _ object: String?) { find(rule, object) }

    /// What only the whole script shows.
    mutating func end() {
        begin()
        let habits = script.habits
        if let concurrent = habits.concurrent, habits.count > 1 {
            line = concurrent
            find(.concurrentlyInTransaction, nil)
        }
        let slow = script.drafts.first { draft in
            draft.rule.tier == .lock || draft.weight == .lockOnly || draft.rule.also == .lock && draft.weight == .full
        }
        if let slow, !habits.limitsLocks {
            line = slow.line
            find(.noLockTimeout, nil)
        }
        if hasFindings { keep([]) }
    }

    mutating func find(_ rule: MigrationRule, _ object: String?, _ weight: SQLScript.Weight = .full) {
        let statement = script.statements.count
        script.add(.init(rule: rule, object: object, line: line, weight: weight, statement: statement))
    }

    func key(_ name: SQLName) -> String { name.relative(to: home).description }

    func isNew(_ key: String) -> Bool { schema.isNew(key) || schema.isMade(key) }

    // MARK: - Statements

    mutating func rule(_ statement: SQLStatement, naming named: [SQLName]) {
        if statement.counts { script.habits.count += 1 }
        switch statement {
        case .createTable(let name, let columns, let isTemporary, let mayExist):
            create(key(name), columns, isTemporary: isTemporary, mayExist: mayExist)
        case .createIndex(let index): create(index)
        case .createView(let name, let replaces): createView(key(name), replaces: replaces)
        case .createFunction(let function, let replaces): create(function, replaces: replaces)
        case .create(let kind, let name, let replaces): create(kind, name, replaces: replaces)
        case .createPart(let kind, let name, let table): createPart(kind, name, of: table)
        // Action by action, each on its line.
        case .alterTable(_, let actions):
            script.habits.expands = script.habits.expands || actions.contains(where: \.isExpansion)
        case .alter(let kind, let name, let change): alter(kind, name, change)
        case .drop(let drop): remove(drop)
        case .truncate(let names, let cascades): truncate(names, cascades: cascades)
        case .write(let writes): for write in writes { change(write, naming: named) }
        case .query(let function): if let function { find(.functionCall, function) }
        case .copyRows(let name):
            touch([name])
            script.habits.changesData = true
        case .revoke(let name, _):
            if name.map({ !isNew(key($0)) }) ?? true { find(.revoke, name.map(key)) }
        case .maintain(let rule, let name, let isConcurrent):
            if isConcurrent {
                noteConcurrent()
            } else if name.map({ !isNew(key($0)) }) ?? true {
                find(rule, name.map(key))
            }
        case .setHome(let home): self.home = home
        case .limitLocks: script.habits.limitsLocks = true
        case .plain(let rule): find(rule, nil)
        case .nothing: break
        }
    }

    mutating func noteConcurrent() { script.habits.concurrent = script.habits.concurrent ?? line }

    private mutating func create(
        _ table: String, _ columns: [String: SQLType], isTemporary: Bool, mayExist: Bool
    ) {
        if mayExist, schema.knows(table) { return }
        schema.create(table, columns: columns, isTemporary: isTemporary)
        guard !isTemporary else { return }
        script.habits.expands = true
        script.creates.append(table)
        for (name, type) in columns where type.isSerial { schema.make("\(table)_\(name)_seq") }
    }

    private mutating func make(_ object: String) {
        schema.make(object)
        script.creates.append(object)
        script.habits.expands = true
    }

    private mutating func create(_ index: SQLIndex) {
        touch([index.table])
        if index.isConcurrent { noteConcurrent() }
        let table = key(index.table)
        // It lies in the schema of its table.
        if let name = index.name { make(key(SQLName(parts: index.table.parts.dropLast() + [name.last]))) }
        script.habits.expands = true
        guard !isNew(table) else { return }
        if index.isUnique {
            find(.uniqueIndex, table, index.isConcurrent ? .withoutLock : .full)
        } else if !index.isConcurrent {
            find(.indexNotConcurrent, table)
        }
    }

    private mutating func createView(_ name: String, replaces: Bool) {
        if let last = dropped.removeValue(forKey: name)?.last {
            script.turn(last.draft, into: .replaceViewColumns)
        } else if replaces, !isNew(name) {
            find(.replaceView, name)
        }
        make(name)
    }

    private mutating func create(_ function: SQLFunction, replaces: Bool) {
        let name = key(function.name)
        for (draft, signature) in dropped.removeValue(forKey: name) ?? [] {
            let isSame = signature.map { $0 == function.signature } ?? true
            script.turn(draft, into: isSame ? .replaceFunctionBody : .changeSignature)
        }
        if replaces, !isNew(name) { find(.replaceFunctionBody, name) }
        if function.changesSchema { find(.functionWithDDL, name) }
        make(name)
    }

    private mutating func create(_ kind: SQLKind, _ name: SQLName?, replaces: Bool) {
        script.habits.expands = true
        guard let name else { return }
        if kind == .schema { script.schemas.insert(name.last) }
        if replaces, !isNew(key(name)) { find(.replaceFunctionBody, key(name)) }
        make(key(name))
    }

    private mutating func createPart(_ kind: SQLKind, _ name: SQLName?, of table: SQLName?) {
        if let table { touch([table]) }
        guard table.map({ !isNew(key($0)) }) ?? true else { return }
        let object = [table.map(key), name?.last].compactMap(\.self).joined(separator: ".")
        find(kind == .trigger ? .addTrigger : kind == .policy ? .changePolicy : .changeRule, object)
    }

    private mutating func alter(_ kind: SQLKind, _ name: SQLName?, _ change: SQLChange) {
        let object = name.map(key)
        if change == .unknown {
            find(.unknownAction, object)
            return
        }
        guard object.map({ !isNew($0) }) ?? true else { return }
        switch change {
        case .rename: find(.renameObject, object)
        case .setSchema: find(.setSchema, object)
        case .owner: find(.changeOwner, object)
        case .addValue: find(.enumAddValue, object)
        case .renameValue: find(.enumRename, object)
        case .attribute: find(.compositeAttribute, object)
        case .action(let action): if let name { rule(action, on: name) }
        case .change: find(kind.ruleOfChange, object)
        case .harmless, .unknown: break
        }
    }
}

extension SQLStatement {
    /// Whether it is one beside which CONCURRENTLY must not stand.
    fileprivate var counts: Bool {
        switch self {
        case .nothing, .limitLocks, .setHome: false
        default: true
        }
    }
}

extension SQLKind {
    fileprivate var ruleOfChange: MigrationRule {
        switch self {
        case .sequence: .changeSequence
        case .function: .alterFunction
        case .extension: .updateExtension
        case .trigger: .toggleTrigger
        case .policy: .changePolicy
        case .role: .changeRole
        default: .unknownAction
        }
    }
}
