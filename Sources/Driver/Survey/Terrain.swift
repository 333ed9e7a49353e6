import Git
import Pipeline
import Signing

/// The services and modules of a tree with what each is made of, and what of the rest concerns whom.
struct Terrain {
    let catalog: Catalog
    let wiring: Wiring
    let services: [ServiceName: ServiceSurvey]
    let modules: [Path: Keys.ModuleMaterial]
    let reach: Reach
    /// What nobody owns and all lockfiles that are read, when files were asked for.
    let sharedFiles: [TreeFile]

    init(_ ground: Ground, _ request: Request, listing: Bool) async throws {
        var surveys = try await Self.surveys(ground, request, listing: listing)
        let around = try ground.sift(holes: ground.accounted, listing: false)
        let named = surveys.values.flatMap(\.buildFiles) + around.named
        let found = Dictionary(named.map { ($0.path, $0) }) { first, _ in first }
        let graph = try ModuleGraph(
            reading: ground.buildTree(found), images: ground.imageFolders, contexts: ground.imageContexts)
        let wiring = try Wiring(ground.catalog, graph, configuration: ground.configuration.fileName)
        let catalog = ground.catalog.wired(with: wiring)
        let reached = wiring.reached(from: catalog.services.map(\.name))
        let locks = try SharedLockfiles(found.keys.sorted(), wiring, catalog, in: ground.tree)
        let region = Region(wiring, reached: reached, roots: ground.roots)
        let modules = try reached.reduce(into: [:]) { modules, folder in
            modules[folder] = try ground.material(of: folder, in: region, locks, listing: listing)
        }
        // What is somebody's is nobody's no more.
        let read = ground.dockerfiles
        let inputs = wiring.inputs.filter { input in
            !read.contains(input.file) && (wiring.owners[input.module] != nil || modules[input.module] != nil)
        }
        let inputsOf = Dictionary(grouping: inputs.filter { wiring.owners[$0.module] != nil }) {
            wiring.owners[$0.module]
        }
        let pins = surveys.values.flatMap { $0.material.pins.map(\.path) }
        let rootFiles = reached.contains(.root) ? try ground.rootBuildFiles().map(\.path) : []
        let claimed = Set(reached + inputs.map(\.path) + pins + rootFiles).union(locks.paths).subtracting([.root])
        let rest =
            claimed.isEmpty && !listing
            ? around : try ground.sift(holes: ground.accounted.union(claimed), listing: listing)
        for service in catalog.services {
            let own = (inputsOf[service.name] ?? []).filter { input in !service.paths.contains(where: input.path.lies) }
            let files = try Set(own.map(\.path)).sorted().compactMap(ground.tree.file)
            let lockfiles = try locks.digests(for: .service(service.name))
            surveys[service.name]?.add(files, lockfiles, unowned: rest.build)
            if listing { surveys[service.name]?.files += try files.flatMap { try ground.tree.files(below: $0.path) } }
        }
        (self.catalog, self.wiring, services, self.modules) = (catalog, wiring, surveys, modules)
        reach = Reach(catalog, wiring, taken: surveys.mapValues(\.taken))
        sharedFiles = listing ? try rest.files + locks.paths.sorted().compactMap(ground.tree.file) : []
    }
}

/// The modules that are needed, looked up by folder.
private struct Region {
    private(set) var modules: [Path: ModuleGraph.Module] = [:]
    /// The needed modules and services inside each.
    private(set) var inner: [Path: [Path]] = [:]
    private(set) var inputs: [Path: [Path]] = [:]

    init(_ wiring: Wiring, reached: [Path], roots: Set<Path>) {
        for module in wiring.modules where modules[module.folder] == nil { modules[module.folder] = module }
        let wanted = Set(reached)
        for path in wanted.union(roots) {
            var folder = path
            while !folder.isRoot {
                folder = folder.parent
                if wanted.contains(folder) { inner[folder, default: []].append(path) }
            }
        }
        for input in wiring.inputs where wanted.contains(input.module) {
            inputs[input.module, default: []].append(input.path)
        }
    }
}

extension Terrain {
    /// What each service is made of, as far as its own folders and declared inputs go.
    private static func surveys(
        _ ground: Ground, _ request: Request, listing: Bool
    ) async throws -> [ServiceName: ServiceSurvey] {
        let environment = request.environment
        return try await Dictionary(
            uniqueKeysWithValues: ground.forServices(of: request) { service, ground in
                var survey = try ServiceSurvey(service, on: ground, listing: listing)
                survey.material.environment = service.inputs.environment.map { ($0, environment[$0]) }
                return (service.name, survey)
            })
    }
}

