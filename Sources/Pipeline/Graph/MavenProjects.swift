/// All Maven projects of a tree.
struct MavenProjects {
    private var poms: [Path: Pom] = [:]
    /// The folders of artifacts, by group and name.
    private var folders: [String: [Path]] = [:]
    private var parents: [Path: Path] = [:]

    init(_ files: [BuildFiles.Kind: [Path]], _ draft: inout Draft) throws {
        for file in files[.mavenProject] ?? [] {
            poms[file.parent] = Pom(try draft.tree.content(file) ?? [], folder: file.parent)
        }
        for (folder, pom) in poms { parents[folder] = parentByPath(of: pom) }
        for (folder, pom) in poms {
            let group = group(of: pom)
            let name = "\(group):\(value(pom.own.name, in: pom))"
            folders[name, default: []].append(folder)
            draft.add(name, in: folder, "maven")
        }
        for name in folders.keys { folders[name]?.sort() }
        for (folder, pom) in poms where parents[folder] == nil { parents[folder] = parentByName(of: pom) }
    }

    func link(_ draft: inout Draft) throws {
        for folder in poms.keys.sorted() {
            guard let pom = poms[folder] else { continue }
            try linkParent(pom, &draft)
            for module in pom.modules where parentFolder(module.text, from: folder) == nil {
                draft.miss(module.text, at: place(pom, module.line))
            }
            for dependency in pom.dependencies {
                guard let target = target(of: dependency, in: pom) else { continue }
                let scope = dependency.scope ?? managed(dependency, in: pom)?.scope
                draft.connect(place(pom, dependency.line), to: target, scope == "test" ? .test : .build)
            }
        }
    }

    private func place(_ pom: Pom, _ line: Int) -> Draft.Place {
        Draft.Place(module: pom.folder, file: pom.folder.appending("pom.xml"), line: line)
    }

    // MARK: - Parents

    private func linkParent(_ pom: Pom, _ draft: inout Draft) throws {
        guard let parent = pom.parent else { return }
        if let folder = parents[pom.folder] {
            draft.connect(place(pom, parent.line), to: folder)
        } else if let written = pom.parentPath, !written.text.isEmpty, !written.text.contains("$") {
            guard let path = Path.resolve(written.text, in: pom.folder), try draft.exists(path) else {
                return draft.miss(written.text, at: place(pom, written.line))
            }
            // A pom by another name.
            if poms[path] == nil, poms[path.parent]?.folder.appending("pom.xml") != path {
                draft.read(path, at: place(pom, written.line))
            }
        }
    }

    /// The folder of the pom that a relative path means: the file itself, or its folder.
    private func parentFolder(_ text: String, from folder: Path) -> Path? {
        guard let path = Path.resolve(text, in: folder) else { return nil }
        if poms[path] != nil { return path }
        return path.name == "pom.xml" && poms[path.parent] != nil ? path.parent : nil
    }

    /// The parent of a pom where its path leads, if that has its name.
    private func parentByPath(of pom: Pom) -> Path? {
        let path = pom.parentPath?.text ?? "../pom.xml"
        guard let parent = pom.parent, !path.isEmpty, let folder = parentFolder(path, from: pom.folder),
            let found = poms[folder], found.own.name == parent.name, folder != pom.folder, Self.isSame(parent, found)
        else { return nil }
        return folder
    }

    /// The parent of a pom wherever it is.
    private func parentByName(of pom: Pom) -> Path? {
        guard let parent = pom.parent, let group = parent.group else { return nil }
        return folders["\(group):\(parent.name)"]?.first { folder in
            folder != pom.folder && poms[folder].map { Self.isSame(parent, $0) } ?? false
        }
    }

    /// Whether a parent is not wanted in another version than the one in the tree.
    private static func isSame(_ parent: Pom.Artifact, _ pom: Pom) -> Bool {
        guard let wanted = parent.version, let version = pom.own.version ?? pom.parent?.version else { return true }
        return !isLiteral(wanted) || !isLiteral(version) || wanted == version
    }

    /// A pom and those above it.
    private func chain(_ pom: Pom) -> [Pom] {
        var chain = [pom]
        while chain.count < 32, let folder = chain.last.flatMap({ parents[$0.folder] }), let next = poms[folder] {
            chain.append(next)
        }
        return chain
    }

    // MARK: - Artifacts

    /// The module that a dependency means, when it is not another version of it from a repository.
    private func target(of dependency: Pom.Artifact, in pom: Pom) -> Path? {
        guard let written = dependency.group else { return nil }
        let name = value(dependency.name, in: pom)
        guard let candidates = folders["\(value(written, in: pom)):\(name)"] else { return nil }
        let wanted = (dependency.version ?? managed(dependency, in: pom)?.version).map { value($0, in: pom) }
        return candidates.first { folder in
            guard let wanted, let found = poms[folder] else { return true }
            let version = version(of: found)
            return !Self.isLiteral(wanted) || !Self.isLiteral(version) || wanted == version
        }
    }

    /// What a pom or those above it say of the version of a dependency.
    private func managed(_ dependency: Pom.Artifact, in pom: Pom) -> Pom.Artifact? {
        for pom in chain(pom) {
            let found = pom.managed[dependency.name]?.first {
                ($0.group == dependency.group
                    || value($0.group ?? "", in: pom) == value(dependency.group ?? "", in: pom))
            }
            if let found { return found }
        }
        return nil
    }

    private static func isLiteral(_ version: String) -> Bool {
        !version.isEmpty && !version.contains { "$[(,".contains($0) }
    }

    private func group(of pom: Pom) -> String { value(pom.own.group ?? pom.parent?.group ?? "", in: pom) }

    private func version(of pom: Pom) -> String { value(pom.own.version ?? pom.parent?.version ?? "", in: pom) }

    /// A text with its `${...}` replaced, as far as they are known.
    private func value(_ text: String, in pom: Pom) -> String {
        var budget = 64
        return value(text, in: pom, &budget)
    }

    /// Each replacement costs, because properties may stand for each other without an end.
    private func value(_ text: String, in pom: Pom, _ budget: inout Int) -> String {
        guard text.utf8.contains(UInt8(ascii: "$")), text.utf8.count < 1000 else { return text }
        var result = ""
        var rest = text[...]
        while budget > 0, let dollar = rest.firstIndex(of: "$") {
            budget -= 1
            result += rest[..<dollar]
            rest = rest[dollar...]
            guard rest.hasPrefix("${"), let end = rest.firstIndex(of: "}") else { break }
            if let known = property(String(rest[..<end].dropFirst(2)), of: pom), known.utf8.count < 1000 {
                result += value(known, in: pom, &budget)
            } else {
                result += rest[...end]
            }
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    private func property(_ name: String, of pom: Pom) -> String? {
        switch name {
        case "project.groupId", "pom.groupId", "groupId": return pom.own.group ?? pom.parent?.group
        case "project.version", "pom.version", "version": return pom.own.version ?? pom.parent?.version
        case "project.artifactId", "pom.artifactId", "artifactId": return pom.own.name
        case "project.parent.groupId": return pom.parent?.group
        case "project.parent.version": return pom.parent?.version
        default: return chain(pom).lazy.compactMap { $0.properties[name] }.first
        }
    }
}
