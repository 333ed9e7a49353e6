import Git
import Pipeline

/// The symbolic links of a tree, followed as far as they stay in it.
struct Links {
    private let tree: Tree
    /// How many links may lead to one another before they go in a circle.
    private static let limit = 40

    init(_ tree: Tree) {
        self.tree = tree
    }

    /// Where a link leads to; nil for what is no link, or leads out of the tree.
    func target(of file: TreeFile) throws -> Path? {
        guard let target = try tree.linkTarget(of: file), target.first != UInt8(ascii: "/") else { return nil }
        return try? Path(parsing: String(decoding: target, as: UTF8.self), in: file.path.parent)
    }

    /// What lies at a path once all links on the way are followed: a file, all files of a folder, or nothing; the links
    /// on the way included.
    func files(at path: Path) throws -> [TreeFile] {
        var path = path
        var passed: [TreeFile] = []
        for _ in 0..<Self.limit {
            guard let (link, rest) = try firstLink(on: path) else { return try passed + tree.files(below: path) }
            passed.append(link)
            guard let target = try target(of: link) else { return passed }
            path = rest.reduce(target) { $0.appending($1) }
        }
        return passed
    }

    private func firstLink(on path: Path) throws -> (TreeFile, rest: ArraySlice<[UInt8]>)? {
        let components = path.components
        var folder = Path.root
        for (index, name) in components.enumerated() {
            folder = folder.appending(name)
            guard let entry = try tree.entry(at: folder) else { return nil }
            if entry.mode == .symbolicLink { return (TreeFile(path: folder, entry: entry), components[(index + 1)...]) }
        }
        return nil
    }
}

extension Tree {
    /// What symbolic links among some files lead to, and the links among that.
    func linked(from files: [TreeFile]) throws -> [TreeFile] {
        let links = Links(self)
        var found: [Path: TreeFile] = [:]
        var rest = files
        while let file = rest.popLast() {
            guard let target = try links.target(of: file) else { continue }
            for file in try links.files(at: target) where found.updateValue(file, forKey: file.path) == nil {
                rest.append(file)
            }
        }
        return found.values.sorted { $0.path < $1.path }
    }
}
