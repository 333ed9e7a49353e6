import Git
import OCI
import Pipeline

/// What the image of a service takes from the tree, whoever owns it.
struct Packing {
    private let source: Service.ImageSource
    private let stage: Stage
    private let ignoreFile: [UInt8]?
    private let tree: Tree

    /// Nil where there is no image that could be told about.
    init?(_ service: Service, _ image: ServiceSurvey.ImageSurvey?, in tree: Tree) throws {
        guard let source = service.image, case .stage(let stage)? = image else { return nil }
        (self.source, self.stage, self.tree) = (source, stage, tree)
        ignoreFile = try tree.content(of: source.context.appending(".dockerignore"))
    }

    func takes(_ path: Path) -> Bool {
        path.relative(to: source.context).map { stage.takes($0, ignoreFile: ignoreFile) } ?? false
    }

    /// The Dockerfile, what it leaves out, and what it takes from elsewhere than these folders.
    func files(outside folders: [Path]) throws -> [TreeFile] {
        let recipe = try [source.dockerfile, source.context.appending(".dockerignore")].compactMap(tree.file)
        guard !folders.contains(where: source.context.lies) else { return recipe }
        return try recipe + tree.files(below: source.context) { !folders.contains($0) }.filter { takes($0.path) }
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
