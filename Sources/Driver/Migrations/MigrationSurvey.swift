import Git
import Pipeline
import Signing

/// The migrations of services, at the tree that is built and at their last releases.
struct MigrationSurvey: Sendable {
    private(set) var facts: [ServiceName: MigrationFacts] = [:]
    /// The scripts of services whose new migrations are to be tried.
    private(set) var legs: [ServiceName: TrialLegs] = [:]

    /// Nothing is known of any.
    init() {}

    /// Those of services of which something changed since their last release: enough for versions.
    init(
        changedIn catalog: Catalog, since releases: Releases, in repository: borrowing Repository, at head: Tree
    ) throws {
        let ground = MigrationGround(releases: releases, head: head)
        var found: [ServiceName: FoundMigrations] = [:]
        for service in catalog.services where service.kind == .service && releases[service.name] != nil {
            let changed = try ground.changedRoots(of: service, in: repository)
            if !changed.isEmpty { found[service.name] = try ground.migrations(of: service, in: changed, repository) }
        }
        take(found)
    }

    /// Those of all services that have any; `tracked` are the files of each.
    init(
        of catalog: Catalog, tracked: [ServiceName: [Path]], since releases: Releases,
        in repository: borrowing Repository, at head: Tree
    ) throws {
        let ground = MigrationGround(releases: releases, head: head)
        var found: [ServiceName: FoundMigrations] = [:]
        for service in catalog.services where service.kind == .service {
            let places = MigrationPlaces(service)
            let files = tracked[service.name] ?? []
            let roots = try ground.changedRoots(of: service, in: repository).union(files.compactMap(places.root))
            guard !roots.isEmpty else { continue }
            var migrations = try ground.migrations(of: service, in: roots, repository)
            migrations?.strays = files.filter(places.isStray)
            found[service.name] = migrations
        }
        take(found)
        for service in catalog.services where service.manifests != nil {
            facts[service.name] = try facts[service.name]?.finding(service, in: head)
        }
        legs = found.filter { catalog[$0.key]?.trial != nil }.mapValues { TrialLegs(of: $0.chain) }
    }

    private mutating func take(_ found: [ServiceName: FoundMigrations]) {
        let chains = found.mapValues(\.chain)
        facts = found.mapValues { found in
            MigrationFacts(
                of: found.chain, among: chains, since: found.release, strays: found.strays, hash: Digest.sha256)
        }
    }

    /// What they ask of the version of a service.
    subscript(_ name: ServiceName) -> [VersionEvidence] { facts[name]?.versionEvidence ?? [] }
}

/// The migrations of one service, read.
private struct FoundMigrations {
    let chain: MigrationChain
    let release: ReleasedBase?
    var strays: [Path] = []
}

/// Where migrations are read.
private struct MigrationGround {
    let releases: Releases
    let head: Tree

    /// The folders of migrations in which something changed since the last release of a service.
    func changedRoots(of service: Service, in repository: borrowing Repository) throws -> Set<Path> {
        guard let base = releases[service.name], let old = try repository.treeIfPresent(of: base.commit) else {
            return []
        }
        let tree = repository.tree(old)
        let folders = try (service.paths + service.earlier).filter {
            try tree.entry(at: $0)?.id != head.entry(at: $0)?.id
        }
        guard !folders.isEmpty else { return [] }
        let places = MigrationPlaces(service)
        var roots: Set<Path> = []
        try head.eachChange(since: old, within: PathSet(folders)) { change in
            if let root = places.root(of: change.path) { roots.insert(root) }
            return true
        }
        return roots
    }

    /// Nil where the folders hold no migration, now and then.
    func migrations(
        of service: Service, in roots: Set<Path>, _ repository: borrowing Repository
    ) throws -> FoundMigrations? {
        let folders = roots.sorted()
        let set = try Self.set(in: folders, of: head)
        guard let base = releases[service.name] else {
            let chain = MigrationChain(of: set, since: nil, service: service.name)
            return set.isEmpty ? nil : FoundMigrations(chain: chain, release: nil)
        }
        let release = ReleasedBase(version: base.version, commit: base.commit)
        guard let old = try repository.treeIfPresent(of: base.commit) else {
            let chain = MigrationChain(of: set, since: nil, service: service.name)
            return set.isEmpty ? nil : FoundMigrations(chain: chain, release: release)
        }
        let former = try Self.set(in: folders, of: repository.tree(old))
        guard !set.isEmpty || !former.isEmpty else { return nil }
        let chain = MigrationChain(of: set, since: former, service: service.name)
        return FoundMigrations(chain: chain, release: release)
    }

    private static func set(in folders: [Path], of tree: Tree) throws -> MigrationSet {
        var files: [MigrationFile] = []
        for file in try folders.flatMap({ try tree.files(below: $0) }) {
            if let content = try tree.content(of: file) { files.append(MigrationFile(file.path, content)) }
        }
        return MigrationSet(files, in: folders)
    }
}
