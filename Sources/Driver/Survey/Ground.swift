import Git
import Pipeline
import SystemPackage

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
    let tree: Tree
    private let frame: Frame

    /// All of it that may go to another task.
    struct Frame: Sendable {
        let facts: RepositoryFacts
        let reading: Outset.Reading
        let dirt: [DirtyFile]
        let absent: Set<Path>
        /// The folders that services own.
        let roots: Set<Path>
        /// By folder of a service, those inside it.
        let inner: [Path: [Path]]
    }

    init(_ outset: Outset, _ request: Request, _ repository: borrowing Repository, _ state: WorkTreeState) throws {
        var facts = outset.facts
        let all = state.dirt
        let everything = try repository.tree(facts.tree, with: all)
        let known = all.isEmpty ? outset.reading : nil
        let reading = try known ?? Outset.Reading(request, in: everything)
        // What a toolchain leaves behind is no dirt, and only now it is known which toolchain is where.
        let dirt = try all.filter { try $0.isTracked || !Self.isOutput($0.path, in: reading.catalog, everything) }
        tree = dirt.count == all.count ? everything : try repository.tree(facts.tree, with: dirt)
        facts.tree = tree.id
        facts.dirty = !dirt.isEmpty
        let roots = Set(reading.catalog.services.flatMap(\.paths))
        var inner: [Path: [Path]] = [:]
        for root in roots {
            var folder = root
            while !folder.isRoot {
                folder = folder.parent
                if roots.contains(folder) { inner[folder, default: []].append(root) }
            }
        }
        frame = Frame(facts: facts, reading: reading, dirt: dirt, absent: state.absent, roots: roots, inner: inner)
    }

    /// The same, for a task of its own.
    private init(_ frame: Frame, in repository: borrowing Repository) {
        (self.frame, tree) = (frame, repository.tree(frame.facts.tree))
    }

    var facts: RepositoryFacts { frame.facts }
    var configuration: Configuration { frame.reading.configuration }
    var catalog: Catalog { frame.reading.catalog }
    var dirt: [DirtyFile] { frame.dirt }
    var absent: Set<Path> { frame.absent }
    var roots: Set<Path> { frame.roots }

    /// The folders of other services inside those of one.
    func holes(in service: Service) -> Set<Path> {
        Set(service.paths.flatMap { frame.inner[$0] ?? [] }).subtracting(service.paths)
    }

    /// Where a work tree may differ from HEAD, each part of it looked at by a task of its own.
    static func suspects(_ request: Request) async throws -> Suspects {
        guard !request.selection.isCommittedOnly else { return Suspects() }
        let folder = request.folder.string
        let parts = try await [0, 1].concurrentMap(limit: 2) { part in
            try Repository(at: folder, cache: 2 << 20).suspects(part: part, of: 2) { path in
                path.components.first != Array(Workspace.folderName.utf8)
            }
        }
        return parts.reduce(Suspects(), +)
    }

    /// Does something for all services, a few tasks at a time where the tree is one that any of them can open.
    func forServices<Value: Sendable>(
        of request: Request, _ body: @escaping @Sendable (Service, Ground) throws -> Value
    ) async throws -> [Value] {
        let services = catalog.services
        // Uncommitted work is in the memory of this one.
        guard dirt.isEmpty, services.count >= 32 else { return try services.map { try body($0, self) } }
        let size = (services.count + 7) / 8
        let parts = stride(from: 0, to: services.count, by: size).map { services[$0..<min($0 + size, services.count)] }
        let (frame, folder) = (frame, request.folder.string)
        return try await parts.concurrentMap(limit: 4) { part in
            let repository = try Repository(at: folder, apart: true, cache: 2 << 20)
            let ground = Ground(frame, in: repository)
            return try part.map { try body($0, ground) }
        }.flatMap(\.self)
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
