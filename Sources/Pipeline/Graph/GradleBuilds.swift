/// All Gradle builds of a tree.
struct GradleBuilds {
    private var builds: [Path: GradleBuild] = [:]

    init(_ files: [BuildFiles.Kind: [Path]], _ draft: inout Draft) throws {
        // When both dialects are there, Gradle takes the Groovy one.
        for file in (files[.gradleSettings] ?? []).sorted().reversed() {
            let bytes = try draft.tree.content(file) ?? []
            builds[file.parent] = GradleBuild(root: file.parent, settings: GradleSettings(bytes, file: file))
        }
        let scripts = (files[.gradleScript] ?? []).sorted()
        for script in scripts where script.parent.name == "buildSrc" && builds[script.parent] == nil {
            builds[script.parent] = GradleBuild(root: script.parent, settings: nil)
        }
        for script in scripts.reversed() {
            let root = buildRoot(of: script.parent) ?? script.parent
            builds[root, default: GradleBuild(root: root, settings: nil)].add(script)
        }
        for root in builds.keys {
            builds[root]?.learnNames()
            guard let build = builds[root] else { continue }
            for folder in build.scripts.keys { draft.add(build.name(of: folder), in: folder, "gradle") }
        }
    }

    /// The build a folder belongs to: the nearest settings above it, unless others include it from aside.
    private func buildRoot(of folder: Path) -> Path? {
        var root = folder
        while builds[root] == nil {
            if root.isRoot { return aside(folder) }
            root = root.parent
        }
        return root
    }

    private func aside(_ folder: Path) -> Path? {
        builds.keys.sorted().first { root in
            builds[root]?.settings?.projects.values.contains { $0.folder == folder } ?? false
        }
    }

    func link(_ draft: inout Draft) throws {
        for root in builds.keys.sorted() {
            guard let build = builds[root] else { continue }
            try linkSettings(build, &draft)
            var conventions: [GradleLink.Convention] = []
            for folder in build.scripts.keys.sorted() {
                guard let script = build.scripts[folder] else { continue }
                var link = GradleLink(build: build, project: folder)
                try link.follow(script, &draft)
                conventions += link.conventions
            }
            apply(conventions, &draft)
        }
    }

    // MARK: - Settings

    private func linkSettings(_ build: GradleBuild, _ draft: inout Draft) throws {
        guard let settings = build.settings else { return }
        for (path, project) in settings.projects where build.scripts[project.folder] == nil {
            guard try !draft.exists(project.folder) else { continue }
            draft.miss(path, at: .init(module: build.root, file: settings.file, line: project.line))
        }
        let names = [
            settings.file.name, "build.gradle", "build.gradle.kts", "gradle.properties", "gradle", "buildSrc",
        ]
        var shared = try draft.present(names, in: build.root).map { (path: $0, line: 1) }
        for included in settings.builds {
            let place = Draft.Place(module: build.root, file: settings.file, line: included.line)
            guard let folder = Path.resolve(included.text, in: build.root), try draft.exists(folder) else {
                draft.miss(included.text, at: place)
                continue
            }
            let isLogic = included.isLogic || ["build-logic", "buildLogic", "buildSrc"].contains(folder.name)
            if !isLogic, build.scripts[build.root] != nil, draft.folders.contains(folder) {
                draft.connect(place, to: folder)
            } else {
                shared.append((folder, included.line))
            }
        }
        for folder in build.projects {
            for (path, line) in shared {
                draft.read(path, at: .init(module: folder, file: settings.file, line: line))
            }
        }
    }

    // MARK: - Conventions of a root script

    /// A project that the target of a convention needs itself is left out: Gradle would not build the circle either.
    private func apply(_ conventions: [GradleLink.Convention], _ draft: inout Draft) {
        guard !conventions.isEmpty else { return }
        var outgoing: [Path: [Path]] = [:]
        for edge in draft.edges { outgoing[edge.from, default: []].append(edge.to) }
        for convention in conventions {
            var reached: Set<Path> = [convention.target]
            var waiting = [convention.target]
            while let module = waiting.popLast() {
                for next in outgoing[module] ?? [] where reached.insert(next).inserted { waiting.append(next) }
            }
            for source in convention.sources where !reached.contains(source) {
                let place = Draft.Place(module: source, file: convention.file, line: convention.line)
                draft.connect(place, to: convention.target, convention.kind)
                outgoing[source, default: []].append(convention.target)
            }
        }
    }
}
