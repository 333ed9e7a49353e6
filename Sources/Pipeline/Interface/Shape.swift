/// What a schema says about values, after references are followed and `allOf` is merged.
struct Shape: Sendable {
    var kinds = Kinds()
    /// The values listed by `enum` or `const`, or nil where any will do.
    var values: Values?
    var limits: [Limit: Bound] = [:]
    /// What texts and numbers must fit besides, by keyword: equal or not is all that can be told.
    var constraints: [String: Set<String>] = [:]
    var members = Members()
    /// The schemas of the elements of a list; none where anything will do.
    var items: [Int] = []
    /// The `oneOf` and `anyOf` lists of which no variant has been chosen yet.
    var unions: [Int] = []
    var notes = Notes()

    struct Kinds: Equatable, Sendable {
        /// Without `null`, and with `integer` wherever there is `number`; nil where any will do.
        var types: Set<String>?
        var isNullable = true
        /// Whether `nullable` stands where no type does, which is how 3.0 is written beside references and variants.
        var isNullDeclared = false
        var format: String?

        var shown: String {
            guard let types else { return "anything" }
            let named = types.contains("number") ? types.subtracting(["integer"]) : types
            return named.isEmpty ? "nothing" : named.sorted().map(\.brief).joined(separator: " or ")
        }
    }

    struct Values: Sendable {
        /// By number of the value, where it stands.
        var nodes: [Int: Int]
        /// Whether callers are told that there will be further ones (`x-extensible-enum`).
        var isOpen: Bool
    }

    struct Members: Sendable {
        var properties: [String: [Int]] = [:]
        var required: Set<String> = []
        /// Whether members of other names are refused.
        var isClosed = false
        /// The schemas of members of other names.
        var others: [Int] = []
        var discriminator: String?
    }

    struct Notes: Sendable {
        /// The value of `default`.
        var standard: Int?
        var isDeprecated = false
        /// Keywords with rules of their own that are not compared, with their values.
        var opaque: [String: [Int]] = [:]
    }
}

extension Shape {
    /// Reads a schema.
    ///
    /// A schema without `type` that has properties, elements or listed values is taken to be of their type: stating
    /// it later is no change.
    init(_ schema: SchemaSet, leaves: [Int], in source: InterfaceSource) {
        var implied: Set<String> = []
        for leaf in leaves {
            if case .scalar(.bool(false)) = source.nodes[leaf].content {
                (kinds.types, kinds.isNullable) = ([], false)
            }
            guard let keywords = source.members(leaf) else { continue }
            readKinds(leaf, in: source)
            readValues(leaf, in: source)
            readLimits(leaf, in: source)
            readMembers(leaf, in: source)
            readNotes(leaf, keywords, in: source)
            if let node = keywords["items"] { items.append(node) }
            if keywords["items"] != nil { implied.insert("array") }
            if keywords["properties"] != nil || keywords["additionalProperties"] != nil { implied.insert("object") }
            unions += ["oneOf", "anyOf"].compactMap { keywords[$0] }.filter { union in
                !schema.settled.contains(union) && source.elements(union)?.isEmpty == false
            }
        }
        unions.sort()
        if kinds.isNullDeclared { kinds.isNullable = true }
        if kinds.types == nil, let types = implied.isEmpty ? typesOfValues(in: source) : implied {
            let holdsNull = values?.nodes.values.contains { source.nodes[$0].content == .scalar(.null) } == true
            (kinds.types, kinds.isNullable) = (types, kinds.isNullDeclared || holdsNull)
        }
    }

    private mutating func readKinds(_ leaf: Int, in source: InterfaceSource) {
        let named = source.text("type", of: leaf).map { [$0] } ?? source.texts("type", of: leaf)
        if let named {
            var types = Set(named)
            if types.contains("number") { types.insert("integer") }
            let isNullable = types.remove("null") != nil || isNullMarked(leaf, in: source)
            kinds.isNullable = kinds.isNullable && isNullable
            kinds.types = kinds.types.map { $0.intersection(types) } ?? types
        }
        if source.member("type", of: leaf) == nil, isNullMarked(leaf, in: source) { kinds.isNullDeclared = true }
        if let format = source.text("format", of: leaf) { kinds.format = kinds.format ?? format }
    }

    private func isNullMarked(_ leaf: Int, in source: InterfaceSource) -> Bool {
        source.flag("nullable", of: leaf) == true || source.flag("x-nullable", of: leaf) == true
    }

