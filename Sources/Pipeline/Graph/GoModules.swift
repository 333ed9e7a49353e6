/// All Go modules of a tree, and the workspaces that use them.
struct GoModules {
    private struct Workspace {
        let file: GoFile
        let used: Set<Path>
        /// The folders of the modules in it, by module path.
        var folders: [String: Path] = [:]
    }

    private var modules: [Path: GoFile] = [:]
    private var workspaces: [Path: Workspace] = [:]

    init(_ files: [BuildFiles.Kind: [Path]], _ draft: inout Draft) throws {
        for path in files[.goModule] ?? [] {
            let file = GoFile(try draft.tree.content(path) ?? [], path: path)
            modules[path.parent] = file
            draft.add(file.module ?? path.parent.name, in: path.parent, "go")
        }
        for path in files[.goWorkspace] ?? [] {
            let file = GoFile(try draft.tree.content(path) ?? [], path: path)
            let used = file.uses.compactMap { use in Path.resolve(use.name, in: path.parent) }
            var workspace = Workspace(file: file, used: Set(used))
            for folder in used { if let name = modules[folder]?.module { workspace.folders[name] = folder } }
            workspaces[path.parent] = workspace
        }
    }

    func link(_ draft: inout Draft) throws {
        for (root, workspace) in workspaces {
            for use in workspace.file.uses {
                let text = use.name
                if let path = Path.resolve(text, in: root), modules[path] != nil { continue }
                draft.miss(text, at: .init(module: root, file: workspace.file.path, line: use.line))
            }
        }
        for folder in modules.keys.sorted() {
            guard let file = modules[folder] else { continue }
            let workspace = workspace(of: folder)
            if let workspace {
                draft.read(workspace.file.path, at: .init(module: folder, file: workspace.file.path, line: 1))
            }
            missReplacements(file, &draft)
            let own = Dictionary(grouping: file.replaces, by: \.module)
            let above = Dictionary(grouping: workspace?.file.replaces ?? [], by: \.module)
            for require in file.requires {
                let place = Draft.Place(module: folder, file: file.path, line: require.line)
                if let target = workspace?.folders[require.name] {
                    draft.connect(place, to: target)
                } else if let replacement = Self.match(above, require), let root = workspace?.file.path.parent {
                    link(replacement, in: root, place, &draft)
                } else if let replacement = Self.match(own, require) {
                    link(replacement, in: folder, place, &draft)
                }
            }
        }
    }

    private func workspace(of folder: Path) -> Workspace? {
        var root = folder
        while true {
            if let workspace = workspaces[root], workspace.used.contains(folder) { return workspace }
            if root.isRoot { return nil }
            root = root.parent
        }
    }

    /// A replacement has an effect only on what is required, in the version it names.
    private static func match(_ replaces: [String: [GoFile.Replacement]], _ require: GoFile.Line) -> GoFile.Replacement?
    {
        replaces[require.name]?.first { $0.version == nil || $0.version == require.version }
    }

    private func link(_ replacement: GoFile.Replacement, in base: Path, _ place: Draft.Place, _ draft: inout Draft) {
        guard let text = replacement.path, let path = Path.resolve(text, in: base), modules[path] != nil else {
            return
        }
        draft.connect(place, to: path)
    }

    private func missReplacements(_ file: GoFile, _ draft: inout Draft) {
        for replacement in file.replaces {
            guard let text = replacement.path else { continue }
            if let path = Path.resolve(text, in: file.path.parent), modules[path] != nil { continue }
            draft.miss(
                text, at: .init(module: file.path.parent, file: file.path, line: replacement.line))
        }
    }
}
