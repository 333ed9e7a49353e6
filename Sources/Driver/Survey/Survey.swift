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
    let services: [ServiceName: ServiceSurvey]
    let dirtyPaths: [Path]
    /// What is committed and was not checked out.
    let absent: Set<Path>
    let commit: Commit
    /// The root of the work tree; nil for a bare repository, which can be planned but not built.
    let workTree: FilePath?
    /// What all work trees of the repository share.
    let commonFolder: FilePath

    /// Opens the repository, reads configuration and catalog, and gathers what enters keys.
    init(_ request: Request) throws {
        began = .now
        let repository = try Repository(at: request.folder.string)
        let ground = try Ground(request, repository)
        let unowned = try ground.unownedFiles()
        services = try ground.catalog.services.reduce(into: [:]) { surveys, service in
            surveys[service.name] = try ServiceSurvey(
                service, on: ground, unowned: unowned, environment: request.environment)
        }
        (self.request, surroundings) = (request, Surroundings(request.environment))
        (configuration, facts, catalog) = (ground.configuration, ground.facts, ground.catalog)
        (dirtyPaths, absent) = (ground.dirt.map(\.path), ground.absent)
        commit = try repository.commit(ground.facts.head)
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
        catalog.closure(of: [name]).flatMap { name -> [TreeFile] in
            guard let material = services[name]?.material else { return [] }
            return material.files + material.pins + material.unowned
        }
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

/// The tree that is built, with the catalog read from it.
struct Ground {
    let facts: RepositoryFacts
    let tree: Tree
    let configuration: Configuration
    let catalog: Catalog
    let dirt: [DirtyFile]
    let absent: Set<Path>
    /// The folders that services own.
    let roots: Set<Path>

    init(_ request: Request, _ repository: borrowing Repository) throws {
        var facts = try repository.facts()
        let surroundings = Surroundings(request.environment)
        facts.branch = facts.branch ?? surroundings.branch
        facts.pullRequest = surroundings.pullRequest
        let isWanted = { (path: Path) in path.components.first != Array(Workspace.folderName.utf8) }
        let isLooking = !request.selection.isCommittedOnly
        let state = isLooking ? try repository.workTreeState(hash: contentHash, untracked: isWanted) : WorkTreeState()
        absent = state.absent
        let all = state.dirt
        let everything = try repository.tree(facts.tree, with: all)
        let configuration = try Configuration(of: request, in: everything)
        let catalog = try Catalog(
            configuration.file, document: configuration.document, fileName: configuration.fileName
        ) { folder in
            try everything.names(in: folder)?.map { ($0.name, $0.entry.mode == .folder) }
        }
        // What a toolchain leaves behind is no dirt, and only now it is known which toolchain is where.
        dirt = try all.filter { try $0.isTracked || !Self.isOutput($0.path, in: catalog, everything) }
        tree = try repository.tree(facts.tree, with: dirt)
        facts.tree = tree.id
        facts.dirty = !dirt.isEmpty
        roots = Set(catalog.services.flatMap(\.paths))
        (self.catalog, self.configuration, self.facts) = (catalog, configuration, facts)
    }

    /// Whether a toolchain makes such a path: what only ever is an output (`__pycache__`, `.gradle`, `node_modules`), or a
    /// `build` folder beside a build file; one further down may hold sources.
    private static func isOutput(_ path: Path, in catalog: Catalog, _ tree: Tree) throws -> Bool {
        for service in Ownership(catalog).owners(of: path).compactMap({ catalog[$0.name] }) {
            guard let toolchain = Toolchain.named(service.recipe.toolchain),
                let home = service.paths.first(where: path.lies), let inner = path.relative(to: home)
            else { continue }
            for output in toolchain.paths.outputs where Glob(anywhere: output).matches(inner) {
                guard output.hasSuffix("/"), output.first != "_", output.first != ".", output.first != "*",
                    output != "node_modules/"
                else { return true }
                let name = Array(output.utf8.dropLast())
                guard let index = inner.components.firstIndex(of: name) else { continue }
                let parent = inner.components[..<index].reduce(home) { $0.appending($1) }
                let names = try tree.names(in: parent)?.map { String(decoding: $0.name, as: UTF8.self) } ?? []
                if parent == home || !Set(names).isDisjoint(with: toolchain.markers) { return true }
            }
        }
        return false
    }

    /// Files that no service owns and no rule names: they may matter to everything.
    func unownedFiles() throws -> [TreeFile] {
        guard !roots.contains(.root) else { return [] }
        let rules = catalog.unownedRules
        let inputs = catalog.services.flatMap(\.inputs.paths)
        let configuration = Path.root.appending(ConfigurationFile.standardName)
        return try tree.files(below: .root) { !roots.contains($0) }.filter { file in
            file.path != configuration && !inputs.contains(where: file.path.lies)
                && rules.pathClass(of: file.path).entersKey
        }
    }
}
