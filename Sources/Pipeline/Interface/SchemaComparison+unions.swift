extension SchemaComparison {
    /// Compares two sets of variants; a schema without variants is the only one of its set.
    ///
    /// `oneOf` and `anyOf` are the same here: both say what values there are. So is null, as a variant or as a type.
    mutating func compareUnions(_ before: SchemaReading, _ after: SchemaReading, _ context: Context) {
        let old = base.variants(of: before)
        let new = head.variants(of: after)
        guard !isExhausted else { return }
        if old.isNullable != new.isNullable, !context.isNullSettled {
            report(nullChange(isAdded: new.isNullable, context))
        }
        compareNotes(before.shape.notes, after.shape.notes, context)
        let listed = Set(old.listed.keys).intersection(new.listed.keys)
        for types in listed.sorted() { compareValues(old.listed[types]?.values, new.listed[types]?.values, context) }
        let pairing = Pairing(old.all(butListed: listed), new.all(butListed: listed))
        for (one, other) in pairing.pairs {
            let place = pairing.isSingle ? context.place : context.place.variant(other.label)
            let pair = Pair(
                base: one.schema, head: other.schema, variance: context.variance,
                isNullSettled: one.isNullable != other.isNullable,
                areNotesSettled: one.schema == before.schema || other.schema == after.schema)
            add(pair, at: place)
        }
        for variant in pairing.removed {
            let text = "has the form \(variant.label) no more"
            report(context.change(.narrowed, "variant-removed", text))
        }
        for variant in pairing.added {
            let text = "has the new form \(variant.label)"
            report(context.change(.widened, "variant-added", text, line: variant.line))
        }
    }
}

/// The schemas of which a value fits one, whatever lists of variants inside of each other say so.
struct Variants {
    /// Those that neither are null nor list their values.
    var plain: [Variant] = []
    /// Those that list their values, as one for each type: `oneOf` of single values is how words are put to each.
    var listed: [String: (variant: Variant, values: Shape.Values)] = [:]
    var isNullable = false

    func all(butListed compared: Set<String>) -> [Variant] {
        plain + listed.filter { !compared.contains($0.key) }.sorted { $0.key < $1.key }.map(\.value.variant)
    }

    mutating func add(_ variant: Variant, _ shape: Shape) {
        isNullable = isNullable || variant.isNullable
        if variant.isNull { return }
        guard let types = shape.kinds.types, let values = shape.values, types.isDisjoint(with: ["object", "array"])
        else {
            return plain.append(variant)
        }
        let known = listed[shape.kinds.shown]
        let nodes = values.nodes.merging(known?.values.nodes ?? [:]) { _, first in first }
        let isOpen = values.isOpen || known?.values.isOpen == true
        listed[shape.kinds.shown] = (known?.variant ?? variant, Shape.Values(nodes: nodes, isOpen: isOpen))
    }
}

/// One of the schemas of which a value fits one, with what tells it from the others.
struct Variant {
    let schema: SchemaSet
    /// What references to it say, or else its title.
    let name: String?
    /// The number of its meaning, when it is one value.
    let meaning: Int?
    /// Its types, and the properties that hold one listed value.
    let outline: String
    /// Whether it is nothing but null.
    let isNull: Bool
    let isNullable: Bool
    let line: Int?

    var label: String {
        if let name { return String(name.split(separator: "/").last ?? "").brief }
        return String(outline.prefix { $0 != "\n" })
    }
}

/// Which variants of two sets are the same ones.
///
/// Variants that neither name nor meaning tells apart are paired in their order when their outlines are equal, which is
/// never too lenient: if each pair is compatible, so are the sets.
struct Pairing {
    private(set) var pairs: [(Variant, Variant)] = []
    private(set) var removed: [Variant]
    private(set) var added: [Variant]

    /// Whether each set had one variant at most.
    let isSingle: Bool

    init(_ base: [Variant], _ head: [Variant]) {
        (removed, added) = (base, head)
        isSingle = base.count <= 1 && head.count <= 1
        pair { $0.name }
        pair { $0.meaning.map { "\($0)" } }
        pair { $0.outline }
        if isSingle { pair { _ in "" } }
    }

    private mutating func pair(by key: (Variant) -> String?) {
        var waiting: [String: [Int]] = [:]
        for (index, variant) in added.enumerated().reversed() {
            if let key = key(variant) { waiting[key, default: []].append(index) }
        }
        var taken: Set<Int> = []
        var left: [Variant] = []
        for variant in removed {
            guard let key = key(variant), let index = waiting[key]?.popLast() else {
                left.append(variant)
                continue
            }
            taken.insert(index)
            pairs.append((variant, added[index]))
        }
        removed = left
        added = added.enumerated().filter { !taken.contains($0.offset) }.map(\.element)
    }
}

extension InterfaceSource {
    /// The variants of a schema, each with what holds for all of them.
    ///
    /// A variant that has variants itself stands for those.
    mutating func variants(of reading: SchemaReading) -> Variants {
        var found = Variants()
        let single = reading.schema.nodes.count == 1 ? reading.schema.nodes[0] : nil
        var queue = [(reading: reading, target: single)]
        var seen: Set = [reading.schema]
        var index = 0
        while index < queue.count, budget > 0 {
            let (current, target) = queue[index]
            index += 1
            guard let union = current.shape.unions.first else {
                found.add(variant(current, target, isInUnion: index > 1), current.shape)
                continue
            }
            found.isNullable = found.isNullable || current.shape.kinds.isNullDeclared
            let common = current.leaves.filter { !holdsOnlyVariants($0) }
            let settled = common.isEmpty ? [] : current.schema.settled + [union]
            for node in elements(union) ?? [] where budget > 0 {
                let target = resolved(node, isSchema: true)
                let schema = SchemaSet(nodes: common + (target.map { [$0] } ?? []), settled: settled)
                if seen.insert(schema).inserted { queue.append((read(schema), target)) }
            }
        }
        return found
    }

    private func variant(_ reading: SchemaReading, _ target: Int?, isInUnion: Bool) -> Variant {
        let kinds = reading.shape.kinds
        let constants = reading.shape.members.properties.sorted { $0.key < $1.key }.compactMap { name, nodes in
            nodes.first.flatMap { singleValue($0) }.map { "\(name)=\($0)" }
        }
        let isNull =
            kinds.types.map { $0.isEmpty && kinds.isNullable }
            ?? (isInUnion && kinds.isNullDeclared && reading.leaves.allSatisfy { holdsOnlyVariants($0) })
        return Variant(
            schema: reading.schema, name: target.flatMap { names[$0] ?? text("title", of: $0) },
            meaning: target.map { meanings[$0] }, outline: ([kinds.shown] + constants).joined(separator: "\n"),
            isNull: isNull, isNullable: isNull || (kinds.types != nil && kinds.isNullable),
            line: target.map { line($0) })
    }
}
