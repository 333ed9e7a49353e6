import Git
import OCI
import Pipeline

/// What the Dockerfile of a service takes from the tree, whoever owns it, and whoever builds it.
struct Packing {
    private let dockerfile: Path
    private let context: Path
    private let paths: PackedPaths
    private let tree: Tree
    /// What says which files are kept out.
    private let ignoreFile: Path

    /// One for each image; for a service without images that of the Dockerfile in its folder, if there is one: its
    /// commands may build it.
    static func all(of service: Service, in tree: Tree) throws -> [Packing] {
        let sources = service.images.map { ($0.dockerfile, $0.context) }
        let usual = (service.home.appending("Dockerfile"), service.home)
        return try (sources.isEmpty ? [usual] : sources).compactMap { try Packing($0, $1, in: tree) }
    }

    /// Nil where there is no Dockerfile.
    private init?(_ dockerfile: Path, _ context: Path, in tree: Tree) throws {
        (self.dockerfile, self.context) = (dockerfile, context)
        self.tree = tree
        guard let bytes = try tree.content(of: dockerfile) else { return nil }
        let own = dockerfile.parent.appending(dockerfile.name + ".dockerignore")
        ignoreFile = try tree.file(at: own) == nil ? context.appending(".dockerignore") : own
        paths = PackedPaths(
            Dockerfile(parsing: String(decoding: bytes, as: UTF8.self), path: dockerfile),
            ignoreFile: try tree.content(of: ignoreFile))
    }

    func takes(_ path: Path) -> Bool { path.relative(to: context).map(paths.contains) ?? false }

    /// The Dockerfile, what it leaves out, and what it takes from elsewhere than these folders; or from those in them that
    /// are somebody else's.
    func files(outside folders: [Path], and holes: Set<Path>) throws -> [TreeFile] {
        let inner = try holes.sorted().flatMap { try tree.files(below: $0) }.filter { takes($0.path) }
        let recipe = try [dockerfile, ignoreFile].compactMap(tree.file) + inner
        guard !folders.contains(where: context.lies) else { return recipe }
        return try recipe + tree.files(below: context) { !folders.contains($0) }.filter { takes($0.path) }
    }
}

extension Tree {
    /// What lies at a path.
    func file(at path: Path) throws -> TreeFile? {
        try entry(at: path).map { TreeFile(path: path, entry: $0) }
    }

    /// All that lies at a path: the links in it, and the files when they are asked for.
    func everything(at path: Path, listing: Bool) throws -> Sifted {
        guard let file = try file(at: path) else { return Sifted() }
        var sieve = Sieve(rules: [], rest: .build, holes: [])
        sieve.isListing = listing
        if file.entry.mode == .folder { return try sift(path, with: sieve) }
        var one = Sifted()
        (one.files, one.count) = (listing ? [file] : [], 1)
        one.links = file.entry.mode == .symbolicLink ? [file] : []
        return one
    }
}
