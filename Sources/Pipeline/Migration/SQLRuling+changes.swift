extension SQLRuling {
    // MARK: - Dropping

    mutating func remove(_ drop: SQLDrop) {
        if drop.isConcurrent { noteConcurrent() }
        if drop.names.isEmpty { find(.dropObject, nil) }
        for (index, name) in drop.names.enumerated() {
            let object = key(name)
            switch drop.kind {
            case .table: removeTable(object)
            case .trigger, .policy, .rule:
                let table = key(SQLName(parts: name.parts.dropLast()))
                guard !isNew(table) else { continue }
                let part = table.isEmpty ? name.last : "\(table).\(name.last)"
                find(drop.kind == .trigger ? .dropTrigger : drop.kind == .policy ? .changePolicy : .changeRule, part)
                if drop.cascades { find(.cascade, part) }
            case .index:
                guard !isNew(object), !drop.isConcurrent else { continue }
                find(.dropIndex, object)
                if drop.cascades { find(.cascade, object) }
            default:
                if isNew(object) {
                    schema.unmake(object)
                    continue
                }
                if drop.kind == .function || drop.kind == .view {
                    let signature = drop.functions.indices.contains(index) ? drop.functions[index].signature : nil
                    dropped[object, default: []].append((script.drafts.count, signature))
                }
                find(drop.kind.ruleOfRemoval, object)
            }
        }
    }

    private mutating func removeTable(_ table: String) {
        defer { schema.drop(table) }
        guard !isNew(table) else { return }
        find(.dropTable, table)
        if script.habits.moved.contains(table) { find(.dataThenDrop, table) }
    }

    mutating func truncate(_ names: [SQLName], cascades: Bool) {
        touch(names)
        script.habits.changesData = true
        for table in names.map(key) where !isNew(table) {
            find(.truncate, table)
            if cascades { find(.cascade, table) }
        }
    }

    mutating func change(_ write: SQLWrite, naming named: [SQLName]) {
        let table = key(write.table)
        script.habits.changesData = true
        touch([write.table])
        // What is only put in needs nothing that is dropped later, unless it is selected.
        if write.verb != .insert || named.count > 1 { script.habits.moved.formUnion(named.map(key) + [table]) }
        if write.table.last.hasPrefix("pg_"), write.table.schema == nil || write.table.schema == "pg_catalog" {
            find(write.table.last == "pg_enum" && write.verb == .delete ? .enumValueDrop : .catalogWrite, table)
        } else if !write.isBounded, !isNew(table) {
            find(write.verb == .delete ? .deleteAll : .updateAll, table)
        }
    }

    // MARK: - Actions of ALTER TABLE

    mutating func rule(_ action: SQLAction, on name: SQLName) {
        let table = key(name)
        if action == .unknown { find(.unknownAction, table) }
        let isNew = isNew(table)
        switch action {
        case .addColumn(let column, let mayExist): add(column, to: table, mayExist: mayExist, isNew: isNew)
        case .dropColumn(let column):
            let known = schema.column(column, of: table)
            schema.drop(column, of: table)
            guard !isNew, known?.isNew != true else { return }
            find(.dropColumn, "\(table).\(column)")
            if script.habits.moved.contains(table) { find(.dataThenDrop, "\(table).\(column)") }
        case .renameTable(let new):
            let target = key(SQLName(parts: name.parts.dropLast() + [new.last]))
            if isNew { script.creates.append(target) } else { find(.renameTable, table) }
            schema.rename(table, to: target)
        case .renameColumn(let column, let new):
            let known = schema.column(column, of: table)
            schema.rename(column, of: table, to: new)
            guard !isNew else { return }
            if known?.isNew == true {
                script.creates.append("\(table).\(new)")
            } else {
                find(.renameColumn, "\(table).\(column)")
            }
        case .setSchema(let new):
            let target = key(SQLName(parts: [new, name.last]))
            if isNew { script.creates.append(target) } else { find(.setSchema, table) }
            schema.rename(table, to: target)
        case .alterType, .setNotNull, .dropNotNull, .setDefault, .dropDefault, .generate, .dropExpression:
            change(action, of: table, isNew: isNew)
        default: if !isNew { rule(plain: action, on: table) }
        }
    }

    private mutating func add(_ column: SQLColumn, to table: String, mayExist: Bool, isNew: Bool) {
        if mayExist, schema.column(column.name, of: table) != nil { return }
        schema.add(column, to: table)
        let object = "\(table).\(column.name)"
        if column.type.isSerial { schema.make("\(table)_\(column.name)_seq") }
        guard !isNew else { return }
        script.creates.append(object)
        if column.isNotNull, column.standard == .none, !column.type.isSerial { find(.addNotNullNoDefault, object) }
        if column.type.isSerial { find(.addSerial, object) }
        switch column.standard {
        case .volatile: find(.addColumnDefaultVolatile, object)
        case .stored: find(.addStoredGenerated, object)
        case .identity: find(.addIdentity, object)
        case .none, .constant: break
        }
        // Rows that do not name the column have NULL there, which is never twice; a default would be.
        let isRepeated = column.standard == .constant
        if column.constraints.contains(.unique) { find(.addUnique, object, isRepeated ? .full : .lockOnly) }
        if column.constraints.contains(.primaryKey) { find(.addPrimaryKey, object, isRepeated ? .full : .lockOnly) }
    }

    private mutating func change(_ action: SQLAction, of table: String, isNew: Bool) {
        guard let name = action.column else { return }
        let object = name.isEmpty ? table : "\(table).\(name)"
        let known = schema.column(name, of: table)
        let isNewColumn = isNew || known?.isNew == true
        schema.change(name, of: table) { $0.take(action) }
        switch action {
        case .alterType(_, let type, let isComputed):
            if isNewColumn || !isComputed && known?.type.map(type.holds) == true { return }
            find(!isComputed && type.tightens(known?.type) ? .tightenVarchar : .alterType, object)
        case .setNotNull:
            if isNew || known?.isNotNull == true { return }
            find(.setNotNull, object, known?.isNew == true && known?.hasDefault == true ? .lockOnly : .full)
        case .dropDefault:
            // A new column that may be NULL needs none.
            if isNew || known?.isNew == true && known?.isNotNull != true { return }
            find(.dropDefault, object)
        case .dropNotNull: if !isNewColumn { find(.dropNotNull, object) }
        case .setDefault: if !isNewColumn { find(.changeDefault, object) }
        case .generate(_, let always): if !isNewColumn, always { find(.generatedAlways, object) }
        default: if !isNewColumn { find(.dropExpression, object) }
        }
    }

    private mutating func rule(plain action: SQLAction, on table: String) {
        switch action {
        case .add(let constraint): add(constraint, to: table)
        case .dropConstraint(let cascades):
            find(.dropConstraint, table)
            if cascades { find(.cascade, table) }
        case .alterConstraint: find(.alterConstraint, table)
        case .changeOwner: find(.changeOwner, table)
        case .enableRowSecurity: find(.enableRowSecurity, table)
        case .disableRowSecurity: find(.changePolicy, table)
        case .toggleTrigger(let name): find(.toggleTrigger, name.isEmpty ? table : "\(table).\(name)")
        case .toggleRule: find(.changeRule, table)
        case .rewrite: find(.rewriteTable, table)
        case .attach: find(.attachPartition, table)
        case .detach: find(.detachPartition, table)
        case .inherit: find(.addInheritance, table)
        default: break
        }
    }

    private mutating func add(_ constraint: SQLConstraint, to table: String) {
        let columns = constraint.columns
        let areNew = !columns.isEmpty && columns.allSatisfy { schema.column($0, of: table)?.isNew == true }
        let object = columns.isEmpty ? table : "\(table).\(columns.joined(separator: ","))"
        let weight: SQLScript.Weight = constraint.isNotValid || constraint.usesIndex ? .withoutLock : .full
        switch constraint.kind {
        case .check: find(.addCheck, object, weight)
        case .exclude: find(.addExclude, object, weight)
        // The index of it was judged when it was made.
        case .unique: if !constraint.usesIndex { find(.addUnique, object, areNew ? .lockOnly : weight) }
        case .foreignKey:
            if !areNew || !constraint.isNotValid { find(.addForeignKey, object, areNew ? .lockOnly : weight) }
        case .primaryKey: find(.addPrimaryKey, object, areNew ? .lockOnly : weight)
        case .notNull: for column in columns { change(.setNotNull(column), of: table, isNew: false) }
        }
    }
}

extension SQLAction {
    /// The column that is changed.
    fileprivate var column: String? {
        switch self {
        case .alterType(let name, _, _), .setNotNull(let name), .dropNotNull(let name), .setDefault(let name),
            .dropDefault(let name), .generate(let name, _), .dropExpression(let name):
            name
        default: nil
        }
    }
}

extension SQLSchema.Column {
    fileprivate mutating func take(_ action: SQLAction) {
        switch action {
        case .alterType(_, let type, _): self.type = type
        case .setNotNull: isNotNull = true
        case .dropNotNull: isNotNull = false
        case .setDefault, .generate: hasDefault = true
        case .dropDefault, .dropExpression: hasDefault = false
        default: break
        }
    }
}

extension SQLKind {
    fileprivate var ruleOfRemoval: MigrationRule {
        switch self {
        case .view: .dropView
        case .function: .dropFunction
        case .type, .domain: .dropType
        case .sequence: .dropSequence
        case .extension: .dropExtension
        case .schema: .dropSchema
        default: .dropObject
        }
    }
}
