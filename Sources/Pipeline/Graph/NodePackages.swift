/// All packages of Node in a tree, and the workspaces they are members of.
struct NodePackages {
    /// A root and the packages in it, by name.
    private struct Workspace {
        let root: Path
        let included: [Glob]
        let excluded: [Glob]
        var members: [String: [Path]] = [:]
        /// Files of the root that steer every install.
        var shared: [Path] = []

        func has(_ folder: Path) -> Bool {
            guard let relative = folder.relative(to: root) else { return false }
            return relative.isRoot
                || included.contains { $0.matches(relative) } && !excluded.contains { $0.matches(relative) }
        }
    }

    private var manifests: [Path: PackageManifest] = [:]
    private var workspaces: [Path: Workspace] = [:]
    /// The workspace root of each member.
    private var roots: [Path: Path] = [:]

    init(_ files: [BuildFiles.Kind: [Path]], _ draft: inout Draft) throws {
        for file in files[.nodePackage] ?? [] {
            let manifest = PackageManifest(try draft.tree.content(file) ?? [], folder: file.parent)
            manifests[file.parent] = manifest
            draft.add(manifest.name ?? file.parent.name, in: file.parent, "node")
            if let patterns = manifest.workspaces { addWorkspace(file.parent, patterns) }
        }
        for file in files[.pnpmWorkspace] ?? [] {
            addWorkspace(file.parent, PnpmWorkspace.patterns(try draft.tree.content(file) ?? []))
        }
        for folder in manifests.keys.sorted() {
            var root = folder
            while true {
                if workspaces[root]?.has(folder) == true {
                    roots[folder] = root
                    if let name = manifests[folder]?.name {
                        workspaces[root]?.members[name, default: []].append(folder)
                    }
                    break
                }
                if root.isRoot { break }
                root = root.parent
            }
        }
        let names = ["package.json", "pnpm-workspace.yaml", ".npmrc", ".yarnrc.yml", ".yarnrc"]
        for root in workspaces.keys { workspaces[root]?.shared = try draft.present(names, in: root) }
    }

    private mutating func addWorkspace(_ root: Path, _ patterns: [String]) {
        let (excluded, included) = (patterns.filter { $0.hasPrefix("!") }, patterns.filter { !$0.hasPrefix("!") })
        workspaces[root] = Workspace(
            root: root, included: included.compactMap { Glob(members: $0) },
            excluded: excluded.compactMap { Glob(members: $0.dropFirst()) })
    }

    func link(_ draft: inout Draft) throws {
        for folder in manifests.keys.sorted() {
            guard let manifest = manifests[folder] else { continue }
            let file = folder.appending("package.json")
            let workspace = roots[folder].flatMap { workspaces[$0] }
            for path in workspace?.shared ?? [] {
                draft.read(path, at: .init(module: folder, file: file, line: 1))
            }
            for dependency in manifest.dependencies {
                try link(dependency, in: workspace, .init(module: folder, file: file, line: dependency.line), &draft)
            }
        }
    }

    private func link(
        _ dependency: PackageManifest.Dependency, in workspace: Workspace?, _ place: Draft.Place, _ draft: inout Draft
    ) throws {
        let spec = dependency.spec
        for prefix in ["file:", "link:", "portal:"] where spec.hasPrefix(prefix) {
            return try draft.refer(to: String(spec.dropFirst(prefix.count)), in: place.module, at: place)
        }
        if spec.hasPrefix("./") || spec.hasPrefix("../") {
            return try draft.refer(to: spec, in: place.module, at: place)
        }
        if spec.hasPrefix("workspace:") {
            let rest = spec.dropFirst(10)
            if rest.hasPrefix(".") { return try draft.refer(to: String(rest), in: place.module, at: place) }
            // `workspace:name@range` gives a member another name.
            let alias = rest.dropFirst().lastIndex(of: "@").map { String(rest[..<$0]) }
            guard let member = workspace?.members[alias ?? dependency.name]?.first else {
                return draft.miss("\(dependency.name)@\(spec)", at: place)
            }
            return draft.connect(place, to: member)
        }
        guard let members = workspace?.members[dependency.name], !Self.isElsewhere(spec) else { return }
        let member = members.first { folder in
            guard let version = manifests[folder]?.version, Self.isExact(version), Self.isExact(spec) else {
                return true
            }
            return version == spec
        }
        if let member { draft.connect(place, to: member) }
    }

    /// Whether a spec names a place that is no workspace: another package, a repository, an archive.
    private static func isElsewhere(_ spec: String) -> Bool {
        if spec.hasPrefix("catalog:") { return false }
        return spec.utf8.contains { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "/") }
    }

    /// `1.2.3`, perhaps with something behind it; no range.
    private static func isExact(_ version: String) -> Bool {
        guard version.utf8.first?.isDigit == true else { return false }
        let numbers = version.utf8.prefix { $0.isDigit || $0 == UInt8(ascii: ".") }
        return numbers.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).count == 3
            && !version.utf8.contains { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "x") || $0 == UInt8(ascii: "|") }
    }
}
