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
    /// The files of its own folders that enter the key.
    let files: [TreeFile]
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
        let ignoreFile = try service.image.flatMap { source in
            try ground.tree.content(of: source.context.appending(".dockerignore"))
        }
        var taken: Set<Path> = []
        var files: [TreeFile] = []
        for folder in service.paths {
            let rules = service.rules
            for file in try Self.ownFiles(of: service, in: folder, on: ground) {
                if rules.pathClass(of: file.path.relative(to: folder) ?? file.path).entersKey {
                    files.append(file)
                } else if case .stage(let stage) = image, let context = service.image?.context,
                    let path = file.path.relative(to: context), stage.takes(path, ignoreFile: ignoreFile)
                {
                    taken.insert(file.path)
                    files.append(file)
                }
            }
        }
        let inputs = try service.inputs.paths.flatMap { try ground.tree.files(below: $0) }
        (self.image, self.taken, self.files) = (image, taken, files)
        tree = try ground.tree.entry(at: service.home)?.id ?? ground.tree.id
        material = KeyParts.Material(
            configuration: try service.keyConfiguration, pins: try Self.pins(of: service, in: ground.tree),
            environment: service.inputs.environment.map { ($0, environment[$0]) }, files: files + inputs,
            unowned: unowned,
            needs: [:], bases: [])
        notes = Self.notes(service, taken: taken, image: image)
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
            let message = "\(service.name): \(first)\(more) counts as source, because the image takes it"
            notes.append(Plan.Note(.countsAsMain, message))
        }
        if case .impossible(let problem, let hint)? = image {
            notes.append(Plan.Note(.noImage, "\(service.name): \(problem)" + (hint.map { " (\($0))" } ?? "")))
        }
        return notes
    }
}
