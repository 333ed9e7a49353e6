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
}
