/// What migrations made of a catalog: two pictures of it, before and after.
public struct CatalogComparison: Sendable {
    private let before: CatalogPicture
    private let after: CatalogPicture

    public init(from before: CatalogPicture, to after: CatalogPicture) {
        (self.before, self.after) = (before, after)
    }

    /// What is there now and was not, what is gone, what is another; parts of what came or went are not named.
    public var difference: MigrationFacts.Trial.Difference {
        func added(_ one: CatalogPicture, to other: CatalogPicture) -> [String] {
            one.items.filter { name, item in other.items[name] == nil && !other.lacksOwner(of: item) }
                .map(\.key.description).sorted()
        }
        let changed = after.items.compactMap { name, item -> String? in
            guard let old = before.items[name], old.facts != item.facts else { return nil }
            return name.description + Self.change(name.kind, old, item)
        }
        return .init(
            added: .init(added(after, to: before)), removed: .init(added(before, to: after)),
            changed: .init(changed.sorted()))
    }

    /// From what to what, where that is short.
    private static func change(
        _ kind: CatalogPicture.Kind, _ old: CatalogPicture.Item, _ new: CatalogPicture.Item
    ) -> String {
        guard kind == .column else { return "" }
        func text(_ item: CatalogPicture.Item) -> String {
            let standard = item.fact(2).isEmpty ? "" : "DEFAULT \(item.fact(2))"
            return [item.fact(0), item.fact(1), standard, item.fact(3)].filter { !$0.isEmpty }.joined(separator: " ")
        }
        return ": \(text(old)) → \(text(new))"
    }

    // MARK: - Rules

    /// What a rule says of something.
    private typealias Hit = (rule: MigrationRule, object: String)

    /// What the version before would meet, as rules name it.
    public func findings(hash: HashFunction) -> [MigrationFinding] {
        var hits: [Hit] = []
        for (name, item) in before.items {
            guard let now = after.items[name] else {
                if !after.lacksOwner(of: item) { hits += Self.loss(name, item, views: before) }
                continue
            }
            if now.facts != item.facts { hits += Self.change(name, item, now) }
        }
        for (name, item) in after.items where before.items[name] == nil && !before.lacksOwner(of: item) {
            hits += gain(name, item)
        }
        let lines = Set(hits.map { "\($0.object)\u{0}\($0.rule.rawValue)" }).sorted()
        return lines.prefix(SQLScript.findingLimit).compactMap { line in
            let parts = line.split(separator: "\u{0}", omittingEmptySubsequences: false).map(String.init)
            return MigrationRule(rawValue: parts[1]).map { rule in
                MigrationFinding(rule, object: parts[0], statement: Array("catalog".utf8), hash: hash)
            }
        }
    }

    private static func loss(
        _ name: CatalogPicture.Name, _ item: CatalogPicture.Item, views: CatalogPicture
    ) -> [Hit] {
        switch name.kind {
        case .schema: [(.dropSchema, name.text)]
        case .table: [(.dropTable, name.text)]
        case .view: [(.dropView, name.text)]
        case .column: [(views.isView(item.table) ? .replaceViewColumns : .dropColumn, name.text)]
        case .constraint: [(.dropConstraint, item.table ?? name.text)]
        case .index: item.fact(0) == "unique" ? [(.dropIndex, name.text)] : []
        case .sequence: [(.dropSequence, name.text)]
        case .function: [(.dropFunction, name.plain)]
        case .type: [(.dropType, name.text)]
        case .trigger: [(.dropTrigger, name.text)]
        }
    }

    private static func change(
        _ name: CatalogPicture.Name, _ old: CatalogPicture.Item, _ new: CatalogPicture.Item
    ) -> [Hit] {
        switch name.kind {
        case .column: return columnChange(name.text, old, new)
        case .table: return new.fact(0) == "true" ? [(.enableRowSecurity, name.text)] : []
        case .view: return [(.replaceView, name.text)]
        case .constraint: return rule(of: new.fact(0)).map { [($0, partName(new))] } ?? []
        case .function:
            return [(old.fact(0) == new.fact(0) ? .replaceFunctionBody : .changeSignature, name.plain)]
        case .type: return typeChange(name.text, old, new)
        case .trigger: return [(.toggleTrigger, name.text)]
        case .index: return new.fact(0) == "unique" ? [(.uniqueIndex, partName(new))] : []
        case .schema, .sequence: return []
        }
    }

