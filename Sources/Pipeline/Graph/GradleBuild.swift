/// One Gradle build: a root folder, its settings and its projects.
struct GradleBuild {
    let root: Path
    let settings: GradleSettings?
    /// The scripts of its projects, by folder.
    private(set) var scripts: [Path: Path] = [:]
    private var paths: [Path: String] = [:]
    private var accessors: [String: Path] = [:]
    /// The folders of projects with a script, by path.
    private var folders: [String: Path] = [:]

    init(root: Path, settings: GradleSettings?) {
        (self.root, self.settings) = (root, settings)
        // Two projects may share a folder.
        for (path, project) in (settings?.projects ?? [:]).sorted(by: { $0.key > $1.key }) {
            paths[project.folder] = path
        }
    }

    mutating func add(_ script: Path) { scripts[script.parent] = script }

    /// The projects of the build that have a script, sorted.
    ///
    /// Those that settings name, and all below the root when settings name them by a computation.
    var projects: [Path] {
        guard let settings, !settings.isDynamic, !settings.projects.isEmpty else { return scripts.keys.sorted() }
        let named = Set(settings.projects.values.map(\.folder))
        return scripts.keys.filter { named.contains($0) || $0 == root }.sorted()
    }

    func name(of folder: Path) -> String {
        if folder == root { return settings?.rootName ?? ":" }
        return path(of: folder)
    }

    /// The path of a project: as settings say, or else its folder.
    func path(of folder: Path) -> String {
        if let path = paths[folder] { return path }
        guard let relative = folder.relative(to: root), !relative.isRoot else { return ":" }
        return relative.components.map { ":" + String(decoding: $0, as: UTF8.self) }.joined()
    }

    /// The folder of a project as it is named in the script of another.
    func folder(of text: String, from project: Path) -> Path? {
        let path = text.utf8.first == UInt8(ascii: ":") ? text : self.path(text, below: path(of: project))
        if path == ":" { return root }
        if let included = settings?.projects[path] { return included.folder }
        return folders[path]
    }

    private func path(_ text: String, below base: String) -> String { base == ":" ? ":" + text : base + ":" + text }

    /// The project whose path is the longest beginning of a task path.
    func folder(ofTask text: String, from project: Path) -> Path? {
        var path = text[...]
        guard text.utf8.count <= Path.limit else { return nil }
        while let colon = path.lastIndex(of: ":"), colon > path.startIndex {
            path = path[..<colon]
            if let folder = folder(of: String(path), from: project) { return folder }
        }
        return nil
    }

    // MARK: - Typesafe accessors

    /// Learns the names of all projects, once all are there.
    mutating func learnNames() {
        for folder in scripts.keys.sorted() {
            let path = path(of: folder)
            paths[folder] = path
            if folders[path] == nil { folders[path] = folder }
        }
        for (folder, path) in paths.sorted(by: { $0.value < $1.value }) {
            let names = path.split(separator: ":").map { Self.accessor($0) }
            let key = names.isEmpty ? Self.accessor((settings?.rootName ?? "")[...]) : names.joined(separator: ".")
            if accessors[key] == nil { accessors[key] = folder }
        }
    }

    /// The project of `projects.x.api`: the longest beginning that is one, because properties may follow.
    func folder(ofAccessor names: [String]) -> Path? {
        var names = names[...]
        while !names.isEmpty {
            if let folder = accessors[names.joined(separator: ".")] { return folder }
            names.removeLast()
        }
        return nil
    }

    /// `auth-service` becomes `authService`.
    private static func accessor(_ name: Substring) -> String {
        var result: [UInt8] = []
        var isStart = false
        for byte in name.utf8 {
            if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") {
                isStart = true
            } else {
                result.append(isStart && byte.isLower ? byte - 0x20 : byte)
                isStart = false
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
