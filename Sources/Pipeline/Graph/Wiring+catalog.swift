extension Wiring {
    /// Joins what build files say with what the catalog declares: declared needs add, and may suppress.
    ///
    /// Throws when modules need each other in a circle, printing it.
    public init(_ catalog: Catalog, _ graph: ModuleGraph, configuration: String) throws {
        var joint = Joint(catalog, graph, configuration)
        joint.infer()
        joint.declare()
        // Modules of Go may require each other in a circle; all other toolchains refuse.
        let isHarmful = { (edge: ModuleGraph.Edge) in
            edge.kind == .build && edge.file.name != "go.mod" && !joint.isSuppressed(edge)
        }
        if let cycle = joint.whole.cycle(where: isHarmful), let first = cycle.first {
            throw ConfigurationError(
                file: "\(first.file)", line: first.line,
                "modules need each other in a circle:\n" + Self.text(of: cycle),
                hint: "remove one of them, or suppress it with needs: [\"!…\"] in \(configuration)")
        }
        self.init(Array(joint.found.values), graph, owners: joint.owners, notes: joint.notes)
    }

    /// One line an edge: who needs whom, and where that is written.
    private static func text(of cycle: [ModuleGraph.Edge]) -> String {
        cycle.map { "  \($0.from) → \($0.to)   (\($0.file):\($0.line))" }.joined(separator: "\n")
    }
}

private struct Joint {
    let catalog: Catalog
    let graph: ModuleGraph
    private let configuration: Path
    let owners: [Path: ServiceName]
    /// Services by their folders, where an edge is about all of them.
    private let services: [Path: ServiceName]
    var found: [Link: Wiring.Dependency] = [:]
    var notes: [Plan.Note] = []
    private var used: Set<Suppression> = []

    struct Link: Hashable {
        let from: Wiring.Node
        let to: Wiring.Node
        let kind: Wiring.Kind
    }

    private struct Suppression: Hashable {
        let service: ServiceName
        let text: String
    }

    init(_ catalog: Catalog, _ graph: ModuleGraph, _ configuration: String) {
        (self.catalog, self.graph) = (catalog, graph)
        self.configuration = Path(bytes: Array(configuration.utf8))
        let ownership = Ownership(catalog)
        owners = graph.modules.reduce(into: [:]) { owners, module in
            owners[module.folder] = ownership.owners(of: module.folder).first?.name
        }
        services = catalog.services.reduce(into: [:]) { services, service in
            for path in service.paths where services[path] == nil { services[path] = service.name }
        }
    }

    /// What build files say with what the configuration adds.
    var whole: ModuleGraph {
        let declared = catalog.services.flatMap { service in
            service.inputs.declared.compactMap { need -> ModuleGraph.Edge? in
                guard let needed = catalog[need.name] else { return nil }
                return ModuleGraph.Edge(
                    from: service.home, to: needed.home, kind: need.kind, file: configuration, line: need.line)
            }
        }
        return ModuleGraph(modules: graph.modules, edges: (graph.edges + declared).sorted(), inputs: [], dangling: [])
    }

    private func target(_ folder: Path) -> Wiring.Node {
        services[folder].map(Wiring.Node.service) ?? .module(folder)
    }

    // MARK: - Inferred

    mutating func infer() {
        for edge in graph.edges {
            let owner = owners[edge.from]
            if let owner, suppress(edge, by: owner) { continue }
            // A module of its own is needed by others, whoever's folder it lies in.
            if services[edge.from] == nil { add(edge, from: .module(edge.from)) }
            if let owner, owners[edge.to] != owner { add(edge, from: .service(owner)) }
        }
        for dangling in graph.dangling {
            let who = owners[dangling.module].map(\.text) ?? "\(dangling.module)/"
            notes.append(
                Plan.Note(
                    .danglingNeed,
                    "\(who): \(dangling.file):\(dangling.line) names \(dangling.text.printable), which is not here"))
        }
    }

    private mutating func add(_ edge: ModuleGraph.Edge, from node: Wiring.Node) {
        let to = target(edge.to)
        guard node != to else { return }
        add(Link(from: node, to: to, kind: edge.kind), at: .init(file: edge.file, line: edge.line), isDeclared: false)
    }

    private mutating func add(_ link: Link, at place: Wiring.Place, isDeclared: Bool) {
        let known = found[link]
        found[link] = Wiring.Dependency(
            from: link.from, to: link.to, kind: link.kind, isDeclared: isDeclared || known?.isDeclared == true,
            places: (known?.places ?? []) + [place])
    }

    // MARK: - Declared

    mutating func declare() {
        for service in catalog.services {
            for need in service.inputs.declared {
                let link = Link(from: .service(service.name), to: .service(need.name), kind: need.kind)
                add(link, at: .init(file: configuration, line: need.line), isDeclared: true)
            }
            for text in service.inputs.suppressed where !used.contains(.init(service: service.name, text: text)) {
                notes.append(
                    Plan.Note(.danglingNeed, "\(service.name): \"!\(text)\" suppresses nothing: no build file says so"))
            }
        }
        for text in used.sorted(by: { ($0.service, $0.text) < ($1.service, $1.text) }) {
            notes.append(
                Plan.Note(
                    .suppressedNeed, "\(text.service): its need of \(text.text) is suppressed by \"!\(text.text)\""))
        }
    }

    func isSuppressed(_ edge: ModuleGraph.Edge) -> Bool {
        guard let owner = owners[edge.from] else { return false }
        return suppression(of: edge, by: owner) != nil
    }

    private mutating func suppress(_ edge: ModuleGraph.Edge, by owner: ServiceName) -> Bool {
        guard owners[edge.to] != owner, let suppression = suppression(of: edge, by: owner) else { return false }
        used.insert(suppression)
        return true
    }

    /// `!name` is about a service with all its modules, `!folder` about a module.
    private func suppression(of edge: ModuleGraph.Edge, by owner: ServiceName) -> Suppression? {
        catalog[owner]?.inputs.suppressed.first { text in
            text == owners[edge.to]?.text || text == "\(edge.to)"
        }.map { Suppression(service: owner, text: $0) }
    }
}

extension Catalog {
    /// The same services, each with all others that must be built before it; where some need each other in a circle,
    /// none of these comes first.
    public func wired(with wiring: Wiring) -> Catalog {
        var group: [Wiring.Node: Int] = [:]
        for (index, members) in wiring.groups(services.map { .service($0.name) }).enumerated() {
            for member in members { group[member] = index }
        }
        let wired = services.map { service -> Service in
            var service = service
            let own = Wiring.Node.service(service.name)
            service.inputs.needs = wiring.needs(of: own).compactMap { node in
                guard case .service(let name) = node, group[node] != group[own] else { return nil }
                return name
            }
            return service
        }
        return Catalog(services: wired, classes: classes)
    }
}
