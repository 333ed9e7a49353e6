extension SchemaComparison {
    /// Compares types, null and format; false when the values have become so different that the rest says nothing.
    mutating func compareKinds(_ before: Shape.Kinds, _ after: Shape.Kinds, _ context: Context) -> Bool {
        let isComparable = compareTypes(before, after, context)
        if before.types != nil, after.types != nil, before.isNullable != after.isNullable, !context.isNullSettled {
            report(nullChange(isAdded: after.isNullable, context))
        }
        if isComparable { compareFormats(before.format, after.format, context) }
        return isComparable
    }

    func nullChange(isAdded: Bool, _ context: Context) -> InterfaceChange {
        isAdded
            ? context.change(.widened, "null-added", "may be null now")
            : context.change(.narrowed, "null-removed", "may not be null any more")
    }

    /// Types that callers get are read into variables of a type, so that even a narrower one is another.
    private mutating func compareTypes(_ before: Shape.Kinds, _ after: Shape.Kinds, _ context: Context) -> Bool {
        guard before.types != after.types else { return true }
        let text = "was \(before.shown) and is \(after.shown)"
        switch (before.types, after.types) {
        case (nil, _): report(context.change(.narrowed, "type-narrowed", text))
        case (_, nil): report(context.change(.widened, "type-widened", text))
        case (let old?, let new?) where new.isStrictSubset(of: old) || old.isStrictSubset(of: new):
            let isNarrower = new.isStrictSubset(of: old)
            let kind: InterfaceChange.Kind = isNarrower ? .narrowed : .widened
            let level = context.variance == .given ? Level.major : nil
            let code = isNarrower ? "type-narrowed" : "type-widened"
            report(context.change(kind, code, text, level: level))
            return !old.isDisjoint(with: new)
        default:
            report(context.change(.changed, "type-changed", text))
            return false
        }
        return true
    }

    private static let widerFormats = ["int32": "int64", "float": "double"]

    private mutating func compareFormats(_ before: String?, _ after: String?, _ context: Context) {
        guard before != after else { return }
        let text = "had \(format(before)) and has \(format(after))"
        let kind: InterfaceChange.Kind =
            switch (before, after) {
            case (nil, _): .narrowed
            case (_, nil): .widened
            case (let old?, let new?) where Self.widerFormats[old] == new: .widened
            case (let old?, let new?) where Self.widerFormats[new] == old: .narrowed
            default: .changed
            }
        report(context.change(kind, "format-\(kind.rawValue)", text))
    }

    private func format(_ name: String?) -> String { name.map { "the format \($0.brief)" } ?? "no format" }

    /// A listed value that callers may get and did not know is minor.
    ///
    /// Most callers have a branch for values they do not know, and lists of states grow with nearly every feature: a
    /// major version for each would say nothing. But some callers are strict, so the text says what they meet; with
    /// `x-extensible-enum` they have been told before.
    mutating func compareValues(_ before: Shape.Values?, _ after: Shape.Values?, _ context: Context) {
        let variance = context.variance
        let note = variance == .given && after?.isOpen != true ? ": a strict caller refuses what it does not know" : ""
        func widened(_ code: String, _ text: String, _ line: Int?) -> InterfaceChange {
            context.change(.widened, code, text + note, level: .minor, line: line)
        }
        switch (before, after) {
        case (nil, nil): return
        case (nil, _?): report(context.change(.narrowed, "enum-added", "is limited to listed values now"))
        case (_?, nil): report(widened("enum-removed", "is not limited to listed values any more", context.line))
        case (let old?, let new?):
            for (value, node) in old.nodes.sorted(by: { $0.value < $1.value }) where new.nodes[value] == nil {
                let text = "lost the value \(base.shown(node))"
                report(context.change(.narrowed, "enum-value-removed", text))
            }
            for (value, node) in new.nodes.sorted(by: { $0.value < $1.value }) where old.nodes[value] == nil {
                report(widened("enum-value-added", "has the new value \(head.shown(node))", head.line(node)))
            }
        }
    }

    mutating func compareLimits(_ before: Shape, _ after: Shape, _ context: Context) {
        for limit in Limit.allCases where before.limits[limit] != after.limits[limit] {
            let (old, new) = (before.limits[limit], after.limits[limit])
            let isNarrower =
                switch (old, new) {
                case (let old?, let new?): new.isTighter(than: old, isUpper: limit.isUpper)
                default: old == nil
                }
            let text = "had \(shown(old, limit)) and has \(shown(new, limit))"
            let kind: InterfaceChange.Kind = isNarrower ? .narrowed : .widened
            report(context.change(kind, "limit-\(kind.rawValue)", text))
        }
        let keywords = Set(before.constraints.keys).union(after.constraints.keys)
        for keyword in keywords.sorted() {
            let (old, new) = (before.constraints[keyword] ?? [], after.constraints[keyword] ?? [])
            guard old != new else { continue }
            let kind: InterfaceChange.Kind =
                new.isSuperset(of: old) ? .narrowed : old.isSuperset(of: new) ? .widened : .changed
            let text = "had \(shown(old, keyword)) and has \(shown(new, keyword))"
            report(context.change(kind, "constraint-\(kind.rawValue)", text))
        }
    }

    private func shown(_ bound: Bound?, _ limit: Limit) -> String {
        guard let bound else { return "no \(limit.rawValue)" }
        return "the \(limit.rawValue) \(bound.quantity)\(bound.isExclusive ? " (exclusive)" : "")"
    }

    private func shown(_ texts: Set<String>, _ keyword: String) -> String {
        texts.isEmpty ? "no \(keyword)" : "the \(keyword) " + texts.sorted().map(\.brief).joined(separator: " and ")
    }

    /// Whether values of these schemas can be lists or objects.
    mutating func isCompound(_ nodes: [Int], _ others: [Int]) -> Bool {
        let types = [base.read(base.schema(nodes)), head.read(head.schema(others))].map(\.shape.kinds.types)
        return types.contains { $0.map { !$0.isDisjoint(with: ["array", "object"]) } ?? true }
    }

    mutating func compareNotes(_ before: Shape.Notes, _ after: Shape.Notes, _ context: Context) {
        if before.standard.map({ base.values[$0] }) != after.standard.map({ head.values[$0] }) {
            let old = before.standard.map { base.shown($0) } ?? "none"
            let new = after.standard.map { head.shown($0) } ?? "none"
            let level = context.variance == .accepted ? Level.minor : .patch
            let line = after.standard.map { head.line($0) } ?? context.line
            let text = "had the default \(old) and has \(new)"
            report(context.change(.changed, "default-changed", text, level: level, line: line))
        }
        if before.isDeprecated != after.isDeprecated {
            report(.deprecation(isNew: after.isDeprecated, at: context.place.description, line: context.line))
        }
        for keyword in Set(before.opaque.keys).union(after.opaque.keys).sorted() {
            let old = base.meanings(of: before.opaque[keyword] ?? [])
            let new = head.meanings(of: after.opaque[keyword] ?? [])
            guard old != new else { continue }
            let text = "has another \(keyword), of which it cannot be told what it takes away"
            report(
                context.change(.unknown, "keyword-changed", text, line: after.opaque[keyword].map { head.line($0[0]) }))
        }
    }
}

extension InterfaceChange {
    /// What is deprecated still works; saying so is minor (https://semver.org/spec/v2.0.0.html, item 7).
    static func deprecation(isNew: Bool, at place: String, line: Int?) -> InterfaceChange {
        isNew
            ? InterfaceChange(.changed, .minor, "deprecated", "is deprecated now", at: place).on(line)
            : InterfaceChange(
                .changed, .patch, "deprecation-lifted", "is not deprecated any more", at: place
            ).on(line)
    }
}
