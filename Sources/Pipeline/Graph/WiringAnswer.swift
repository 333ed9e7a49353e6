/// What needs what, as `plan --graph` tells it.
public struct WiringAnswer: Equatable, Sendable, Codable {
    public let schema: Int
    public let nodes: [Item]
    /// Needs that `slipway.yaml` suppresses are left out.
    public let edges: [Wiring.Dependency]
    public let notes: [Plan.Note]

    /// A service, a library, or a module that is not the whole of one.
    public struct Item: Equatable, Sendable, Codable {
        public let name: Wiring.Node
        public let kind: String
        public let path: Path
        /// As toolchains call it.
        public let modules: [String]
    }

    public init(_ catalog: Catalog, _ wiring: Wiring) {
        schema = 1
        var names: [Path: [String]] = [:]
        for module in wiring.modules { names[module.folder, default: []].append("\(module.toolchain) \(module.name)") }
        let services = catalog.services.map { service in
            Item(
                name: .service(service.name), kind: service.kind.rawValue, path: service.home,
                modules: names[service.home] ?? [])
        }
        // Modules that are neither needed nor need anything say nothing.
        let ends = Set(wiring.dependencies.flatMap { [$0.from, $0.to] })
        let modules = ends.compactMap { node -> Item? in
            guard case .module(let folder) = node else { return nil }
            return Item(name: node, kind: "module", path: folder, modules: names[folder] ?? [])
        }
        nodes = (services + modules).sorted { $0.name < $1.name }
        (edges, notes) = (wiring.dependencies, wiring.notes)
    }
}
