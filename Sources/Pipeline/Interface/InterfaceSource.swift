/// One document under comparison: its values by number, so that members are found without a search and no recursion
/// follows its depth.
struct InterfaceSource: Sendable {
    /// One value; the members of a map are numbers of other values.
    struct Node: Sendable {
        /// For a member of a map, the line of its key.
        let line: Int
        var content: Content
    }

    enum Content: Hashable, Sendable {
        case scalar(Scalar)
        case list([Int])
        case map([String: Int])
    }

    enum Scalar: Hashable, Sendable {
        case null
        case bool(Bool)
        case integer(Int64)
        case text(String)
        case other(String)
    }

    private(set) var nodes: [Node] = []
    /// Whether keywords beside `$ref` count, as they do from OpenAPI 3.1 on.
    var mergesReferences = false
    /// For each value a number that equal values of both documents share.
    var values: [Int] = []
    /// The same, with words for people left out.
    var meanings: [Int] = []
    /// The texts of references that lead nowhere in this document, and where they stand.
    private(set) var unresolved: [String: Int] = [:]
    /// What references to a value say.
    private(set) var names: [Int: String] = [:]
    private var targets: [String: Int?] = [:]
    /// How many values may still be looked at: each some times, as references let a schema be met in several ways.
    var budget: Int

    static let root = 0

    init(_ document: Document) {
        var queue = [document]
        budget = 0
        nodes = [Node(line: document.line, content: .scalar(.null))]
        var index = 0
        while index < queue.count {
            nodes[index].content = content(of: queue[index].content, in: &queue)
            index += 1
        }
        budget = 100_000 + 20 * nodes.count
    }

    private mutating func content(of value: Document.Content, in queue: inout [Document]) -> Content {
        switch value {
        case .null: return .scalar(.null)
        case .bool(let flag): return .scalar(.bool(flag))
        case .integer(let number): return .scalar(.integer(number))
        case .text(let text): return .scalar(.text(text))
        case .other(let text): return .scalar(.other(text))
        case .list(let elements): return .list(elements.map { add($0, line: $0.line, to: &queue) })
        case .map(let entries):
            var members: [String: Int] = [:]
            for entry in entries where members[entry.key] == nil {
                members[entry.key] = add(entry.value, line: entry.line, to: &queue)
            }
            return .map(members)
        }
    }

    private mutating func add(_ document: Document, line: Int, to queue: inout [Document]) -> Int {
        queue.append(document)
        nodes.append(Node(line: line, content: .scalar(.null)))
        return nodes.count - 1
    }
}

// MARK: - Questions

extension InterfaceSource {
    func line(_ node: Int) -> Int { nodes[node].line }

    /// The members of a map; none of a value that was left empty.
    func members(_ node: Int) -> [String: Int]? {
        switch nodes[node].content {
        case .map(let members): members
        case .scalar(.null): [:]
        case .scalar, .list: nil
        }
    }

    func member(_ key: String, of node: Int) -> Int? {
        guard case .map(let members) = nodes[node].content else { return nil }
        return members[key]
    }

    func elements(_ node: Int) -> [Int]? {
        guard case .list(let elements) = nodes[node].content else { return nil }
        return elements
    }

    func text(_ node: Int) -> String? {
        guard case .scalar(.text(let text)) = nodes[node].content else { return nil }
        return text
    }

    /// The text of a member.
    func text(_ key: String, of node: Int) -> String? { member(key, of: node).flatMap(text) }

    /// A scalar as it is written, whatever YAML takes it for.
    func plain(_ node: Int) -> String? {
        switch nodes[node].content {
        case .scalar(.text(let text)), .scalar(.other(let text)): text
        case .scalar(.integer(let number)): "\(number)"
        case .scalar(.null), .scalar(.bool), .list, .map: nil
        }
    }

    func flag(_ key: String, of node: Int) -> Bool? {
        guard let member = member(key, of: node), case .scalar(.bool(let flag)) = nodes[member].content else {
            return nil
        }
        return flag
    }

