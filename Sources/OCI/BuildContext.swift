import Disk
import Pipeline
import SystemPackage

/// The files that COPY can see: a folder of the work tree, less what `.dockerignore` keeps out.
struct BuildContext {
    let root: FilePath
    let ignore: IgnoreFile

    init(root: FilePath) throws {
        self.root = root
        let text = try root.appending(".dockerignore").contentsIfPresent(limit: 1 << 20)
        ignore = IgnoreFile(parsing: text.map { String(decoding: $0, as: UTF8.self) })
    }

    /// One file, link or folder below the context.
    struct Item {
        let path: Path
        let source: FilePath
        let status: FileStatus
    }

    /// Why a source cannot be copied.
    enum Trouble: Error {
        case leadsOut(String)
        case missing(String)
        case ignored(String, line: Int)
        case special(Path)
        case manyIntoOne
    }

    func file(_ path: Path) -> FilePath {
        path.components.reduce(root) { $0.appending(FilePath(bytes: $1).components) }
    }

    /// What a source of COPY names: one path, or all that a pattern takes.
    func items(matching source: String) throws -> [Item] {
        var text = source[...]
        while text.hasPrefix("/") { text = text.dropFirst() }
        let path: Path
        do { path = try Path(parsing: String(text)) } catch { throw Trouble.leadsOut(source) }
        guard text.contains(where: { "*?[".contains($0) }) else { return [try item(path)] }
        let glob = Glob(anchored: "\(path)")
        let found = try matches(of: glob, below: .root)
        guard !found.isEmpty else { throw Trouble.missing(source) }
        return try found.map(item)
    }

    private func matches(of glob: Glob, below folder: Path) throws -> [Path] {
        try file(folder).names().flatMap { name -> [Path] in
            let path = folder.appending(name.bytes)
            var found = glob.matches(path) && ignore.ruleAgainst(path) == nil ? [path] : []
            if glob.canMatch(below: path), try file(path).status()?.kind == .folder {
                found += try matches(of: glob, below: path)
            }
            return found
        }
    }

    /// What lies at a path, links on the way followed as long as they stay in the context.
    private func item(_ path: Path) throws -> Item {
        if let line = ignore.ruleAgainst(path) {
            guard try file(path).status()?.kind == .folder else { throw Trouble.ignored("\(path)", line: line) }
        }
        let real = try resolved(path)
        guard let status = try file(real).status() else { throw Trouble.missing("\(path)") }
        guard status.kind != .other else { throw Trouble.special(path) }
        return Item(path: real, source: file(real), status: status)
    }

    private func resolved(_ path: Path) throws -> Path {
        var rest = path.components
        var done = Path.root
        var links = 0
        while !rest.isEmpty {
            let next = done.appending(rest.removeFirst())
            guard try file(next).status()?.kind == .symbolicLink else {
                done = next
                continue
            }
            links += 1
            let target = try file(next).linkTarget()
            guard links <= 40, !target.isAbsolute else { throw Trouble.leadsOut("\(path)") }
            do {
                rest = try Path(parsing: target.string, in: done).components + rest
            } catch {
                throw Trouble.leadsOut("\(path)")
            }
            done = .root
        }
        return done
    }

    /// All that lies below a folder, folders before their content, sorted by name; links as links.
    func contents(of folder: Path) throws -> [Item] {
        try file(folder).names().flatMap { name -> [Item] in
            let path = folder.appending(name.bytes)
            guard let status = try file(path).status() else { return [] }
            let isIgnored = ignore.ruleAgainst(path) != nil
            let deeper = status.kind == .folder ? try contents(of: path) : []
            if isIgnored { return deeper }
            guard status.kind != .other else { throw Trouble.special(path) }
            return [Item(path: path, source: file(path), status: status)] + deeper
        }
    }
}
