/// A schema as the set of schema values that must hold together, which is what `allOf` makes of several.
struct SchemaSet: Hashable, Sendable {
    /// Numbers of values, sorted; none stands for a schema that everything fits.
    let nodes: [Int]
    /// The `oneOf` and `anyOf` lists of which one variant has been chosen already, sorted.
    let settled: [Int]

    static let anything = SchemaSet(nodes: [])

    init(nodes: some Sequence<Int>, settled: some Sequence<Int> = []) {
        (self.nodes, self.settled) = (Set(nodes).sorted(), Set(settled).sorted())
    }
}

extension InterfaceSource {
    /// The schema of these values, references followed as far as nothing stands beside them.
    ///
    /// Thus a schema that many refer to is one schema and compared once.
    mutating func schema(_ nodes: some Sequence<Int>) -> SchemaSet {
        SchemaSet(nodes: nodes.compactMap { resolved($0, isSchema: true) })
    }

    /// All values that must hold for a schema, through `$ref` and `allOf`, each once.
    mutating func leaves(of schema: SchemaSet) -> [Int] {
        var queue = schema.nodes
        var seen = Set(queue)
        var leaves: [Int] = []
        var index = 0
        while index < queue.count {
            let node = queue[index]
            index += 1
            var further: [Int] = []
            if let reference = text("$ref", of: node) {
                if let target = target(of: reference, at: node) { further.append(target) }
            }
            if text("$ref", of: node) == nil || mergesReferences {
                leaves.append(node)
                if let parts = member("allOf", of: node).flatMap({ elements($0) }) { further += parts }
            }
            for next in further where seen.insert(next).inserted { queue.append(next) }
        }
        return leaves
    }

    /// Whether a value can be a schema: a map, or whether anything fits at all.
    func isSchema(_ node: Int) -> Bool {
        switch nodes[node].content {
        case .map, .scalar(.bool), .scalar(.null): true
        case .list, .scalar: false
        }
    }

    /// Whether a schema value says nothing of values but which variants there are.
    func holdsOnlyVariants(_ node: Int) -> Bool {
        guard let members = members(node) else { return false }
        let known: Set = [
            "oneOf", "anyOf", "allOf", "discriminator", "nullable", "$ref", "default", "deprecated", "readOnly",
            "writeOnly",
        ]
        return members.keys.allSatisfy { known.contains($0) || Self.isAnnotation($0) }
    }
}

/// A schema that has been read.
struct SchemaReading {
    let schema: SchemaSet
    let leaves: [Int]
    let shape: Shape
}

extension InterfaceSource {
    mutating func read(_ schema: SchemaSet) -> SchemaReading {
        let leaves = leaves(of: schema)
        let shape = Shape(schema, leaves: leaves, in: self)
        budget -= leaves.count + shape.members.properties.count + 1
        return SchemaReading(schema: schema, leaves: leaves, shape: shape)
    }

    /// What these values mean and what they refer to, as numbers that can be compared.
    mutating func meanings(of nodes: [Int]) -> Set<Int> {
        var queue = nodes
        var seen = Set(nodes)
        var found = Set(nodes.map { meanings[$0] })
        var index = 0
        while index < queue.count, budget > 0 {
            let node = queue[index]
            index += 1
            budget -= 1
            var next: [Int] =
                switch self.nodes[node].content {
                case .map(let members): Array(members.values)
                case .list(let elements): elements
                case .scalar: []
                }
            if let target = text("$ref", of: node).flatMap({ target(of: $0, at: node) }) {
                next.append(target)
                found.insert(meanings[target])
            }
            for node in next where seen.insert(node).inserted { queue.append(node) }
        }
        return found
    }

    /// The number of the one value that a schema value lists, if it is one.
    func singleValue(_ node: Int) -> Int? {
        if let constant = member("const", of: node) { return values[constant] }
        guard let listed = member("enum", of: node).flatMap({ elements($0) }), listed.count == 1 else { return nil }
        return values[listed[0]]
    }
}