    /// The texts among the elements of a member.
    func texts(_ key: String, of node: Int) -> [String]? {
        member(key, of: node).flatMap(elements).map { $0.compactMap(text) }
    }

    /// The value in a message.
    func shown(_ node: Int) -> String {
        switch nodes[node].content {
        case .scalar(.null): "null"
        case .scalar(.bool(let flag)): "\(flag)"
        case .scalar(.integer(let number)): "\(number)"
        case .scalar(.text(let text)): "\"\(text.brief)\""
        case .scalar(.other(let text)): text.brief
        case .list: "a list"
        case .map: "a map"
        }
    }
}

// MARK: - References

extension InterfaceSource {
    /// The value that a chain of references ends at; the node itself when it is none.
    ///
    /// Nil, and noted, when it ends nowhere in this document. Beside the reference of a schema there can be keywords
    /// that hold as well; such a schema is not passed over.
    mutating func resolved(_ node: Int, isSchema: Bool = false) -> Int? {
        var place = node
        for _ in 0..<64 {
            guard let reference = text("$ref", of: place) else { return place }
            if isSchema, mergesReferences, !isPlainReference(place) { return place }
            guard let target = target(of: reference, at: node) else { return nil }
            place = target
        }
        if let reference = text("$ref", of: place) { unresolved[reference] = line(node) }
        return nil
    }

    /// Whether nothing beside the reference says anything about values.
    private func isPlainReference(_ node: Int) -> Bool {
        (members(node) ?? [:]).keys.allSatisfy { $0 == "$ref" || Self.isAnnotation($0) }
    }

    /// Whether a keyword is for people, and no change of it is a change of the interface.
    static func isAnnotation(_ key: String) -> Bool {
        ["title", "description", "summary", "example", "examples", "externalDocs", "xml", "$comment"].contains(key)
            || (key.hasPrefix("x-") && key != "x-extensible-enum" && key != "x-nullable")
    }

    /// The value that `#/a/b` leads to.
    mutating func target(of reference: String, at node: Int) -> Int? {
        if let known = targets[reference] {
            if known == nil { unresolved[reference] = min(unresolved[reference] ?? .max, line(node)) }
            return known
        }
        let found = walk(reference)
        targets[reference] = .some(found)
        if let found { names[found] = names[found] ?? reference } else { unresolved[reference] = line(node) }
        return found
    }

    private func walk(_ reference: String) -> Int? {
        let bytes = Array(reference.utf8)
        guard bytes.first == UInt8(ascii: "#") else { return nil }
        guard bytes.count > 1 else { return Self.root }
        guard bytes[1] == UInt8(ascii: "/") else { return nil }
        var place = Self.root
        for step in bytes[2...].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let name = Self.unescaped(step) else { return nil }
            switch nodes[place].content {
            case .map(let members):
                guard let member = members[name] else { return nil }
                place = member
            case .list(let elements):
                guard let index = Int(name), elements.indices.contains(index) else { return nil }
                place = elements[index]
            case .scalar: return nil
            }
        }
        return place
    }

    /// A step of a pointer in a fragment: first `%2F`, then `~1` (RFC 6901, section 6).
    private static func unescaped(_ step: ArraySlice<UInt8>) -> String? {
        var bytes: [UInt8] = []
        var index = step.startIndex
        while index < step.endIndex {
            if step[index] == UInt8(ascii: "%"), index + 2 < step.endIndex,
                let high = lower(step[index + 1]).hexadecimalValue, let low = lower(step[index + 2]).hexadecimalValue
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(step[index])
                index += 1
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        guard text.utf8.contains(UInt8(ascii: "~")) else { return text }
        return text.replacing("~1", with: "/").replacing("~0", with: "~")
    }

    private static func lower(_ byte: UInt8) -> UInt8 { byte.isUpper ? byte | 0x20 : byte }
}
