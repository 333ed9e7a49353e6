/// The comparison of schemas: a list of pairs to compare, each pair once, and what came of it.
///
/// Pairs are worked off in a loop, so that neither depth nor a cycle of references matters.
struct SchemaComparison {
    /// Two schemas, and for whom they hold.
    struct Pair: Hashable {
        let base: SchemaSet
        let head: SchemaSet
        let variance: Variance
        /// Whether it is decided elsewhere who takes or gives `null`.
        var isNullSettled = false
        /// Whether defaults and deprecation are compared elsewhere.
        var areNotesSettled = false
    }

    var base: InterfaceSource
    var head: InterfaceSource
    private(set) var changes: [InterfaceChange] = []
    private var known: Set<InterfaceChange> = []
    private var queue: [(pair: Pair, place: Place)] = []
    private var seen: Set<Pair> = []

    init(base: InterfaceSource, head: InterfaceSource) {
        (self.base, self.head) = (base, head)
        var numbers = ValueNumbers()
        numbers.number(&self.base)
        numbers.number(&self.head)
    }

    /// Notes a change, the same one only once.
    mutating func report(_ change: InterfaceChange) {
        if known.insert(change).inserted { changes.append(change) }
    }

    /// Puts a pair of schemas on the list; no values stand for a schema that everything fits.
    mutating func add(base nodes: [Int], head others: [Int], _ variance: Variance, at place: Place) {
        add(Pair(base: base.schema(nodes), head: head.schema(others), variance: variance), at: place)
    }

    mutating func add(_ pair: Pair, at place: Place) {
        if seen.insert(pair).inserted { queue.append((pair, place)) }
    }

    /// Compares all pairs on the list and those they lead to.
    mutating func finish() -> InterfaceDifference {
        var index = 0
        while index < queue.count, !isExhausted {
            let (pair, place) = queue[index]
            index += 1
            compare(pair, at: place)
        }
        if isExhausted {
            let place = index > 0 ? queue[index - 1].place.description : "the document"
            let text = "and what comes after it was not compared, because the schemas lead into each other without end"
            report(InterfaceChange(.unknown, .none, "too-large", text, at: place))
        }
        reportUnresolved(base.unresolved, line: false, "as released refers to")
        reportUnresolved(head.unresolved, line: true, "refers to")
        return InterfaceDifference(changes: changes)
    }

    /// Whether so much was read that what is known is not all.
    var isExhausted: Bool { base.budget <= 0 || head.budget <= 0 }

    private mutating func reportUnresolved(_ unresolved: [String: Int], line isKnown: Bool, _ verb: String) {
        for (reference, line) in unresolved.sorted(by: { $0.key < $1.key }) {
            let isLocal = reference.hasPrefix("#")
            let text =
                isLocal
                ? "\(verb) \(reference.brief), which is not in it"
                : "\(verb) \(reference.brief), which is another document and is not compared: bundle them into one"
            let code = isLocal ? "reference-unresolved" : "reference-remote"
            report(InterfaceChange(.unknown, .none, code, text, at: "the document").on(isKnown ? line : nil))
        }
    }
}

// MARK: - One pair

extension SchemaComparison {
    /// What a rule needs besides two shapes.
    struct Context {
        let variance: Variance
        var isNullSettled = false
        let place: Place
        let line: Int?

        /// A change here, of the level that its kind has for this direction unless another is said.
        func change(
            _ kind: InterfaceChange.Kind, _ code: String, _ text: String, level: Level? = nil, line: Int? = nil
        ) -> InterfaceChange {
            let level = level ?? variance.level(of: kind)
            return InterfaceChange(kind, level, code, text, at: place.description).on(line ?? self.line)
        }
    }

    private mutating func compare(_ pair: Pair, at place: Place) {
        let before = base.read(pair.base)
        let after = head.read(pair.head)
        let line = pair.head.nodes.first.map { head.line($0) }
        let context = Context(
            variance: pair.variance, isNullSettled: pair.isNullSettled, place: place, line: line)
        reportMalformed(before, after, context)
        if !before.shape.unions.isEmpty || !after.shape.unions.isEmpty {
            compareUnions(before, after, context)
        } else {
            compareShapes(before.shape, after.shape, context)
            if !pair.areNotesSettled { compareNotes(before.shape.notes, after.shape.notes, context) }
        }
    }

    private mutating func reportMalformed(_ before: SchemaReading, _ after: SchemaReading, _ context: Context) {
        for leaf in before.leaves where !base.isSchema(leaf) {
            let text = "as released has \(base.shown(leaf)) where a schema should be"
            report(context.change(.unknown, "schema-malformed", text))
        }
        for leaf in after.leaves where !head.isSchema(leaf) {
            let text = "has \(head.shown(leaf)) where a schema should be"
            report(context.change(.unknown, "schema-malformed", text, line: head.line(leaf)))
        }
    }

    private mutating func compareShapes(_ before: Shape, _ after: Shape, _ context: Context) {
        guard compareKinds(before.kinds, after.kinds, context) else { return }
        compareValues(before.values, after.values, context)
        compareLimits(before, after, context)
        compareMembers(before.members, after.members, context)
        add(base: before.items, head: after.items, context.variance, at: context.place.elements())
    }
}
