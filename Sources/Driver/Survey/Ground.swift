import Git
import Pipeline

/// What HEAD says before anybody looks at the work tree: enough to begin reading its history.
struct Outset: Sendable {
    let facts: RepositoryFacts
    /// Nil when it takes uncommitted work to have a valid one.
    let reading: Reading?

    /// The configuration of a tree and what it makes of it.
    struct Reading: Sendable {
        let configuration: Configuration
        let catalog: Catalog

        init(_ request: Request, in tree: Tree) throws {
            let configuration = try Configuration(of: request, in: tree)
            catalog = try Catalog(
                configuration.file, document: configuration.document, fileName: configuration.fileName
            ) { folder in
                try tree.names(in: folder)?.map { ($0.name, $0.entry.mode == .folder) }
            }
            self.configuration = configuration
        }
    }

    init(_ request: Request, _ repository: borrowing Repository) throws {
        var facts = try repository.facts()
        let surroundings = Surroundings(request.environment)
        facts.branch = facts.branch ?? surroundings.branch
        facts.pullRequest = surroundings.pullRequest
        self.facts = facts
        do {
            reading = try Reading(request, in: repository.tree(facts.tree))
        } catch is ConfigurationError {
            reading = nil
        }
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

    init(_ outset: Outset, _ request: Request, _ repository: borrowing Repository) throws {
        var facts = outset.facts
        let isWanted = { (path: Path) in path.components.first != Array(Workspace.folderName.utf8) }
        let isLooking = !request.selection.isCommittedOnly
        let state = isLooking ? try repository.workTreeState(hash: contentHash, untracked: isWanted) : WorkTreeState()
        absent = state.absent
        let all = state.dirt
        let everything = try repository.tree(facts.tree, with: all)
        let known = all.isEmpty ? outset.reading : nil
        let reading = try known ?? Outset.Reading(request, in: everything)
        // What a toolchain leaves behind is no dirt, and only now it is known which toolchain is where.
        dirt = try all.filter { try $0.isTracked || !Self.isOutput($0.path, in: reading.catalog, everything) }
        tree = dirt.count == all.count ? everything : try repository.tree(facts.tree, with: dirt)
        facts.tree = tree.id
        facts.dirty = !dirt.isEmpty
        (catalog, configuration, self.facts) = (reading.catalog, reading.configuration, facts)
        roots = Set(catalog.services.flatMap(\.paths))
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
}
