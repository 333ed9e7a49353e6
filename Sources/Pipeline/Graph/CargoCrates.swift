/// All crates of a tree, and the workspaces they are members of.
struct CargoCrates {
    private var manifests: [Path: CargoManifest] = [:]

    init(_ files: [BuildFiles.Kind: [Path]], _ draft: inout Draft) throws {
        for file in files[.cargoManifest] ?? [] {
            let manifest = CargoManifest(try draft.tree.content(file) ?? [], folder: file.parent)
            manifests[file.parent] = manifest
            if let name = manifest.package { draft.add(name, in: file.parent, "cargo") }
        }
    }

    func link(_ draft: inout Draft) throws {
        var shared: [Path: [Path]] = [:]
        for folder in manifests.keys.sorted() {
            guard let manifest = manifests[folder] else { continue }
            if let workspace = manifest.workspace {
                shared[folder] =
                    try draft.present(["Cargo.toml"], in: folder)
                    + draft.present(["config.toml", "config"], in: folder.appending(".cargo"))
                missMembers(workspace.members, of: folder, &draft)
            }
        }
        for folder in manifests.keys.sorted() {
            guard let manifest = manifests[folder], manifest.package != nil else { continue }
            let file = folder.appending("Cargo.toml")
            let root = root(of: manifest)
            for path in root.flatMap({ shared[$0.folder] }) ?? [] {
                draft.read(path, at: .init(module: folder, file: file, line: 1))
            }
            for dependency in manifest.dependencies {
                let place = Draft.Place(module: folder, file: file, line: dependency.line)
                try link(dependency, of: folder, in: root, place, &draft)
            }
        }
    }

    private func link(
        _ dependency: CargoManifest.Dependency, of folder: Path, in root: CargoManifest?, _ place: Draft.Place,
        _ draft: inout Draft
    ) throws {
        if let path = dependency.path {
            return try draft.refer(to: path, in: folder, dependency.kind, at: place)
        }
        guard let root else { return }
        let inherited = dependency.isOfWorkspace ? root.workspace?.shared[dependency.name] : nil
        if dependency.isOfWorkspace, inherited == nil {
            return draft.miss("\(dependency.name).workspace", at: place)
        }
        if let path = inherited?.path {
            return try draft.refer(to: path, in: root.folder, dependency.kind, at: place)
        }
        let name = inherited?.package ?? dependency.package ?? dependency.name
        if let path = root.patches.first(where: { ($0.package ?? $0.name) == name })?.path {
            try draft.refer(to: path, in: root.folder, dependency.kind, at: place)
        }
    }

    /// The workspace root of a crate: the one it names, or the nearest above that does not exclude it.
    private func root(of manifest: CargoManifest) -> CargoManifest? {
        if manifest.workspace != nil { return manifest }
        if let named = manifest.root {
            return Path.resolve(named, in: manifest.folder).flatMap { manifests[$0] }
        }
        var folder = manifest.folder
        while !folder.isRoot {
            folder = folder.parent
            guard let found = manifests[folder], let workspace = found.workspace else { continue }
            let isExcluded = manifest.folder.relative(to: folder).map { path in
                workspace.excluded.contains { glob in path.ancestors.contains { glob.matches($0) } }
            }
            return isExcluded == true ? nil : found
        }
        return nil
    }

    private func missMembers(_ members: [TOML.Item], of root: Path, _ draft: inout Draft) {
        for member in members {
            guard let text = member.value.string, !text.contains(where: { "*?[".contains($0) }) else { continue }
            if let path = Path.resolve(text, in: root), manifests[path] != nil { continue }
            draft.miss(text, at: .init(module: root, file: root.appending("Cargo.toml"), line: member.line))
        }
    }
}

extension Path {
    /// The path itself and all that it lies in, below the root.
    fileprivate var ancestors: [Path] {
        var result = [self]
        while let last = result.last, !last.parent.isRoot { result.append(last.parent) }
        return result
    }
}
