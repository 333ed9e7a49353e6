import Pipeline

/// One file, link or folder that a COPY takes, wherever it is from.
struct CopyItem: Equatable {
    /// Where it was found.
    let path: Path
    let kind: Kind
    let mode: UInt32
    var owner = TarEntry.Owner()
    let content: LayerMember.Content

    enum Kind: Equatable {
        case folder
        case file(size: Int64)
        case symbolicLink(to: [UInt8])
    }
}

/// From where COPY takes: the build context, or the files of another image.
protocol CopySource {
    /// What a source of COPY names: one path, or all that a pattern takes; links followed.
    func items(matching source: String) throws -> [CopyItem]
    /// All that lies below a folder, folders before their content; links as links.
    func contents(of folder: Path) throws -> [CopyItem]
}

/// Why a source cannot be copied.
enum CopyTrouble: Error {
    case leadsOut(String)
    case missing(String)
    case ignored(String, by: String)
    case special(Path)
    case manyIntoOne
    case noPattern(String, String)
    case fileOverFolder(Path)
    case folderOverFile(Path)
    case circle(String)
}

/// The files of an image, as COPY takes them: with their own modes and owners.
struct ImageFiles: CopySource {
    let tree: FileTree

    func items(matching source: String) throws -> [CopyItem] {
        // The root of an image is as high as `..` goes.
        var components: [Substring] = []
        for component in source.split(separator: "/") where component != "." {
            if component == ".." { _ = components.popLast() } else { components.append(component) }
        }
        let text = components.joined(separator: "/")
        guard PathPattern.isPattern(text) else { return [try item(Path(bytes: Array(text.utf8)), as: source)] }
        let pattern = PathPattern(text)
        if let problem = pattern.problem { throw CopyTrouble.noPattern(source, problem) }
        let found = matches(of: pattern, below: .root)
        guard !found.isEmpty else { throw CopyTrouble.missing(source) }
        return try found.map { try item($0, as: source) }
    }

    private func matches(of pattern: PathPattern, below folder: Path) -> [Path] {
        tree.paths(in: folder).flatMap { path -> [Path] in
            let deeper = pattern.canMatch(below: path) ? matches(of: pattern, below: path) : []
            return (pattern.matches(path) ? [path] : []) + deeper
        }
    }

    private func item(_ path: Path, as source: String) throws -> CopyItem {
        guard let real = tree.resolved(path) else { throw CopyTrouble.circle(source) }
        guard let node = tree[real] else { throw CopyTrouble.missing(source) }
        // It is called as it was named, whatever it leads to.
        return try item(node, at: node.kind == .folder ? real : path)
    }

    private func item(_ node: FileTree.Node, at path: Path) throws -> CopyItem {
        func item(_ kind: CopyItem.Kind, _ content: LayerMember.Content = .none) -> CopyItem {
            CopyItem(path: path, kind: kind, mode: node.mode, owner: node.owner, content: content)
        }
        switch node.kind {
        case .folder: return item(.folder)
        case .file(let size, let content): return item(.file(size: size), .layer(content))
        case .symbolicLink(let target): return item(.symbolicLink(to: target))
        case .special: throw CopyTrouble.special(path)
        }
    }

    func contents(of folder: Path) throws -> [CopyItem] {
        var items: [CopyItem] = []
        for path in tree.paths(in: folder) {
            guard let node = tree[path] else { continue }
            items.append(try item(node, at: path))
            if node.kind == .folder { items += try contents(of: path) }
        }
        return items
    }
}
