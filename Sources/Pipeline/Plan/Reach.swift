/// Whom a changed path concerns: those in whose key it is.
public struct Reach: Sendable {
    private let ownership: Ownership
    private let unownedRules: PathRules
    /// Folders and files beyond the own folders, by path.
    private var claims: [Path: [Wiring.Node]] = [:]
    /// What some take although it may be nobody's.
    private var takers: [Path: [Wiring.Node]] = [:]
    /// Modules that are needed, by folder.
    private var modules: [Path: [ModuleGraph.Module]] = [:]
    /// What counts for some services although their rules leave it out.
    private let taken: [ServiceName: Set<Path>]
    /// The toolchains there are: their shared lockfiles are looked at in another way.
    private let toolchains: Set<String>
    /// Where files may pin versions of tools.
    private let pins: Set<Path>

    public init(
        _ catalog: Catalog, _ wiring: Wiring = .none, taken: [ServiceName: Set<Path>] = [:]
    ) {
        ownership = Ownership(catalog)
        unownedRules = catalog.unownedRules
        self.taken = taken
        pins = Set(catalog.services.flatMap(\.pinPlaces))
        toolchains = Set(catalog.services.map(\.recipe.toolchain) + wiring.modules.map(\.toolchain))
        for service in catalog.services {
            for path in service.inputs.paths { claims[path, default: []].append(.service(service.name)) }
        }
        for (name, paths) in taken {
            for path in paths { takers[path, default: []].append(.service(name)) }
        }
        let reached = Set(wiring.reached(from: catalog.services.map(\.name)))
        modules = Dictionary(grouping: wiring.modules.filter { reached.contains($0.folder) }, by: \.folder)
        for input in wiring.inputs where !input.path.isRoot {
            if reached.contains(input.module) { claims[input.path, default: []].append(.module(input.module)) }
            if let owner = wiring.owners[input.module] { claims[input.path, default: []].append(.service(owner)) }
        }
    }

    /// The services and modules in whose key a path is.
    public func nodes(of path: Path) -> Set<Wiring.Node> {
        let owners = ownership.owners(of: path)
        var nodes = Set(owners.filter(\.pathClass.entersKey).map { Wiring.Node.service($0.name) })
        nodes.formUnion(claimants(of: path) + (takers[path] ?? []))
        if let module = module(of: path), let inner = path.relative(to: module.folder) {
            if module.rules.pathClass(of: inner).parts.contains(.build) { nodes.insert(.module(module.folder)) }
        }
        return nodes
    }

    /// Whether nobody answers for a path that no rule calls harmless: it may matter to all.
    public func isUnowned(_ path: Path) -> Bool {
        guard path != Path.root.appending(ConfigurationFile.standardName), !pins.contains(path),
            ownership.owners(of: path).isEmpty
        else { return false }
        if let format = Lockfile.format(ofName: path.name),
            !toolchains.isDisjoint(with: Lockfile.toolchains(of: format))
        {
            return false
        }
        return claimants(of: path).isEmpty && module(of: path) == nil && unownedRules.pathClass(of: path).entersKey
    }

    private func claimants(of path: Path) -> [Wiring.Node] {
        var found: [Wiring.Node] = []
        var folder = path
        while true {
            found += claims[folder] ?? []
            guard !folder.isRoot else { return found }
            folder = folder.parent
        }
    }

    /// The innermost module around a path that is needed; of one at the root only its build files are.
    private func module(of path: Path) -> ModuleGraph.Module? {
        var folder = path
        while !folder.isRoot {
            // The folder of a service ends what lies around it.
            if let found = modules[folder]?.first { return found }
            if ownership.isRoot(folder) { return nil }
            folder = folder.parent
        }
        let isBuildFile = path.components.count == 1 && BuildFiles.isRead(path.bytes)
        return isBuildFile ? modules[.root]?.first : nil
    }

    /// Whether somebody else than its owners takes something from a folder.
    public func isUsed(beyondOwners folder: Path) -> Bool {
        claims.keys.contains { $0.lies(in: folder) || folder.lies(in: $0) }
            || takers.keys.contains { $0.lies(in: folder) } || modules.keys.contains { $0.lies(in: folder) }
    }
}

/// What differs between a base and the tree that is built, for everybody it concerns.
public struct Changes: Equatable, Sendable {
    /// A path that differs, with the newest commit that changed it; none for uncommitted work.
    public struct Difference: Equatable, Sendable {
        public var path: Path
        public var commit: ObjectID?
        public var author: String?

        public init(path: Path, commit: ObjectID? = nil, author: String? = nil) {
            (self.path, self.commit, self.author) = (path, commit, author)
        }
    }

    /// By service or module, the first few paths, in order.
    public private(set) var entering: [Wiring.Node: [Difference]] = [:]
    public private(set) var unowned: [Difference] = []

    public init() {}

    /// Keeps a path for everybody it concerns, as long as it is among the first few.
    public mutating func add(_ path: Path, _ reach: Reach) {
        for node in reach.nodes(of: path) { Self.insert(path, into: &entering[node, default: []]) }
        if reach.isUnowned(path) { Self.insert(path, into: &unowned) }
    }

    /// What either knows.
    public static func + (left: Changes, right: Changes) -> Changes {
        func united(_ list: [Difference], _ more: [Difference]) -> [Difference] {
            more.reduce(into: list) { insert($1.path, into: &$0) }
        }
        var sum = left
        sum.entering.merge(right.entering, uniquingKeysWith: united)
        sum.unowned = united(left.unowned, right.unowned)
        return sum
    }

    private static func insert(_ path: Path, into list: inout [Difference]) {
        let index = list.firstIndex { path < $0.path } ?? list.count
        guard index < Plan.Entry.pathLimit, !list.contains(where: { $0.path == path }) else { return }
        list.insert(Difference(path: path), at: index)
        if list.count > Plan.Entry.pathLimit { list.removeLast() }
    }

    /// The paths whose commits matter: the first of each list.
    public var leading: Set<Path> {
        Set((Array(entering.values) + [unowned]).compactMap(\.first?.path))
    }

    /// Says who changed paths last.
    public mutating func attribute(_ commits: [Path: (commit: ObjectID, author: String)]) {
        func attributed(_ list: [Difference]) -> [Difference] {
            list.map { difference in
                guard let known = commits[difference.path] else { return difference }
                return Difference(path: difference.path, commit: known.commit, author: known.author)
            }
        }
        entering = entering.mapValues(attributed)
        unowned = attributed(unowned)
    }
}

extension ModuleGraph.Module {
    /// What the paths in its folder mean to it.
    public var rules: PathRules {
        PathRules(overrides: [:], toolchain: Toolchain.named(toolchain) ?? Toolchain(name: toolchain))
    }
}
