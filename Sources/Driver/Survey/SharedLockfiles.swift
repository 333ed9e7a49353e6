import Git
import Pipeline
import Signing

/// The lockfiles that lie above several services, and what each service or module resolves to by them.
///
/// One inside the folder of a service is a file of it like all others.
struct SharedLockfiles {
    /// Those that concern somebody.
    let paths: Set<Path>
    private let locks: [Lock]
    private let members: [Wiring.Node: [Member]]
    private let tree: Tree

    private struct Lock {
        let path: Path
        let format: Lockfile.Format
        /// Nil when it cannot be read: then it counts as a whole.
        let content: Lockfile?
        let entry: TreeEntry

        var folder: Path { path.parent }

        func concerns(_ member: Member) -> Bool {
            member.folder.lies(in: folder) && Lockfile.toolchains(of: format).contains(member.toolchain)
        }
    }

    /// A folder as one toolchain sees it.
    private struct Member: Hashable {
        let folder: Path
        let toolchain: String
    }

    init(_ found: [Path], _ wiring: Wiring, _ catalog: Catalog, in tree: Tree) throws {
        self.tree = tree
        let ownership = Ownership(catalog)
        var members: [Wiring.Node: [Member]] = [:]
        for module in wiring.modules {
            let member = Member(folder: module.folder, toolchain: module.toolchain)
            members[.module(module.folder), default: []].append(member)
            if let owner = wiring.owners[module.folder] { members[.service(owner), default: []].append(member) }
        }
        for service in catalog.services {
            members[.service(service.name), default: []].append(
                Member(folder: service.home, toolchain: service.recipe.toolchain))
        }
        self.members = members
        let all = Set(members.values.flatMap(\.self))
        locks = try found.compactMap { path -> Lock? in
            guard let format = Lockfile.format(ofName: path.name), ownership.owners(of: path).isEmpty,
                let entry = try tree.entry(at: path)
            else { return nil }
            let lock = Lock(path: path, format: format, content: nil, entry: entry)
            guard all.contains(where: lock.concerns) else { return nil }
            let content = try tree.content(of: path).flatMap { Lockfile(parsing: $0, format: format) }
            return Lock(path: path, format: format, content: content, entry: entry)
        }
        paths = Set(locks.map(\.path))
    }

    /// By path of a lockfile, what a service or module resolves to; the whole file where that cannot be told.
    func digests(for node: Wiring.Node) throws -> [String: Digest] {
        guard let members = members[node] else { return [:] }
        var digests: [String: Digest] = [:]
        for lock in locks {
            let concerned = Set(members.filter { lock.concerns($0) && !isShadowed(lock, for: $0) })
            guard !concerned.isEmpty else { continue }
            let lines = try closure(of: concerned, in: lock)
            digests["\(lock.path)"] = Digest.sha256(lines.map { Array($0.utf8) } ?? lock.entry.id.bytes)
        }
        return digests
    }

    /// Whether another one of the same format lies nearer.
    private func isShadowed(_ lock: Lock, for member: Member) -> Bool {
        locks.contains { other in
            other.format == lock.format && other.folder != lock.folder && other.folder.lies(in: lock.folder)
                && member.folder.lies(in: other.folder)
        }
    }

    /// Nil when it cannot be told for one of them.
    private func closure(of members: Set<Member>, in lock: Lock) throws -> String? {
        guard let content = lock.content else { return nil }
        var folders = Set(members.map(\.folder))
        if lock.format.reachesRoot { folders.insert(lock.folder) }
        var lines: Set<String> = []
        for folder in folders {
            guard let inner = folder.relative(to: lock.folder) else { return nil }
            let manifest = try lock.format.manifest.flatMap { try tree.content(of: folder.appending($0)) }
            guard let own = content.closure(of: Importer(folder: inner, manifest: manifest)) else { return nil }
            lines.formUnion(own)
        }
        return lines.sorted().joined(separator: "\n") + "\n"
    }
}

extension Lockfile.Format {
    /// The file that says what a module asks for.
    fileprivate var manifest: String? {
        switch self {
        case .npm, .pnpm, .yarn: "package.json"
        case .go, .goWork: "go.mod"
        case .cargo: "Cargo.toml"
        case .swiftpm: "Package.swift"
        case .poetry, .uv: "pyproject.toml"
        case .gradle: nil
        }
    }
}
