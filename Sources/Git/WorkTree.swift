import CLibgit2
import Glibc
public import Pipeline

/// A file of the work tree that differs from HEAD; `entry` is what a commit would hold, nil for a deleted file.
public struct DirtyFile: Equatable, Sendable {
    public let path: Path
    public let entry: TreeEntry?
    public let isTracked: Bool

    public init(path: Path, entry: TreeEntry?, isTracked: Bool) {
        (self.path, self.entry, self.isTracked) = (path, entry, isTracked)
    }
}

/// How a work tree differs from HEAD.
public struct WorkTreeState: Equatable, Sendable {
    /// Tracked files changed or deleted, and untracked ones that git does not ignore.
    public var dirt: [DirtyFile] = []
    /// What is committed and was never checked out: a sparse checkout left it out, or a submodule is not there.
    public var absent: Set<Path> = []

    public init() {}
}

extension Repository {
    /// What differs from HEAD, of untracked files those for which `isWanted` says so.
    ///
    /// Nothing for a bare repository.
    public func workTreeState(
        hash: ContentHash, untracked isWanted: (Path) -> Bool
    ) throws(GitError) -> WorkTreeState {
        try workTreeState(of: suspects(untracked: isWanted), hash: hash)
    }

    /// What of the paths that may differ from HEAD does.
    public func workTreeState(of suspects: Suspects, hash: ContentHash) throws(GitError) -> WorkTreeState {
        var state = WorkTreeState()
        guard let workTree else { return state }
        let head = Tree(try facts().tree, in: store)
        let untracked = Set(suspects.untracked)
        for path in Set(suspects.changed).union(untracked) {
            let committed = try head.entry(at: path)
            let entry = try workTreeEntry(path, in: workTree, committed: committed, hash: hash)
            guard entry != committed else { continue }
            let isTracked = committed != nil || !untracked.contains(path)
            // Staged and gone again: as if it had never been.
            if entry != nil || committed != nil {
                state.dirt.append(DirtyFile(path: path, entry: entry, isTracked: isTracked))
            }
        }
        for path in Set(suspects.flagged) { try addFlagged(path, head, in: workTree, hash, to: &state) }
        for path in Set(suspects.submodules) {
            if let entry = try repositoryEntry(path, in: workTree, hash: hash) {
                let committed = try head.entry(at: path)
                if entry != committed { state.dirt.append(DirtyFile(path: path, entry: entry, isTracked: true)) }
            } else {
                state.absent.insert(path)
            }
        }
        for path in suspects.small where LargeFilePointer.stands(at: workTree + path.description) {
            if try isLargeFile(path) { state.absent.insert(path) }
        }
        state.dirt.sort { $0.path < $1.path }
        return state
    }

    /// What git was told not to look at, and may be there all the same.
    private func addFlagged(
        _ path: Path, _ head: Tree, in workTree: String, _ hash: ContentHash, to state: inout WorkTreeState
    ) throws(GitError) {
        let committed = try head.entry(at: path)
        guard committed?.mode != .folder else {
            for file in try head.files(below: path) { try addFlagged(file.path, head, in: workTree, hash, to: &state) }
            return
        }
        guard let entry = try workTreeEntry(path, in: workTree, committed: committed, hash: hash) else {
            state.absent.insert(path)
            return
        }
        if entry != committed { state.dirt.append(DirtyFile(path: path, entry: entry, isTracked: true)) }
    }

    /// Those of some tracked files that are no longer what they were.
    public func edited(_ files: [TreeFile], hash: ContentHash) throws(GitError) -> [Path] {
        guard let workTree else { return [] }
        var edited: [Path] = []
        for file in files {
            let now = try workTreeEntry(file.path, in: workTree, committed: file.entry, hash: hash)
            if now != file.entry { edited.append(file.path) }
        }
        return edited
    }

