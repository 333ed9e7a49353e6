/// Resolves what the script of one project refers to.
struct GradleLink {
    /// A reference that holds for many projects: made once all others are known.
    struct Convention {
        let target: Path
        let sources: [Path]
        let kind: ModuleGraph.Kind
        let file: Path
        let line: Int
    }

    let build: GradleBuild
    let project: Path
    private(set) var conventions: [Convention] = []
    /// Scripts that were followed: one may apply itself.
    private var followed: Set<Path> = []

    init(build: GradleBuild, project: Path) {
        (self.build, self.project) = (build, project)
    }

    mutating func follow(_ script: Path, _ draft: inout Draft) throws {
        guard followed.count < 64, followed.insert(script).inserted else { return }
        guard let bytes = try draft.tree.content(script) else { return }
        let isKotlin = script.bytes.last == UInt8(ascii: "s")
        for reference in GradleScript(bytes, isKotlin: isKotlin).references {
            let place = Draft.Place(module: project, file: script, line: reference.line)
            switch reference.target {
            case .project(let path):
                refer(build.folder(of: path, from: project), reference, place, or: path, &draft)
            case .child(let name):
                for module in sources(reference.subject) {
                    guard let child = build.folder(of: name, from: module), draft.folders.contains(child) else {
                        continue
                    }
                    draft.connect(.init(module: module, file: script, line: reference.line), to: child, reference.kind)
                }
            case .task(let path):
                refer(build.folder(ofTask: path, from: project), reference, place, or: path, &draft)
            case .accessor(let names, let isSure):
                let text = isSure ? "projects." + names.joined(separator: ".") : nil
                refer(build.folder(ofAccessor: names), reference, place, or: text, &draft)
            case .file(let text, let isBelowRoot, let isApplied):
                try read(
                    text, in: isBelowRoot ? build.root : isApplied ? script.parent : project, isApplied, place, &draft)
            }
        }
    }

    private mutating func refer(
        _ target: Path?, _ reference: GradleScript.Reference, _ place: Draft.Place, or text: String?,
        _ draft: inout Draft
    ) {
        guard let target else {
            if let text { draft.miss(text, at: place) }
            return
        }
        let isModule = draft.folders.contains(target)
        let sources = sources(reference.subject)
        if case .children = reference.subject, isModule {
            conventions.append(
                .init(target: target, sources: sources, kind: reference.kind, file: place.file, line: place.line))
            return
        }
        for module in sources {
            let place = Draft.Place(module: module, file: place.file, line: place.line)
            isModule ? draft.connect(place, to: target, reference.kind) : draft.read(target, at: place)
        }
    }

    /// The projects that a reference is made for.
    private func sources(_ subject: GradleScript.Subject) -> [Path] {
        switch subject {
        case .own: return [project]
        case .projects(let names): return names.compactMap { build.folder(of: $0, from: project) }
        case .children(let andOwn):
            let own = build.path(of: project)
            let prefix = own == ":" ? own : own + ":"
            return build.projects.filter { folder in
                folder == project ? andOwn : build.path(of: folder).hasPrefix(prefix)
            }
        }
    }

    private mutating func read(
        _ text: String, in base: Path, _ isApplied: Bool, _ place: Draft.Place, _ draft: inout Draft
    ) throws {
        if isApplied, text.contains("://") { return }
        guard let path = Path.resolve(text, in: base), try draft.exists(path) else {
            if isApplied { draft.miss(text, at: place) }
            return
        }
        draft.read(path, at: place)
        if isApplied { try follow(path, &draft) }
    }
}