    private mutating func readValues(_ leaf: Int, in source: InterfaceSource) {
        let listed = source.member("enum", of: leaf).flatMap { source.elements($0) }
        let open = source.member("x-extensible-enum", of: leaf).flatMap { source.elements($0) }
        let isMarked = open != nil || source.flag("x-extensible-enum", of: leaf) == true
        guard let nodes = source.member("const", of: leaf).map({ [$0] }) ?? listed ?? open else { return }
        var found = Dictionary(nodes.map { (source.values[$0], $0) }) { first, _ in first }
        if let values { found = found.filter { values.nodes[$0.key] != nil } }
        values = Values(nodes: found, isOpen: isMarked || values?.isOpen == true)
    }

    private mutating func readLimits(_ leaf: Int, in source: InterfaceSource) {
        for limit in Limit.allCases {
            guard let bound = source.bound(limit, of: leaf) else { continue }
            if let known = limits[limit], !bound.isTighter(than: known, isUpper: limit.isUpper) { continue }
            limits[limit] = bound
        }
        for keyword in ["pattern", "contentEncoding", "contentMediaType"] {
            if let text = source.text(keyword, of: leaf) { constraints[keyword, default: []].insert(text) }
        }
        if let step = source.quantity("multipleOf", of: leaf) {
            constraints["multipleOf", default: []].insert("\(step)")
        }
        if source.flag("uniqueItems", of: leaf) == true { constraints["uniqueItems"] = ["true"] }
    }

    private mutating func readMembers(_ leaf: Int, in source: InterfaceSource) {
        for (name, node) in source.member("properties", of: leaf).flatMap({ source.members($0) }) ?? [:] {
            members.properties[name, default: []].append(node)
        }
        members.required.formUnion(source.texts("required", of: leaf) ?? [])
        for keyword in ["additionalProperties", "unevaluatedProperties"] {
            guard let node = source.member(keyword, of: leaf) else { continue }
            switch source.nodes[node].content {
            case .scalar(.bool(let isOpen)): members.isClosed = members.isClosed || !isOpen
            case .map: members.others.append(node)
            case .scalar, .list: break
            }
        }
        if let node = source.member("discriminator", of: leaf) {
            members.discriminator = source.text("propertyName", of: node) ?? source.text(node) ?? members.discriminator
        }
    }

    private mutating func readNotes(_ leaf: Int, _ keywords: [String: Int], in source: InterfaceSource) {
        notes.standard = notes.standard ?? keywords["default"]
        notes.isDeprecated = notes.isDeprecated || source.flag("deprecated", of: leaf) == true
        for keyword in Self.opaqueKeywords {
            if let node = keywords[keyword] { notes.opaque[keyword, default: []].append(node) }
        }
        for keyword in Self.readKeywords {
            if let node = keywords[keyword], !Self.isReadable(keyword, source.nodes[node].content) {
                notes.opaque[keyword, default: []].append(node)
            }
        }
    }

    private static let readKeywords = [
        "allOf", "oneOf", "anyOf", "enum", "required", "properties", "additionalProperties", "type",
    ]

    /// Whether a keyword has a value of the kind it takes; `required` is a truth value beside a parameter of Swagger.
    private static func isReadable(_ keyword: String, _ content: InterfaceSource.Content) -> Bool {
        switch (keyword, content) {
        case ("properties", .map), ("properties", .scalar(.null)), ("type", .list), ("type", .scalar(.text)),
            ("additionalProperties", .map), ("additionalProperties", .scalar(.bool)), ("required", .scalar(.bool)):
            true
        case ("properties", _), ("type", _), ("additionalProperties", _): false
        case (_, .list): true
        case (_, .map), (_, .scalar): false
        }
    }

    private static let opaqueKeywords = [
        "not", "if", "then", "else", "contains", "minContains", "maxContains", "prefixItems", "propertyNames",
        "patternProperties", "dependentRequired", "dependentSchemas", "unevaluatedItems", "contentSchema",
        "$dynamicRef", "$recursiveRef",
    ]

    private func typesOfValues(in source: InterfaceSource) -> Set<String>? {
        guard let values else { return nil }
        var types: Set<String> = []
        for node in values.nodes.values {
            switch source.nodes[node].content {
            case .scalar(.text): types.insert("string")
            case .scalar(.bool): types.insert("boolean")
            case .scalar(.integer): types.insert("integer")
            case .scalar(.other): types.formUnion(["integer", "number"])
            case .scalar(.null): break
            case .list: types.insert("array")
            case .map: types.insert("object")
            }
        }
        return types
    }
}