    /// What a commit of the file as it lies there would hold.
    private func workTreeEntry(
        _ path: Path, in workTree: String, committed: TreeEntry?, hash: ContentHash
    ) throws(GitError) -> TreeEntry? {
        let bytes = Array(workTree.utf8) + path.bytes
        var status = stat()
        let found = bytes.withCString { lstat($0, &status) } == 0
        guard found else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            let id = try contentID(path, in: workTree, size: Int64(status.st_size), hash: hash)
            let keepsMode = committed?.mode == .file || committed?.mode == .executable
            if keepsMode, let committed, !(try hasFileModes()) { return TreeEntry(id: id, mode: committed.mode) }
            return TreeEntry(id: id, mode: status.st_mode & S_IXUSR == 0 ? .file : .executable)
        case S_IFLNK: return TreeEntry(id: try write(path), mode: .symbolicLink)
        // A repository inside this one: a submodule, which is looked at elsewhere, or a clone that nobody committed.
        case S_IFDIR:
            if committed?.mode == .submodule { return committed }
            // What lies in a folder where a file was is looked at on its own.
            return committed == nil ? try repositoryEntry(path, in: workTree, hash: hash) : nil
        default: return nil
        }
    }

    private func contentID(
        _ path: Path, in workTree: String, size: Int64, hash: ContentHash
    ) throws(GitError) -> ObjectID {
        if let pointer = try pointer(at: path, in: workTree, size: size, hash: hash) {
            try store.writeToMemoryOnly()
            return try store.write(pointer.bytes, GIT_OBJECT_BLOB)
        }
        // Small files are kept in memory, so that configuration can be read as if it were committed.
        return size < 4 << 20 ? try write(path) : try self.hash(path)
    }

    private func hasFileModes() throws(GitError) -> Bool {
        try Self.setting("core.filemode", of: handle.pointer) != "false"
    }

    private func write(_ path: Path) throws(GitError) -> ObjectID {
        try store.writeToMemoryOnly()
        var id = git_oid()
        try git("git_blob_create_from_workdir") {
            path.bytes.withCString { git_blob_create_from_workdir(&id, handle.pointer, $0) }
        }
        return ObjectID(&id)
    }

    private func hash(_ path: Path) throws(GitError) -> ObjectID {
        var id = git_oid()
        try git("git_repository_hashfile") {
            path.bytes.withCString { git_repository_hashfile(&id, handle.pointer, $0, GIT_OBJECT_BLOB, $0) }
        }
        return ObjectID(&id)
    }

    /// The tree that a commit of these files on top of `root` would have, kept in memory: nothing is written to disk.
    public func tree(_ root: ObjectID, with files: [DirtyFile]) throws(GitError) -> Tree {
        guard !files.isEmpty else { return tree(root) }
        try store.writeToMemoryOnly()
        let changes = files.map { (path: $0.path.components[...], entry: $0.entry) }
        if let id = try overlay(root, changes) { return tree(id) }
        return tree(try store.write([], GIT_OBJECT_TREE))
    }

    private typealias Change = (path: ArraySlice<[UInt8]>, entry: TreeEntry?)

    /// The changed tree, or nil when nothing is left in it: git keeps no empty folders.
    private func overlay(_ tree: ObjectID?, _ changes: [Change]) throws(GitError) -> ObjectID? {
        var entries: [[UInt8]: TreeEntry] = [:]
        if let tree {
            for (name, entry) in try store.tree(tree).entries { entries[name] = entry }
        }
        for (name, group) in Dictionary(grouping: changes, by: { $0.path.first ?? [] }) {
            let deeper = group.filter { $0.path.count > 1 }.map { ($0.path.dropFirst(), $0.entry) }
            let known = entries[name].flatMap { $0.mode == .folder ? $0.id : nil }
            if let leaf = group.first(where: { $0.path.count == 1 }), leaf.entry != nil || known == nil {
                entries[name] = leaf.entry
            }
            guard !deeper.isEmpty else { continue }
            if let folder = try overlay(known, deeper) {
                entries[name] = TreeEntry(id: folder, mode: .folder)
            } else if entries[name]?.mode == .folder {
                entries[name] = nil
            }
        }
        guard !entries.isEmpty else { return nil }
        return try store.write(RawTree.bytes(of: entries.map { ($0.key, $0.value) }), GIT_OBJECT_TREE)
    }
}

extension [UInt8] {
    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        (self + [0]).withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress else { preconditionFailure("never empty") }
                return body(start)
            }
        }
    }
}
