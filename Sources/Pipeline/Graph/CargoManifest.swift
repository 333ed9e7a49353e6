/// What a `Cargo.toml` says.
struct CargoManifest {
    struct Dependency {
        /// As the crate calls it.
        let name: String
        var kind = ModuleGraph.Kind.build
        var line: Int
        var path: String?
        /// The name of the crate, when it is another.
        var package: String?
        var isOfWorkspace = false
    }

    /// What the root of a workspace says of its members.
    struct Workspace {
        var members: [TOML.Item] = []
        var excluded: [Glob] = []
        /// `[workspace.dependencies]`.
        var shared: [String: Dependency] = [:]
    }

    let folder: Path
    /// Nil when the manifest is only the root of a workspace.
    private(set) var package: String?
    private(set) var workspace: Workspace?
    /// Where the workspace root is, when the crate says so.
    private(set) var root: String?
    private(set) var dependencies: [Dependency] = []
    private(set) var patches: [Dependency] = []

    private static let kinds: [String: ModuleGraph.Kind] = [
        "dependencies": .build, "build-dependencies": .build, "build_dependencies": .build,
        "dev-dependencies": .test, "dev_dependencies": .test,
    ]

    init(_ bytes: [UInt8], folder: Path) {
        self.folder = folder
        for table in TOML(bytes).tables {
            if table.name.first == "workspace", workspace == nil { workspace = Workspace() }
            if table.name == ["package"], package == nil { package = "" }
            guard table.name.first.map(Self.isTelling) ?? true else { continue }
            for entry in table.entries {
                let key = table.name + entry.key
                guard let (prefix, kind) = Self.section(key) else {
                    take(key, entry.value)
                    continue
                }
                // A table of a dependency begins with its header.
                let line = table.name.count == prefix + 1 ? table.line : entry.line
                var dependency = Dependency(name: key[prefix], kind: kind, line: line)
                dependency.take(key[(prefix + 1)...], entry.value)
                keep(dependency, key[0], isWhole: key.count == prefix + 1)
            }
        }
    }

    /// Whether tables of a name speak of crates: those of targets and features are many.
    private static func isTelling(_ name: String) -> Bool {
        ["package", "workspace", "patch", "target"].contains(name) || kinds[name] != nil
    }

    /// Adds a dependency, or what one more line says of the last.
    private mutating func keep(_ dependency: Dependency, _ section: String, isWhole: Bool) {
        switch section {
        case "workspace":
            let known = workspace?.shared[dependency.name]
            workspace?.shared[dependency.name] = known?.merged(dependency) ?? dependency
        case "patch": Self.add(dependency, to: &patches, isWhole: isWhole)
        default: Self.add(dependency, to: &dependencies, isWhole: isWhole)
        }
    }

    private static func add(_ dependency: Dependency, to list: inout [Dependency], isWhole: Bool) {
        if !isWhole, let last = list.last, last.name == dependency.name, last.kind == dependency.kind {
            list[list.count - 1] = last.merged(dependency)
        } else {
            list.append(dependency)
        }
    }

    /// How many names lead to the name of a dependency, and what kind it is of.
    private static func section(_ key: [String]) -> (prefix: Int, ModuleGraph.Kind)? {
        guard let first = key.first else { return nil }
        if let kind = kinds[first], key.count > 1 { return (1, kind) }
        switch first {
        case "target" where key.count > 3: return kinds[key[2]].map { (3, $0) }
        case "workspace" where key.count > 2 && key[1] == "dependencies": return (2, .build)
        case "patch" where key.count > 2: return (2, .build)
        default: return nil
        }
    }

    private mutating func take(_ key: [String], _ value: TOML.Value) {
        switch key {
        case ["package", "name"]: package = value.string
        case ["package", "workspace"]: root = value.string
        case ["workspace", "members"]: workspace?.members = value.items
        case ["workspace", "exclude"]: workspace?.excluded = value.strings.compactMap { Glob(members: $0) }
        default: return
        }
    }
}

extension CargoManifest.Dependency {
    /// One thing that is said of a dependency: all of it, or below a dotted key.
    fileprivate mutating func take(_ key: ArraySlice<String>, _ value: TOML.Value) {
        guard let name = key.first else {
            if case .table(let entries) = value { for entry in entries { take(entry.key[...], entry.value) } }
            return
        }
        switch name {
        case "path": path = value.string
        case "package": package = value.string
        case "workspace": isOfWorkspace = value.isTrue
        default: return
        }
    }

    /// The same dependency with what another line says of it.
    fileprivate func merged(_ other: Self) -> Self {
        var result = self
        result.path = other.path ?? path
        result.package = other.package ?? package
        result.isOfWorkspace = isOfWorkspace || other.isOfWorkspace
        return result
    }
}
