/// What needs what, services and modules together, and where that was read.
///
/// Edges hold between modules, so that two services may need each other's interface; one that ends at the folder of a
/// service is about all of the service.
public struct Wiring: Equatable, Sendable {
    /// What can be needed.
    public enum Node: Hashable, Sendable {
        case service(ServiceName)
        /// A module that is not the whole of a service.
        case module(Path)
    }

    /// A line of a file.
    public struct Place: Hashable, Sendable, Codable {
        public let file: Path
        public let line: Int

        public init(file: Path, line: Int) {
            (self.file, self.line) = (file, line)
        }
    }

    public typealias Kind = ModuleGraph.Kind

    /// One need, and all places that state it.
    public struct Dependency: Equatable, Sendable, Codable {
        public let from: Node
        public let to: Node
        public let kind: Kind
        public let isDeclared: Bool
        public let places: [Place]

        public init(from: Node, to: Node, kind: Kind, isDeclared: Bool, places: [Place]) {
            (self.from, self.to, self.kind) = (from, to, kind)
            (self.isDeclared, self.places) = (isDeclared, places)
        }
    }

    /// Sorted, without those that `slipway.yaml` suppresses.
    public let dependencies: [Dependency]
    public let modules: [ModuleGraph.Module]
    public let inputs: [ModuleGraph.Input]
    /// The services modules lie in, by folder.
    public let owners: [Path: ServiceName]
    public let notes: [Plan.Note]
    private let byNode: [Node: [Dependency]]

    public init(
        _ dependencies: [Dependency], _ graph: ModuleGraph, owners: [Path: ServiceName], notes: [Plan.Note] = []
    ) {
        self.dependencies = dependencies.sorted { ($0.from, $0.to, $0.kind) < ($1.from, $1.to, $1.kind) }
        (modules, inputs, self.owners, self.notes) = (graph.modules, graph.inputs, owners, notes)
        byNode = Dictionary(grouping: self.dependencies, by: \.from)
    }

    /// Nothing needs anything.
    public static let none = Wiring([], ModuleGraph(modules: [], edges: [], inputs: [], dangling: []), owners: [:])

    public func needs(of node: Node, _ kinds: Set<Kind> = [.build]) -> [Node] {
        var seen: Set<Node> = []
        return (byNode[node] ?? []).filter { kinds.contains($0.kind) && seen.insert($0.to).inserted }.map(\.to)
    }

    /// All that something needs to be built and tested, itself included.
    public func closure(of node: Node) -> Set<Node> {
        var seen: Set<Node> = [node]
        var pending = [node]
        while let node = pending.popLast() {
            for next in needs(of: node, [.build, .test]) where seen.insert(next).inserted { pending.append(next) }
        }
        return seen
    }

    /// The modules that services need, directly or through others, and that are no service as a whole.
    public func reached(from services: some Sequence<ServiceName>) -> [Path] {
        let seen = services.reduce(into: Set<Node>()) { seen, name in
            if seen.insert(.service(name)).inserted { seen.formUnion(closure(of: .service(name))) }
        }
        return seen.compactMap { node in
            guard case .module(let folder) = node else { return nil }
            return folder
        }.sorted()
    }

    /// Groups that need each other in a circle, each as one; what is needed comes before what needs it.
    public func groups(_ nodes: [Node]) -> [[Node]] {
        var search = GroupSearch(wiring: self)
        for node in nodes.sorted() { search.visit(node) }
        return search.groups
    }
}

/// Strongly connected components, after Tarjan.
private struct GroupSearch {
    let wiring: Wiring
    var groups: [[Wiring.Node]] = []
    private var index: [Wiring.Node: Int] = [:]
    private var low: [Wiring.Node: Int] = [:]
    private var stack: [Wiring.Node] = []
    private var onStack: Set<Wiring.Node> = []

    init(wiring: Wiring) {
        self.wiring = wiring
    }

    /// Without recursion: chains of modules may be long.
    mutating func visit(_ first: Wiring.Node) {
        guard index[first] == nil else { return }
        var frames: [(node: Wiring.Node, needs: [Wiring.Node], next: Int)] = []
        func isOpen(_ node: Wiring.Node) -> Bool { index[node] == nil }
        enter(first, &frames)
        while let frame = frames.last {
            guard frame.next < frame.needs.count else {
                frames.removeLast()
                close(frame.node)
                if let parent = frames.last?.node { low[parent] = min(low[parent] ?? 0, low[frame.node] ?? 0) }
                continue
            }
            frames[frames.count - 1].next += 1
            let need = frame.needs[frame.next]
            if isOpen(need) {
                enter(need, &frames)
            } else if onStack.contains(need) {
                low[frame.node] = min(low[frame.node] ?? 0, index[need] ?? 0)
            }
        }
    }

    private mutating func enter(
        _ node: Wiring.Node, _ frames: inout [(node: Wiring.Node, needs: [Wiring.Node], next: Int)]
    ) {
        (index[node], low[node]) = (index.count, index.count)
        stack.append(node)
        onStack.insert(node)
        frames.append((node, wiring.needs(of: node), 0))
    }

    private mutating func close(_ node: Wiring.Node) {
        guard low[node] == index[node] else { return }
        var group: [Wiring.Node] = []
        while let member = stack.popLast() {
            onStack.remove(member)
            group.append(member)
            if member == node { break }
        }
        groups.append(group.sorted())
    }
}

extension Wiring.Node: Comparable, CustomStringConvertible, Codable {
    /// A service by its name, a module by its folder with a slash at its end, which no name has.
    public var description: String {
        switch self {
        case .service(let name): name.text
        case .module(let folder): folder.isRoot ? "./" : "\(folder)/"
        }
    }

    /// In the order of the texts, without making them.
    public static func < (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.service(let left), .service(let right)): left < right
        case (.module(let left), .module(let right)): precedes(left.bytes, right.bytes, ends: (0x2F, 0x2F))
        case (.service(let left), .module(let right)): precedes(left.text.utf8, right.bytes, ends: (nil, 0x2F))
        case (.module(let left), .service(let right)): precedes(left.bytes, right.text.utf8, ends: (0x2F, nil))
        }
    }

    /// Compares texts of which some have one more byte at the end.
    private static func precedes(
        _ left: some Collection<UInt8>, _ right: some Collection<UInt8>, ends: (UInt8?, UInt8?)
    ) -> Bool {
        var (i, j) = (left.makeIterator(), right.makeIterator())
        var rest = ends
        while true {
            var (one, other) = (i.next(), j.next())
            if one == nil { (one, rest.0) = (rest.0, nil) }
            if other == nil { (other, rest.1) = (rest.1, nil) }
            guard let other else { return false }
            guard let one else { return true }
            if one != other { return one < other }
        }
    }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        if text.hasSuffix("/"), let folder = try? Path(parsing: String(text.dropLast())) {
            self = .module(folder)
        } else if let name = ServiceName(parsing: text) {
            self = .service(name)
        } else {
            throw JSONError(place: decoder.codingPath.place, problem: "\"\(text.prefix(120))\" is no service or module")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
