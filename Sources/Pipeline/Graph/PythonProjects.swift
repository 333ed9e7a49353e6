/// All Python projects of a tree, and the workspaces of uv they are members of.
struct PythonProjects {
    private var manifests: [Path: PythonManifest] = [:]
    private let requirements: [Path]
    /// The members of each workspace, by name.
    private var members: [Path: [String: Path]] = [:]
    private var roots: [Path: Path] = [:]

    init(_ files: [BuildFiles.Kind: [Path]], _ draft: inout Draft) throws {
        requirements = (files[.requirements] ?? []).sorted()
        var names: [Path: String] = [:]
        for file in requirements + (files[.pythonSetup] ?? []) { names[file.parent] = file.parent.name }
        for file in files[.pythonProject] ?? [] {
            let manifest = PythonManifest(try draft.tree.content(file) ?? [], folder: file.parent)
            manifests[file.parent] = manifest
            guard manifest.isProject || names[file.parent] != nil else { continue }
            names[file.parent] = manifest.name ?? file.parent.name
        }
        for (folder, name) in names { draft.add(name, in: folder, "python") }
        for folder in manifests.keys.sorted() {
            guard let root = root(of: folder) else { continue }
            roots[folder] = root
            let name = manifests[folder]?.name ?? folder.name
            members[root, default: [:]][Requirement.normal(name)] = folder
        }
    }

    private func root(of folder: Path) -> Path? {
        var root = folder
        while true {
            if let manifest = manifests[root], let globs = manifest.members {
                guard let path = folder.relative(to: root) else { return nil }
                if path.isRoot { return root }
                let isMember = globs.contains { $0.matches(path) } && !manifest.excluded.contains { $0.matches(path) }
                return isMember ? root : nil
            }
            if root.isRoot { return nil }
            root = root.parent
        }
    }

    func link(_ draft: inout Draft) throws {
        for folder in manifests.keys.sorted() where draft.folders.contains(folder) {
            guard let manifest = manifests[folder] else { continue }
            try link(manifest, &draft)
        }
        for file in requirements { try linkRequirements(file, &draft) }
    }

    private func link(_ manifest: PythonManifest, _ draft: inout Draft) throws {
        let (folder, file) = (manifest.folder, manifest.folder.appending("pyproject.toml"))
        let root = roots[folder].flatMap { manifests[$0] }
        if let root {
            draft.read(root.folder.appending("pyproject.toml"), at: .init(module: folder, file: file, line: 1))
        }
        for (path, kind, line) in manifest.paths {
            try draft.refer(to: path, in: folder, kind, at: .init(module: folder, file: file, line: line))
        }
        for dependency in manifest.dependencies {
            let place = Draft.Place(module: folder, file: file, line: dependency.line)
            let requirement = dependency.requirement
            if let path = requirement.path {
                try draft.refer(to: path, in: folder, dependency.kind, at: place)
                continue
            }
            let own = manifest.sources[requirement.name]
            guard let source = own ?? root?.sources[requirement.name] else { continue }
            switch source {
            case .path(let path):
                let base = own == nil ? root?.folder ?? folder : folder
                try draft.refer(to: path, in: base, dependency.kind, at: place)
            case .workspace:
                if let target = root.flatMap({ members[$0.folder]?[requirement.name] }) {
                    draft.connect(place, to: target, dependency.kind)
                } else {
                    draft.miss(requirement.name, at: place)
                }
            }
        }
    }

    private func linkRequirements(_ file: Path, _ draft: inout Draft) throws {
        guard let bytes = try draft.tree.content(file) else { return }
        let isTest = file.name.contains("test") || file.name.contains("dev")
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            // Few lines hold a path; names alone are nothing here.
            guard line.contains(UInt8(ascii: ".")), let first = line.first, first != UInt8(ascii: "#") else { continue }
            let place = Draft.Place(module: file.parent, file: file, line: index + 1)
            let requirement = Requirement(String(decoding: Self.withoutComment(line), as: UTF8.self))
            if let other = requirement.file {
                guard let path = Path.resolve(other, in: file.parent), try draft.exists(path) else {
                    if !other.contains("://") { draft.miss(other, at: place) }
                    continue
                }
                draft.read(path, at: place)
            } else if let path = requirement.path {
                try draft.refer(to: path, in: file.parent, isTest ? .test : .build, at: place)
            }
        }
    }

    private static func withoutComment(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let mark = line.indices.first { line[$0] == UInt8(ascii: "#") && $0 > line.startIndex && line[$0 - 1] <= 0x20 }
        return mark.map { line[..<$0] } ?? line
    }
}