    private static func columnChange(
        _ name: String, _ old: CatalogPicture.Item, _ new: CatalogPicture.Item
    ) -> [Hit] {
        var hits: [Hit] = []
        if old.fact(0) != new.fact(0) {
            let (was, type) = (SQLType(parsing: old.fact(0)), SQLType(parsing: new.fact(0)))
            if !type.holds(was) { hits.append((type.tightens(was) ? .tightenVarchar : .alterType, name)) }
        }
        switch (old.fact(1).isEmpty, new.fact(1).isEmpty) {
        case (true, false): hits.append((.setNotNull, name))
        case (false, true): hits.append((.dropNotNull, name))
        default: break
        }
        func isGiven(_ item: CatalogPicture.Item) -> Bool { !item.fact(2).isEmpty || !item.fact(3).isEmpty }
        if isGiven(old), !isGiven(new) {
            hits.append((.dropDefault, name))
        } else if new.fact(3) != old.fact(3), new.fact(3) == "identity a" || new.fact(3) == "generated" {
            hits.append((.generatedAlways, name))
        } else if old.fact(2) != new.fact(2) {
            hits.append((.changeDefault, name))
        }
        return hits
    }

    private static func typeChange(
        _ name: String, _ old: CatalogPicture.Item, _ new: CatalogPicture.Item
    ) -> [Hit] {
        guard old.fact(0) == "e", new.fact(0) == "e" else {
            return [(new.fact(0) == "c" ? .compositeAttribute : .alterType, name)]
        }
        func labels(_ item: CatalogPicture.Item) -> Set<Substring> { Set(item.fact(1).split(separator: ", ")) }
        var hits: [Hit] = []
        if !labels(old).isSubset(of: labels(new)) { hits.append((.enumValueDrop, name)) }
        if !labels(new).isSubset(of: labels(old)) { hits.append((.enumAddValue, name)) }
        return hits
    }

    /// What is new at something that was there.
    private func gain(_ name: CatalogPicture.Name, _ item: CatalogPicture.Item) -> [Hit] {
        switch name.kind {
        case .column:
            let isFilled = item.fact(1).isEmpty || !item.fact(2).isEmpty || !item.fact(3).isEmpty
            return isFilled || after.isView(item.table) ? [] : [(.addNotNullNoDefault, name.text)]
        case .constraint:
            guard touchesOld(item, item.fact(0) != "u" && item.fact(0) != "p") else { return [] }
            return Self.rule(of: item.fact(0)).map { [($0, Self.partName(item))] } ?? []
        case .index:
            return item.fact(0) == "unique" && touchesOld(item, false) ? [(.uniqueIndex, Self.partName(item))] : []
        case .trigger: return [(.addTrigger, name.text)]
        case .schema, .table, .view, .sequence, .function, .type: return []
        }
    }

    /// Whether rows of the version before may run into it: some, or all, of its columns were there, or it names none.
    private func touchesOld(_ item: CatalogPicture.Item, _ isAnyEnough: Bool) -> Bool {
        let columns = item.fact(2).split(separator: ",").map { column in
            before.items[.init(kind: .column, text: "\(item.table ?? "").\(column)")] != nil
        }
        if columns.isEmpty { return true }
        return isAnyEnough ? columns.contains(true) : columns.allSatisfy(\.self)
    }

    private static func partName(_ item: CatalogPicture.Item) -> String {
        [item.table ?? "", item.fact(2)].filter { !$0.isEmpty }.joined(separator: ".")
    }

    private static func rule(of constraint: String) -> MigrationRule? {
        switch constraint {
        case "c": .addCheck
        case "f": .addForeignKey
        case "p": .addPrimaryKey
        case "u": .addUnique
        case "x": .addExclude
        default: nil
        }
    }
}

extension CatalogPicture {
    /// Whether what something belongs to is not there at all.
    fileprivate func lacksOwner(of item: Item) -> Bool {
        guard let table = item.table else { return false }
        return items[Name(kind: .table, text: table)] == nil && !isView(table)
    }

    fileprivate func isView(_ name: String?) -> Bool { name.map { items[Name(kind: .view, text: $0)] != nil } ?? false }
}

extension CatalogPicture.Name {
    /// Without the arguments of a function.
    fileprivate var plain: String { String(text.prefix { $0 != "(" }) }
}

extension SQLType {
    /// Takes a type as the database writes it.
    fileprivate init(parsing text: String) {
        var lexer = SQLLexer(Array(text.utf8))
        var tokens: [SQLToken] = []
        _ = lexer.statement(into: &tokens)
        var cursor = SQLCursor(lexer.text, tokens)
        self.init(&cursor)
    }
}
