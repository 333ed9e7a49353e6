/// Whom a changed path concerns: those in whose key it is.
public struct Reach: Sendable {
    private let ownership: Ownership
    private let unownedRules: PathRules
    /// Folders and files beyond the own folders, by path.
    private var claims: [Path: [Claim]] = [:]
    /// What counts for some services although their rules leave it out.
    private let taken: [ServiceName: Set<Path>]
    /// The toolchains there are: their shared lockfiles are looked at in another way.
    private let toolchains: Set<String>
    /// Where files may pin versions of tools.
    private let pins: Set<Path>

    private struct Claim: Sendable {
        let node: Wiring.Node
        /// By which rules what lies there counts; all of it without any.
        var rules: PathRules?
    }

    public init(
        _ catalog: Catalog, _ wiring: Wiring = .none, taken: [ServiceName: Set<Path>] = [:]
    ) {
        ownership = Ownership(catalog)
        unownedRules = catalog.unownedRules
        self.taken = taken
        pins = Set(catalog.services.flatMap(\.pinPlaces))
        toolchains = Set(catalog.services.map(\.recipe.toolchain) + wiring.modules.map(\.toolchain))
        for service in catalog.services {
            for path in service.inputs.paths { claims[path, default: []].append(Claim(node: .service(service.name))) }
        }
        for (name, paths) in taken {
            for path in paths { claims[path, default: []].append(Claim(node: .service(name))) }
        }
        let reached = Set(wiring.reached(from: catalog.services.map(\.name)))
        for module in wiring.modules where reached.contains(module.folder) {
            let claim = Claim(node: .module(module.folder), rules: module.rules)
            claims[module.folder, default: []].append(claim)
        }
        for input in wiring.inputs {
            let owner = wiring.owners[input.module].map(Wiring.Node.service)
            if reached.contains(input.module) {
                claims[input.path, default: []].append(Claim(node: .module(input.module)))
            }
            if let owner { claims[input.path, default: []].append(Claim(node: owner)) }
        }
    }

    /// The services and modules in whose key a path is.
    public func nodes(of path: Path) -> Set<Wiring.Node> {
        var nodes = Set(
            ownership.owners(of: path).filter(\.pathClass.entersKey).map { Wiring.Node.service($0.name) })
        eachClaim(on: path) { claim, inner in
            if claim.rules.map({ $0.pathClass(of: inner).parts.contains(.build) }) ?? true { nodes.insert(claim.node) }
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
        var isClaimed = false
        eachClaim(on: path) { _, _ in isClaimed = true }
        return !isClaimed && unownedRules.pathClass(of: path).entersKey
    }

    /// Whether somebody else than its owners takes something from a folder.
    public func isUsed(beyondOwners folder: Path) -> Bool {
        claims.keys.contains { $0.lies(in: folder) || folder.lies(in: $0) }
    }

    private func eachClaim(on path: Path, _ take: (Claim, _ inner: Path) -> Void) {
        var folder = path
        while true {
            for claim in claims[folder] ?? [] { take(claim, path.relative(to: folder) ?? path) }
            guard !folder.isRoot else { return }
            folder = folder.parent
        }
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
