import Disk
import Git
import Pipeline
import Signing
import SystemPackage

/// What a repository holds at the tree that is built: everything a plan needs to know of it but its history.
struct Survey: Sendable {
    let request: Request
    /// When it was begun; what is touched later may not be what was looked at.
    let began: Timestamp
    let configuration: Configuration
    let facts: RepositoryFacts
    let surroundings: Surroundings
    let catalog: Catalog
    /// What needs what, as build files and the configuration say.
    let wiring: Wiring
    let services: [ServiceName: ServiceSurvey]
    /// What the keys of modules are made from that services need and that are no whole service.
    let modules: [Path: Keys.ModuleMaterial]
    let reach: Reach
    /// What is in the keys of all, when files were asked for.
    let sharedFiles: [TreeFile]
    let dirtyPaths: [Path]
    /// What is committed and was not checked out.
    let absent: Set<Path>
    var commit: Commit
    /// The root of the work tree; nil for a bare repository, which can be planned but not built.
    let workTree: FilePath?
    /// What all work trees of the repository share.
    let commonFolder: FilePath

    /// What the commits say of versions.
    private(set) var chronicle: Chronicle
    /// The files that state versions.
    let statedFiles: StatedFiles
    /// The migrations in the tree that is built, where files were asked for.
    private(set) var migrations = MigrationSurvey()

    /// Opens the repository, reads configuration and catalog, and gathers what enters keys; reads the commits meanwhile.
    ///
    /// The files themselves are kept only where something is to be built from them, the commits only where they are told.
    static func make(
        _ request: Request, listing: Bool = false, detail: ChronicleQuestion.Detail = .levels,
        remoteTags: [KnownTag]? = nil
    ) async throws -> Survey {
        let began = Timestamp.now
        let repository = try Repository(at: request.folder.string)
        let found = try await Ground.explored(by: request, repository, detail, remoteTags) { ground in
            try await Terrain(ground, request, listing: listing)
        }
        var survey = try Survey(request, found.ground, found.value, found.chronicle, repository, began)
        guard listing else { return survey }
        survey.migrations = try MigrationSurvey(
            of: survey.catalog, tracked: survey.services.mapValues(\.tracked), since: survey.chronicle.releases,
            in: repository, at: found.ground.tree)
        return survey
    }

    private init(
        _ request: Request, _ ground: Ground, _ terrain: Terrain, _ chronicle: Chronicle,
        _ repository: borrowing Repository, _ began: Timestamp
    ) throws {
        (self.request, self.began, self.chronicle) = (request, began, chronicle)
        surroundings = Surroundings(request.environment)
        (configuration, facts, catalog) = (ground.configuration, ground.facts, terrain.catalog)
        (wiring, services, modules) = (terrain.wiring, terrain.services, terrain.modules)
        (reach, sharedFiles) = (terrain.reach, terrain.sharedFiles)
        (dirtyPaths, absent) = (ground.dirt.map(\.path), ground.absent)
        commit = try repository.commit(ground.facts.head)
        statedFiles = try StatedFiles(of: terrain.catalog, in: ground.tree)
        self.chronicle.interfaces = try InterfaceEvidence(
            of: terrain.catalog, since: chronicle.releases, in: repository, head: repository.tree(commit.tree))
        self.chronicle.migrations = try MigrationSurvey(
            changedIn: terrain.catalog, since: chronicle.releases, in: repository, at: repository.tree(commit.tree))
        workTree = repository.workTree.map { FilePath($0) }
        commonFolder = FilePath(repository.commonFolder)
    }

    /// The folder that paths of the repository are relative to, as far as there is one.
    var root: FilePath { workTree ?? commonFolder }

    /// Folders in which nothing is a service's own: those of others, and where git and we keep things.
    func foreign(to service: Service) -> [Path] {
        let others = catalog.services.flatMap(\.paths).filter { !service.paths.contains($0) }
        return others + [Path.root.appending(Workspace.folderName), Path.root.appending(".git")]
    }

    /// Every file that is in the key of a service, those of what it needs included.
    func keyFiles(of name: ServiceName) -> [TreeFile] {
        let nodes = wiring.closure(of: .service(name))
        let own = nodes.flatMap { node -> [TreeFile] in
            switch node {
            case .service(let name): services[name].map { $0.files + $0.material.pins } ?? []
            case .module(let folder): modules[folder]?.listed ?? []
            }
        }
        return own + sharedFiles
    }

    var scope: Scope { surroundings.scope(dirty: facts.dirty) }

    /// Where everything of ours is kept.
    var workspace: Workspace { Workspace(root: root.appending(Workspace.folderName)) }

    /// Whether images go to a registry: there is one that may be asked, and what they are made of is committed.
    var isPushing: Bool { configuration.registryName != nil && !facts.dirty && !request.limits.isOffline }

    /// A file of these services that was not checked out: what is built without it is not what the key says.
    func firstAbsent(of names: [ServiceName]) -> (service: ServiceName, file: TreeFile)? {
        guard !absent.isEmpty else { return nil }
        return names.lazy.compactMap { name in
            services[name]?.files.first { absent.contains($0.path) }.map { (name, $0) }
        }.first
    }

    var notes: [Plan.Note] {
        var notes = services.sorted { $0.key < $1.key }.flatMap(\.value.notes)
        if let first = dirtyPaths.first {
            let more = dirtyPaths.count > 1 ? " and \(dirtyPaths.count - 1) more" : ""
            notes.append(Plan.Note(.dirty, "uncommitted work (\(first)\(more)): what is built from it stays here"))
        }
        return notes
    }
}

/// The SHA-256 of a file, however large.
func contentHash(_ file: String) -> Digest? {
    do {
        return try Digest.sha256 { take in
            try FilePath(file).readChunks { chunk in
                take(chunk)
                return true
            }
        }
    } catch {
        return nil
    }
}