extension ServiceSurvey {
    /// What its build files take from elsewhere, what shared lockfiles say about it, and what nobody owns.
    fileprivate mutating func add(_ inputs: [TreeFile], _ lockfiles: [String: Digest], unowned: ObjectID?) {
        let known = Set(material.build.map(\.path))
        material.build += inputs.filter { !known.contains($0.path) }
        (material.lockfiles, material.unowned) = (lockfiles, unowned)
    }
}

extension Ground {
    /// What is looked at elsewhere than where nobody owns anything: services, declared inputs, the configuration.
    fileprivate var accounted: Set<Path> {
        roots.union(catalog.services.flatMap(\.inputs.paths)).union([
            Path.root.appending(ConfigurationFile.standardName)
        ])
    }

    func sift(_ folder: Path, of service: Service, _ packings: [Packing], listing: Bool) throws -> Sifted {
        var sieve = service.rules.sieve(holes: holes(in: service))
        sieve.isListing = listing
        var interest = Self.buildFileInterest
        if !packings.isEmpty { interest.isTaken = { path in packings.contains { $0.takes(path) } } }
        return try tree.sift(folder, with: sieve, interest: interest)
    }

    /// What lies outside of everything that is accounted for.
    func sift(holes: Set<Path>, listing: Bool) throws -> Sifted {
        guard !holes.contains(.root) else { return Sifted() }
        var sieve = catalog.unownedRules.sieve(holes: holes)
        sieve.isListing = listing
        return try tree.sift(.root, with: sieve, interest: Self.buildFileInterest)
    }

    private static var buildFileInterest: SiftingInterest {
        var interest = SiftingInterest()
        interest.initials = Set("bsPpgCDrnyu".utf8)
        interest.finals = Set("e".utf8)
        interest.isNamed = { name in
            BuildFiles.isRead(name) || Lockfile.format(ofName: String(decoding: name, as: UTF8.self)) != nil
        }
        return interest
    }

    func buildTree(_ found: [Path: TreeFile]) -> BuildTree {
        let tree = tree
        return BuildTree(
            files: found.keys.filter { BuildFiles.isRead($0.components.last ?? []) }.sorted(),
            content: { path in try found[path].map { try tree.content(of: $0) } ?? tree.content(of: path) },
            names: { folder in try tree.names(in: folder)?.map { ($0.name, $0.entry.mode == .folder) } })
    }

    /// The folders of services by the names of their images.
    var imageFolders: [String: Path] {
        Dictionary(
            catalog.services.flatMap { service in
                service.images.map { (configuration.repositoryText(of: $0.name), service.home) }
            }
        ) { first, _ in first }
    }

    /// Those of services, of which it is known file by file what they take.
    fileprivate var dockerfiles: Set<Path> {
        Set(
            catalog.services.flatMap {
                $0.images.isEmpty ? [$0.home.appending("Dockerfile")] : $0.images.map(\.dockerfile)
            })
    }

    var imageContexts: [Path: Path] {
        Dictionary(
            catalog.services.flatMap { service in service.images.map { ($0.dockerfile, $0.context) } }
        ) { first, _ in first }
    }

    /// What a module that is no service is made of: its folder, without modules in it that are needed themselves.
    ///
    /// Of one at the root its build files only: what else lies there may be anybody's.
    fileprivate func material(
        of folder: Path, in region: Region, _ locks: SharedLockfiles, listing: Bool
    ) throws -> Keys.ModuleMaterial {
        guard let module = region.modules[folder] else {
            return Keys.ModuleMaterial(files: [])
        }
        var files: [TreeFile] = []
        var listed: [TreeFile] = []
        if folder.isRoot {
            files = try rootBuildFiles()
            listed = files
        } else {
            var sieve = module.rules.sieve(holes: Set(region.inner[folder] ?? []))
            sieve.isListing = listing
            let sifted = try tree.sift(folder, with: sieve)
            let linked = try tree.linked(from: sifted.links)
            files = sifted.build.map { [TreeFile(path: folder, entry: TreeEntry(id: $0, mode: .folder))] } ?? []
            files += linked.filter { !$0.path.lies(in: folder) }
            listed = sifted.files + linked
        }
        for path in region.inputs[folder] ?? [] where folder.isRoot || !path.lies(in: folder) {
            if let file = try tree.file(at: path), !files.contains(file) { files.append(file) }
        }
        return Keys.ModuleMaterial(files: files, lockfiles: try locks.digests(for: .module(folder)), listed: listed)
    }

    /// The build files beside the configuration.
    func rootBuildFiles() throws -> [TreeFile] {
        try tree.names(in: .root)?.filter { $0.entry.mode != .folder && BuildFiles.isRead($0.name) }.map {
            TreeFile(path: Path(bytes: $0.name), entry: $0.entry)
        } ?? []
    }
}
