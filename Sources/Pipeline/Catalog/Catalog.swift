/// All services and libraries at one commit.
public struct Catalog: Equatable, Sendable {
    /// Sorted by name; free of cycles, and every need is among them.
    public let services: [Service]
    /// Path classes of what no service owns.
    public let classes: [String: [String]]

    public init(services: [Service], classes: [String: [String]] = [:]) {
        self.services = services.sorted { $0.name < $1.name }
        self.classes = classes
    }

    public subscript(_ name: ServiceName) -> Service? {
        var (low, high) = (0, services.count)
        while low < high {
            let middle = (low + high) / 2
            if services[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low < services.count && services[low].name == name ? services[low] : nil
    }

    /// The rules for what no service owns.
    public var unownedRules: PathRules {
        PathRules(overrides: classes, toolchain: Toolchain(name: "none"))
    }

    /// The names along a cycle of needs, the first repeated at the end; nil when there is none.
    static func cycle(in needs: [ServiceName: [ServiceName]]) -> [ServiceName]? {
        var done: Set<ServiceName> = []
        var trail: [ServiceName] = []
        func visit(_ name: ServiceName) -> [ServiceName]? {
            if let start = trail.firstIndex(of: name) { return Array(trail[start...]) + [name] }
            guard !done.contains(name) else { return nil }
            trail.append(name)
            for need in (needs[name] ?? []).sorted() {
                if let cycle = visit(need) { return cycle }
            }
            trail.removeLast()
            done.insert(name)
            return nil
        }
        for name in needs.keys.sorted() {
            if let cycle = visit(name) { return cycle }
        }
        return nil
    }

    /// All that `names` need, themselves included, needs before those that need them.
    public func closure(of names: some Sequence<ServiceName>) -> [ServiceName] {
        var seen: Set<ServiceName> = []
        var ordered: [ServiceName] = []
        func visit(_ name: ServiceName) {
            guard seen.insert(name).inserted, let service = self[name] else { return }
            service.inputs.needs.sorted().forEach(visit)
            ordered.append(name)
        }
        names.sorted().forEach(visit)
        return ordered
    }
}
