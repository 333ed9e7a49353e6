/// Finds the operations of an OpenAPI document.
struct OpenAPIReader {
    var source: InterfaceSource
    let dialect: OpenAPI.Dialect
    var findings: [Finding] = []
    private(set) var operations: [String: OpenAPI.Operation] = [:]
    private var queue: [Item] = []
    private var isExhausted = false

    /// A value that holds operations, by method.
    private struct Item {
        let node: Int
        /// What stands before the method: nothing, a webhook, or an operation and its callback.
        let prefix: String
        let path: String
        let isOutgoing: Bool
        var depth = 0
    }

    /// What the operations of one path have in common.
    struct Surroundings {
        let template: PathTemplate
        let parameters: [Int]
    }

    init(source: InterfaceSource, dialect: OpenAPI.Dialect) {
        (self.source, self.dialect) = (source, dialect)
    }

    mutating func readAll() {
        let root = InterfaceSource.root
        let paths = source.member("paths", of: root)
        if paths == nil, dialect != .openapi31 {
            findings.append(Finding(line: source.line(root), "has no paths"))
        }
        for (path, node) in members(paths, "paths") where path.hasPrefix("/") {
            queue.append(Item(node: node, prefix: "", path: path, isOutgoing: false))
        }
        for (name, node) in members(source.member("webhooks", of: root), "webhooks") where !name.hasPrefix("x-") {
            queue.append(Item(node: node, prefix: "webhook \(name)", path: "", isOutgoing: true))
        }
        var index = 0
        while index < queue.count, operations.count < 50_000 {
            read(queue[index])
            index += 1
        }
        if index < queue.count {
            findings.append(Finding(line: source.line(root), "has more than 50,000 operations"))
        }
    }

    private static let methods: Set = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]

    private mutating func read(_ item: Item) {
        guard item.depth < 4 else {
            findings.append(Finding(line: source.line(item.node), "has callbacks of callbacks of callbacks"))
            return
        }
        guard let node = source.resolved(item.node) else { return }
        let members = members(node, item.path)
        let template = PathTemplate(item.path)
        let around = Surroundings(template: template, parameters: elements("parameters", of: node))
        for (method, operation) in members where Self.methods.contains(method) {
            let title = [item.prefix, method.uppercased(), item.path].filter { !$0.isEmpty }.joined(separator: " ")
            let key = [item.prefix, template.key, method].joined(separator: " ")
            read(operation, Item(node: operation, prefix: title, path: "", isOutgoing: item.isOutgoing), around, key)
            for callback in self.members(source.member("callbacks", of: operation), "callbacks") {
                add(callback, of: title, item)
            }
        }
    }

    private mutating func add(_ callback: (key: String, value: Int), of title: String, _ item: Item) {
        guard !callback.key.hasPrefix("x-"), let node = source.resolved(callback.value) else { return }
        for (expression, node) in members(node, "a callback") where !expression.hasPrefix("x-") {
            let prefix = "\(title) callback \(callback.key)"
            queue.append(
                Item(
                    node: node, prefix: prefix, path: expression, isOutgoing: !item.isOutgoing, depth: item.depth + 1))
        }
    }

    private mutating func read(_ node: Int, _ item: Item, _ around: Surroundings, _ key: String) {
        guard source.members(node) != nil else {
            findings.append(Finding(line: source.line(node), "\(item.prefix.brief) is no map"))
            return
        }
        var operation = OpenAPI.Operation(title: item.prefix.brief, node: node, isOutgoing: item.isOutgoing)
        readParameters(of: node, around, into: &operation)
        readBody(of: node, into: &operation)
        readResponses(of: node, into: &operation)
        operation.security = security(of: node)
        let isTaken = operations[key] != nil
        operations[isTaken ? "\(key) \(item.prefix)" : key] = operation
    }

    // MARK: - Values of a kind

    /// The members of a map in an order that does not depend on how they are written; none where nothing is written.
    mutating func members(_ node: Int?, _ name: String) -> [(key: String, value: Int)] {
        guard let node else { return [] }
        guard let members = source.members(node) else {
            findings.append(Finding(line: source.line(node), "\(name.brief) is no map"))
            return []
        }
        return spend(members.count, at: node) ? members.sorted { $0.key < $1.key } : []
    }

    mutating func elements(_ key: String, of node: Int) -> [Int] {
        guard let list = source.member(key, of: node) else { return [] }
        guard let elements = source.elements(list) else {
            findings.append(Finding(line: source.line(list), "\(key) is no list"))
            return []
        }
        return spend(elements.count, at: list) ? elements : []
    }

    /// Counts what is read, because references let a small document say the same thing a million times.
    private mutating func spend(_ count: Int, at node: Int) -> Bool {
        source.budget -= count
        guard source.budget <= 0 else { return true }
        if !isExhausted {
            findings.append(Finding(line: source.line(node), "repeats itself by references without end"))
        }
        isExhausted = true
        return false
    }
}

/// A path without the names of its parameters, which callers never see.
struct PathTemplate {
    let key: String
    /// The place of each parameter, by name.
    let parameters: [String: Int]

    init(_ path: String) {
        var (key, parameters): (String, [String: Int]) = ("", [:])
        var rest = path[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            key += rest[..<open] + "{}"
            let name = String(rest[rest.index(after: open)..<close])
            parameters[name] = parameters[name] ?? parameters.count
            rest = rest[rest.index(after: close)...]
        }
        self.key = key + rest
        self.parameters = parameters
    }
}
