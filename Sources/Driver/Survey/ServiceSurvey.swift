import Git
import OCI
import Pipeline

/// What one service is made of, as the tree says it.
struct ServiceSurvey: Sendable {
    /// What its key is made from, but for what it needs and its base image, which come later.
    var material: KeyParts.Material
    let images: [SurveyedImage]
    /// Files that enter the key although their class would keep them out.
    let taken: Set<Path>
    /// The files that enter the key, when they were asked for.
    var files: [TreeFile]
    /// All files of its own folders, when they were asked for.
    let tracked: [Path]
    /// The tree of its first folder.
    let tree: ObjectID
    /// Build files and lockfiles in its own folders.
    let buildFiles: [TreeFile]
    let notes: [Plan.Note]

    init(_ service: Service, on ground: Ground, listing: Bool) throws {
        let tree = ground.tree
        images = try service.images.indices.map { try SurveyedImage($0, of: service, in: tree) }
        let packings = try Packing.all(of: service, in: tree)
        let sifted = try service.paths.map { folder in
            try ground.sift(folder, of: service, packings, listing: listing)
        }
        let inputs = try service.inputs.paths.compactMap(tree.file)
        let everything = try inputs.map { try tree.everything(at: $0.path, listing: listing) }
        let links = sifted.flatMap(\.links) + everything.flatMap(\.links)
        let packed = try packings.flatMap { try $0.files(outside: service.paths, and: ground.holes(in: service)) }
        let named = try packed + Self.named(by: service.recipe.build, service, in: tree)
        let foreign = try Self.foreign(to: service, .build, named + tree.linked(from: links + named), on: ground)
        let tests = try Self.named(by: service.recipe.test, service, in: tree)
        let known = Set(foreign.map(\.path))
        let seen = try Self.foreign(to: service, .test, tests + tree.linked(from: tests), on: ground)
            .filter { !known.contains($0.path) }
        taken = known.union(seen.map(\.path)).union(sifted.flatMap(\.taken))
        files = listing ? sifted.flatMap(\.files) + foreign + seen + everything.flatMap(\.files) : []
        tracked = sifted.flatMap(\.tracked)
        buildFiles = sifted.flatMap(\.named)
        self.tree = try tree.entry(at: service.home)?.id ?? tree.id
        material = KeyParts.Material(configuration: try service.keyConfiguration)
        material.pins = try service.pinPlaces.compactMap(tree.file)
        func trees(_ part: (Sifted) -> ObjectID?) -> [TreeFile] {
            zip(service.paths, sifted).compactMap { folder, sifted in
                part(sifted).map { TreeFile(path: folder, entry: TreeEntry(id: $0, mode: .folder)) }
            }
        }
        material.build = trees(\.build) + foreign + inputs
        material.test = trees(\.test) + seen
        material.files = (sifted + everything).map(\.count).reduce(foreign.count, +)
        notes =
            Self.notes(service, taken: taken.filter { path in service.paths.contains(where: path.lies) })
            + images.flatMap { $0.notes(on: service.name) }
    }

    /// What counts for a service besides what its own rules take: what its image packs, its commands name, and links
    /// lead to.
    private static func foreign(
        to service: Service, _ part: Sieve.Parts, _ files: [TreeFile], on ground: Ground
    ) throws -> [TreeFile] {
        let holes = ground.holes(in: service)
        let rules = service.rules
        var foreign: [Path: TreeFile] = [:]
        for file in files {
            let home = service.paths.first(where: file.path.lies)
            let isOwn = home != nil && !holes.contains(where: file.path.lies)
            if isOwn, let inner = home.flatMap(file.path.relative) {
                let parts = rules.pathClass(of: inner).parts
                // What is built is there for tests as well.
                if parts.contains(part) || parts.contains(.build) { continue }
            }
            foreign[file.path] = file
        }
        return foreign.values.sorted { $0.path < $1.path }
    }

    /// The files that a command names, wherever they lie: what a script in `ci/` does to a service is part of it.
    private static func named(by command: Command?, _ service: Service, in tree: Tree) throws -> [TreeFile] {
        guard let command else { return [] }
        return try command.words.flatMap { word -> [TreeFile] in
            let plain = word.replacing("$SLIPWAY_ROOT/", with: "").replacing("${SLIPWAY_ROOT}/", with: "")
            let isPath = word.contains("/")
            // A line may change its folder first.
            let bases = [command.directory ?? service.home] + (isPath ? [service.home, .root] : [])
            return try Set(bases).flatMap { base -> [TreeFile] in
                guard let path = try? Path(parsing: plain, in: base), !service.home.lies(in: path) else { return [] }
                return try Links(tree).files(at: path)
            }
        }
    }

    /// Every image that its own are made of, each once.
    var bases: [NamedBase] {
        images.flatMap(\.bases).reduce(into: []) { bases, base in
            if !bases.contains(base) { bases.append(base) }
        }
    }

    /// The values that its RUN lines mount.
    var secrets: Set<String> { images.reduce(into: []) { $0.formUnion($1.part?.secrets ?? []) } }

    private static func notes(_ service: Service, taken: Set<Path>) -> [Plan.Note] {
        guard let first = taken.min() else { return [] }
        let more = taken.count > 1 ? " and \(taken.count - 1) more" : ""
        let message = "\(service.name): \(first)\(more) counts as source, because its image or a command takes it"
        return [Plan.Note(.countsAsMain, message)]
    }
}
