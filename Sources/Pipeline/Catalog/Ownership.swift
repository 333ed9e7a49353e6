/// Who owns which path: the services with the innermost folder around it.
public struct Ownership: Sendable {
    private struct Claim: Sendable {
        let name: ServiceName
        let rules: PathRules
    }

    private var claims: [Path: [Claim]] = [:]

    public init(_ catalog: Catalog) {
        for service in catalog.services {
            let rules = service.rules
            for path in service.paths { claims[path, default: []].append(Claim(name: service.name, rules: rules)) }
        }
    }

    /// The owners of a path, each with the class of the path to it; empty when nobody owns it.
    public func owners(of path: Path) -> [(name: ServiceName, pathClass: PathClass)] {
        var folder = path
        while true {
            if let found = claims[folder] {
                let inner = path.relative(to: folder) ?? path
                return found.map { ($0.name, $0.rules.pathClass(of: inner)) }
            }
            guard !folder.isRoot else { return [] }
            folder = folder.parent
        }
    }

    /// Whether a folder is that of a service.
    func isRoot(_ folder: Path) -> Bool { claims[folder] != nil }

    /// Whether a path is part of what a service delivers, where it lies now or lay before.
    public func ships(_ path: Path, of service: Service) -> Bool {
        if let home = service.earlier.first(where: path.lies), let inner = path.relative(to: home) {
            return service.rules.pathClass(of: inner).ships
        }
        return owners(of: path).contains { $0.name == service.name && $0.pathClass.ships }
    }
}
