/// What an index makes of the documents of one call: a class for every path.
///
/// Whether a value must be there is left out, and lists count as their elements: an index does not know either.
public struct AuditShape: Equatable, Sendable {
    /// By path, with dots; `*` stands for keys that are data.
    public internal(set) var fields: [String: FieldClass] = [:]
    /// What an index bears badly.
    public internal(set) var traits: Set<Trait> = []

    public enum Trait: Hashable, Sendable {
        /// A type that holds itself, which is followed only once.
        case recursive(String)
        /// Values of several classes at one path, so that the documents of the call refuse each other.
        case mixed(String)
        case anyKeys(String)
        case tooDeep, tooMany
    }

    /// An index refuses deeper objects, and more fields, unless it is told otherwise.
    static let depthLimit = 20
    static let fieldLimit = 1000

    public init() {}

    /// The same text for the same shape: a line for each path.
    public var canonicalText: String {
        fields.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { "\($0.key)\t\($0.value)\n" }.joined()
    }

    /// The class at a path, also where its last step is a key that is data.
    func fieldClass(at path: String) -> FieldClass? {
        if let known = fields[path] { return known }
        guard let dot = path.utf8.lastIndex(of: UInt8(ascii: ".")) else { return fields["*"] }
        return fields[String(path[..<dot]) + ".*"]
    }
}

/// Reads the shape of a document out of a catalogue.
struct AuditShapeReader {
    private var source: InterfaceSource
    private(set) var shape = AuditShape()
    /// How many schemas may still be looked at: types can lead into each other in very many ways.
    private var budget = 20_000

    /// One schema on the way down.
    private struct Place {
        var path: String
        var depth = 0
        /// Types that it is inside of.
        var around: Set<Int> = []
        var isElement = false

        func inner(_ name: String) -> Place {
            Place(path: path.isEmpty ? name : "\(path).\(name)", depth: depth + 1, around: around)
        }
    }

    init(_ source: InterfaceSource) {
        self.source = source
    }

    /// Reads a schema whose documents lie at a path of what is written to the index.
    mutating func read(_ node: Int, at path: String) {
        for folder in path.ancestors { shape.fields[folder] = .object }
        read(node, Place(path: path))
        if shape.fields.count > AuditShape.fieldLimit { shape.traits.insert(.tooMany) }
    }

    private mutating func read(_ node: Int, _ place: Place) {
        budget -= 1
        guard budget > 0, shape.fields.count <= AuditShape.fieldLimit, place.around.count < 64 else {
            shape.traits.insert(.tooMany)
            return
        }
        guard let node = source.resolved(node) else { return put(.any, place) }
        guard !place.around.contains(node) else {
            shape.traits.insert(.recursive(place.path))
            return put(place.isElement ? .nested : .object, place)
        }
        var place = place
        place.around.insert(node)
        if let variants = source.member("oneOf", of: node).flatMap({ source.elements($0) }) {
            for variant in variants { read(variant, place) }
            return
        }
        switch source.text("type", of: node) ?? impliedType(node) {
        case "string": put(text(node), place)
        case "integer": put(.long, place)
        case "number": put(.double, place)
        case "boolean": put(.boolean, place)
        case "array":
            place.isElement = true
            guard let items = source.member("items", of: node) else { return put(.any, place) }
            read(items, place)
        case "object": readObject(node, place)
        default: put(.any, place)
        }
    }

    private func impliedType(_ node: Int) -> String? {
        if source.member("properties", of: node) != nil || source.member("additionalProperties", of: node) != nil {
            return "object"
        }
        if source.member("items", of: node) != nil { return "array" }
        guard let values = source.member("enum", of: node).flatMap({ source.elements($0) }) else { return nil }
        let types = values.map { value -> String? in
            switch source.nodes[value].content {
            case .scalar(.text): "string"
            case .scalar(.integer): "integer"
            case .scalar(.bool): "boolean"
            case .scalar, .list, .map: nil
            }
        }
        return Set(types).count == 1 ? types[0] : nil
    }

    private func text(_ node: Int) -> FieldClass {
        switch source.text("format", of: node) {
        case let format? where format == "date" || format == "date-time": .date(format)
        case "byte", "binary": .binary
        default: .keyword
        }
    }

    private mutating func readObject(_ node: Int, _ place: Place) {
        guard place.depth < AuditShape.depthLimit else {
            shape.traits.insert(.tooDeep)
            return
        }
        let others = source.member("additionalProperties", of: node).flatMap { node -> Int? in
            if case .scalar = source.nodes[node].content { nil } else { node }
        }
        if !place.path.isEmpty { put(others != nil ? .anyKeys : place.isElement ? .nested : .object, place) }
        for (name, property) in (source.member("properties", of: node).flatMap { source.members($0) } ?? [:])
            .sorted(by: { $0.key < $1.key })
        {
            read(property, place.inner(name.brief))
        }
        if let others {
            shape.traits.insert(.anyKeys(place.path))
            read(others, place.inner("*"))
        }
    }

    private mutating func put(_ fieldClass: FieldClass, _ place: Place) {
        let path = place.path.isEmpty ? "document" : place.path
        switch (shape.fields[path], fieldClass) {
        case (nil, _): shape.fields[path] = fieldClass
        case (let known?, _) where known == fieldClass: return
        case (.object, .nested), (.nested, .object): shape.fields[path] = .nested
        case (.object, .anyKeys), (.anyKeys, .object): shape.fields[path] = .anyKeys
        case (.long, .double), (.double, .long): shape.fields[path] = .double
        default:
            shape.fields[path] = .any
            shape.traits.insert(.mixed(path))
        }
    }
}
