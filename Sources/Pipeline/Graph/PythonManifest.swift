/// What a `pyproject.toml` says of other projects.
struct PythonManifest {
    struct Dependency {
        let requirement: Requirement
        let kind: ModuleGraph.Kind
        let line: Int
    }

    /// Where uv takes a dependency from.
    enum Source {
        case workspace
        case path(String)
    }

    let folder: Path
    private(set) var name: String?
    /// Whether it is more than the settings of a tool.
    private(set) var isProject = false
    private(set) var dependencies: [Dependency] = []
    private(set) var sources: [String: Source] = [:]
    /// The patterns of `[tool.uv.workspace]`, nil without one.
    private(set) var members: [Glob]?
    private(set) var excluded: [Glob] = []
    /// Dependencies with a path of their own, as Poetry and PDM write them.
    private(set) var paths: [(path: String, kind: ModuleGraph.Kind, line: Int)] = []

    init(_ bytes: [UInt8], folder: Path) {
        self.folder = folder
        let document = TOML(bytes)
        for table in document.tables {
            let isTool = table.name.first == "tool"
            if ["project", "build-system", "dependency-groups"].contains(table.name.first) { isProject = true }
            if isTool, table.name.count > 1, table.name[1] == "poetry" || table.name[1] == "uv" { isProject = true }
            if table.name == ["tool", "uv", "workspace"], members == nil { members = [] }
            for entry in table.entries { take(table.name + entry.key, entry) }
        }
    }

    private mutating func take(_ key: [String], _ entry: TOML.Entry) {
        switch key {
        case ["project", "name"], ["tool", "poetry", "name"]: name = name ?? entry.value.string
        case ["project", "dependencies"]: list(entry.value, .build)
        case ["tool", "uv", "dev-dependencies"]: list(entry.value, .test)
        case ["tool", "uv", "workspace", "members"]: members = entry.value.strings.compactMap { Glob(members: $0) }
        case ["tool", "uv", "workspace", "exclude"]: excluded = entry.value.strings.compactMap { Glob(members: $0) }
        case let key where key.starts(with: ["project", "optional-dependencies"]): groups(entry.value, .build)
        case let key where key.starts(with: ["dependency-groups"]): groups(entry.value, .test)
        case let key where key.starts(with: ["tool", "pdm", "dev-dependencies"]): groups(entry.value, .test)
        case let key where key.starts(with: ["tool", "uv", "sources"]): source(Array(key.dropFirst(3)), entry.value)
        case let key where key.starts(with: ["tool", "poetry"]): poetry(Array(key.dropFirst(2)), entry)
        default: return
        }
    }

    private mutating func list(_ value: TOML.Value, _ kind: ModuleGraph.Kind) {
        for item in value.items {
            guard let text = item.value.string else { continue }
            dependencies.append(Dependency(requirement: Requirement(text), kind: kind, line: item.line))
        }
    }

    /// A list, or a table of lists.
    private mutating func groups(_ value: TOML.Value, _ kind: ModuleGraph.Kind) {
        if case .table(let entries) = value { for entry in entries { list(entry.value, kind) } }
        list(value, kind)
    }

    private mutating func source(_ key: [String], _ value: TOML.Value) {
        if key.isEmpty, case .table(let entries) = value {
            for entry in entries { source(entry.key, entry.value) }
        }
        guard let name = key.first.map({ Requirement.normal($0) }) else { return }
        if key.count == 2 {
            if key[1] == "workspace", value.isTrue { sources[name] = .workspace }
            if key[1] == "path", let path = value.string { sources[name] = .path(path) }
        }
        guard key.count == 1 else { return }
        // One source, or several of which markers choose.
        for value in value.items.map(\.value) + [value] where sources[name] == nil {
            if value["workspace"]?.isTrue == true { sources[name] = .workspace }
            if let path = value["path"]?.string { sources[name] = .path(path) }
        }
    }

    /// `dependencies.x = { path = "../x" }` and the same in groups.
    private mutating func poetry(_ key: [String], _ entry: TOML.Entry) {
        let kind: ModuleGraph.Kind
        let rest: ArraySlice<String>
        switch key.first {
        case "dependencies": (kind, rest) = (.build, key.dropFirst())
        case "dev-dependencies": (kind, rest) = (.test, key.dropFirst())
        case "group" where key.count > 3 && key[2] == "dependencies":
            (kind, rest) = (key[1] == "main" ? .build : .test, key.dropFirst(3))
        default: return
        }
        if rest.count == 2, rest.last == "path", let path = entry.value.string {
            paths.append((path, kind, entry.line))
        }
        guard rest.count == 1 else { return }
        for value in entry.value.items.map(\.value) + [entry.value] {
            if let path = value["path"]?.string { paths.append((path, kind, entry.line)) }
        }
    }
}
