import Disk
import Pipeline
public import SystemPackage

/// The files that COPY can see: a folder of the work tree, less what `.dockerignore` keeps out.
public struct BuildContext: CopySource {
    let root: FilePath
    let ignore: IgnoreFile

    /// A Dockerfile that has a file of its own for what is kept out, beside it and named after it, is read with that one.
    public init(root: FilePath, dockerfile: FilePath? = nil) throws {
        self.root = root
        if let dockerfile, let name = dockerfile.lastComponent {
            let place = dockerfile.removingLastComponent().appending("\(name.string)\(IgnoreFile.usualName)")
            if let bytes = try place.contentsIfPresent(limit: 1 << 20) {
                let text = String(decoding: bytes, as: UTF8.self)
                ignore = IgnoreFile(parsing: text, name: "\(name.string)\(IgnoreFile.usualName)")
                return
            }
        }
        let text = try root.appending(IgnoreFile.usualName).contentsIfPresent(limit: 1 << 20)
        ignore = IgnoreFile(parsing: text.map { String(decoding: $0, as: UTF8.self) })
    }

    func file(_ path: Path) -> FilePath {
        path.components.reduce(root) { $0.appending(FilePath(bytes: $1).components) }
    }

    func items(matching source: String) throws -> [CopyItem] {
        var text = source[...]
        while text.hasPrefix("/") { text = text.dropFirst() }
        let path: Path
        do { path = try Path(parsing: String(text)) } catch { throw CopyTrouble.leadsOut(source) }
        guard PathPattern.isPattern(String(text)) else { return [try item(path)] }
        let pattern = PathPattern("\(String(decoding: path.bytes, as: UTF8.self))")
        if let problem = pattern.problem { throw CopyTrouble.noPattern(source, problem) }
        let found = try matches(of: pattern, below: .root)
        guard !found.isEmpty else { throw CopyTrouble.missing(source) }
        return try found.map(item)
    }

    private func matches(of pattern: PathPattern, below folder: Path) throws -> [Path] {
        try file(folder).names().flatMap { name -> [Path] in
            let path = folder.appending(name.bytes)
            var found = pattern.matches(path) && ignore.ruleAgainst(path) == nil ? [path] : []
            if pattern.canMatch(below: path), try file(path).status()?.kind == .folder {
                found += try matches(of: pattern, below: path)
            }
            return found
        }
    }

    /// What lies at a path, links on the way followed as long as they stay in the context.
    private func item(_ path: Path) throws -> CopyItem {
        try refuseIgnored(path)
        let real = try resolved(path)
        guard let status = try file(real).status() else { throw CopyTrouble.missing("\(path)") }
        // Nobody gets by a link at what is kept out.
        if real != path { try refuseIgnored(real) }
        // It is called as it was named, whatever it leads to.
        return try item(status, at: status.kind == .folder ? real : path, reading: file(real))
    }

    private func refuseIgnored(_ path: Path) throws {
        guard let line = ignore.ruleAgainst(path) else { return }
        guard try ignore.hasExceptions && file(path).status()?.kind == .folder else {
            throw CopyTrouble.ignored("\(path)", by: line == 0 ? "Slipway" : "\(ignore.name):\(line)")
        }
    }

    private func item(_ status: FileStatus, at path: Path, reading file: FilePath) throws -> CopyItem {
        switch status.kind {
        case .folder: return CopyItem(path: path, kind: .folder, mode: 0o755, content: .none)
        case .symbolicLink:
            let target = try file.linkTarget().bytes
            return CopyItem(path: path, kind: .symbolicLink(to: target), mode: 0o777, content: .none)
        case .file:
            // Modes as git knows them: what umask did to a checkout is nobody's intention. No umask sets these two bits.
            let special = UInt32(status.permissions.rawValue) & 0o6000
            let mode = (status.isExecutable ? 0o755 : 0o644) | special
            return CopyItem(path: path, kind: .file(size: status.size), mode: mode, content: .file(file, status))
        case .other: throw CopyTrouble.special(path)
        }
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
            guard links <= 40, !target.isAbsolute else { throw CopyTrouble.leadsOut("\(path)") }
            do {
                rest = try Path(parsing: target.string, in: done).components + rest
            } catch {
                throw CopyTrouble.leadsOut("\(path)")
            }
            done = .root
        }
        return done
    }

    func contents(of folder: Path) throws -> [CopyItem] {
        try file(folder).names().flatMap { name -> [CopyItem] in
            let path = folder.appending(name.bytes)
            let place = file(path)
            guard let status = try place.status() else { return [] }
            let isIgnored = ignore.ruleAgainst(path) != nil
            if isIgnored, !ignore.hasExceptions { return [] }
            let deeper = status.kind == .folder ? try contents(of: path) : []
            return isIgnored ? deeper : [try item(status, at: path, reading: place)] + deeper
        }
    }
}
