import Git
import OCI
import Pipeline

/// What one service is made of, as the tree says it.
struct ServiceSurvey: Sendable {
    /// What its key is made from, but for what it needs and its base image, which come later.
    let material: KeyParts.Material
    let image: ImageSurvey?
    /// Files that enter the key although their class would keep them out.
    let taken: Set<Path>
    /// The files that enter the key: of its own folders, and what its image takes from elsewhere.
    let files: [TreeFile]
    /// All files of its own folders.
    let tracked: [Path]
    /// The tree of its first folder.
    let tree: ObjectID
    let notes: [Plan.Note]

    /// What is known of an image before it is made.
    enum ImageSurvey: Sendable {
        case stage(Stage)
        /// No assembly without a builder, or no Dockerfile that can be read: the sentence, and what to do.
        case impossible(String, hint: String?)
    }

    init(_ service: Service, on ground: Ground, unowned: [TreeFile], environment: [String: String]) throws {
        let image = try Self.image(of: service, in: ground.tree)
        var own: Set<Path> = []
        var kept: [Path: TreeFile] = [:]
        for folder in service.paths {
            let rules = service.rules
            for file in try Self.ownFiles(of: service, in: folder, on: ground) {
                own.insert(file.path)
                if rules.pathClass(of: file.path.relative(to: folder) ?? file.path).entersKey {
                    kept[file.path] = file
                }
            }
        }
        var foreign =
            try Self.packed(by: service, image, on: ground) + Self.named(by: service, in: ground.tree)
        let inputs = try service.inputs.paths.flatMap { try ground.tree.files(below: $0) }
        foreign += try Self.linked(from: Array(kept.values) + foreign + inputs, in: ground.tree)
        foreign = foreign.filter { kept[$0.path] == nil }
        for file in foreign { kept[file.path] = file }
        tracked = Array(own)
        taken = Set(foreign.map(\.path))
        files = kept.values.sorted { $0.path < $1.path }
        self.image = image
        tree = try ground.tree.entry(at: service.home)?.id ?? ground.tree.id
        material = KeyParts.Material(
            configuration: try service.keyConfiguration, pins: try Self.pins(of: service, in: ground.tree),
            environment: service.inputs.environment.map { ($0, environment[$0]) }, files: files + inputs,
            unowned: unowned,
            needs: [:], bases: [])
        notes = Self.notes(service, taken: taken.intersection(own), image: image)
    }

    /// What an image is made of and from, whoever owns it.
    private static func packed(by service: Service, _ image: ImageSurvey?, on ground: Ground) throws -> [TreeFile] {
        guard let source = service.image, case .stage(let stage)? = image else { return [] }
        let ignorePath = source.context.appending(".dockerignore")
        let ignoreFile = try ground.tree.content(of: ignorePath)
        let recipe = try [source.dockerfile, ignorePath].compactMap { path in
            try ground.tree.entry(at: path).map { TreeFile(path: path, entry: $0) }
        }
        return try recipe
            + ground.tree.files(below: source.context).filter { file in
                file.path.relative(to: source.context).map { stage.takes($0, ignoreFile: ignoreFile) } ?? false
            }
    }

    /// The files that commands name, wherever they lie: what a script in `ci/` does to a service is part of it.
    private static func named(by service: Service, in tree: Tree) throws -> [TreeFile] {
        try [service.recipe.build, service.recipe.test].compactMap(\.self).flatMap { command in
            try command.words.flatMap { word -> [TreeFile] in
                let plain = word.replacing("$SLIPWAY_ROOT/", with: "").replacing("${SLIPWAY_ROOT}/", with: "")
                let isPath = word.contains("/")
                // A line may change its folder first.
                let bases = [command.directory ?? service.home] + (isPath ? [service.home, .root] : [])
                return try Set(bases).flatMap { base -> [TreeFile] in
                    guard let path = try? Path(parsing: plain, in: base), !service.home.lies(in: path) else {
                        return []
                    }
                    return try Links(tree).files(at: path)
                }
            }
        }
    }

    /// What symbolic links lead to, and the links among that.
    private static func linked(from files: [TreeFile], in tree: Tree) throws -> [TreeFile] {
        let links = Links(tree)
        var found: [Path: TreeFile] = [:]
        var rest = files
        while let file = rest.popLast() {
            guard let target = try links.target(of: file) else { continue }
            for file in try links.files(at: target) where found.updateValue(file, forKey: file.path) == nil {
                rest.append(file)
            }
        }
        return Array(found.values)
    }

    /// The files of a folder that no other service's folder inside it holds.
    private static func ownFiles(
        of service: Service, in folder: Path, on ground: Ground
    ) throws -> [TreeFile] {
        try ground.tree.files(below: folder) { !ground.roots.contains($0) || service.paths.contains($0) }
    }

    /// Files above the service that pin versions of its tools.
    private static func pins(of service: Service, in tree: Tree) throws -> [TreeFile] {
        let names = [".tool-versions"] + (Toolchain.named(service.recipe.toolchain)?.paths.pins ?? [])
        var pins: [TreeFile] = []
        var folder = service.home
        while !folder.isRoot {
            folder = folder.parent
            for name in names {
                let path = name.split(separator: "/").reduce(folder) { $0.appending(String($1)) }
                if let entry = try tree.entry(at: path) { pins.append(TreeFile(path: path, entry: entry)) }
            }
        }
        return pins
    }

    private static func image(of service: Service, in tree: Tree) throws -> ImageSurvey? {
        guard let source = service.image else { return nil }
        guard let bytes = try tree.content(of: source.dockerfile) else {
            return .impossible("\(source.dockerfile): there is no such Dockerfile", hint: "is it committed?")
        }
        do {
            let dockerfile = Dockerfile(parsing: String(decoding: bytes, as: UTF8.self), path: source.dockerfile)
            return .stage(try Stage(dockerfile))
        } catch {
            return .impossible("\(error)", hint: error.hint)
        }
    }

    private static func notes(_ service: Service, taken: Set<Path>, image: ImageSurvey?) -> [Plan.Note] {
        var notes: [Plan.Note] = []
        if let first = taken.min() {
            let more = taken.count > 1 ? " and \(taken.count - 1) more" : ""
            let message = "\(service.name): \(first)\(more) counts as source, because its image or a command takes it"
            notes.append(Plan.Note(.countsAsMain, message))
        }
        if case .impossible(let problem, let hint)? = image {
            notes.append(Plan.Note(.noImage, "\(service.name): \(problem)" + (hint.map { " (\($0))" } ?? "")))
        }
        return notes
    }
}
