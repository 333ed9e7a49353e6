public import Pipeline

/// One tree of a repository, read as it is asked for.
///
/// Holds the object database open; belongs to one task.
public struct Tree {
    let store: ObjectStore
    public let id: ObjectID

    init(_ id: ObjectID, in store: ObjectStore) {
        (self.id, self.store) = (id, store)
    }

    /// The names in a folder, or nil when the tree has no folder there.
    public func names(in folder: Path) throws(GitError) -> [(name: [UInt8], entry: TreeEntry)]? {
        guard let entry = try entry(at: folder), entry.mode == .folder else { return nil }
        return try store.tree(entry.id).entries
    }

    /// What lies at a path, or nil when the tree has nothing there.
    public func entry(at path: Path) throws(GitError) -> TreeEntry? {
        var entry = TreeEntry(id: id, mode: .folder)
        for name in path.components {
            guard entry.mode == .folder, let next = try store.tree(entry.id).entry(named: name) else { return nil }
            entry = next
        }
        return entry
    }

    /// The content of a file, or nil when there is no file at the path.
    public func content(of path: Path) throws(GitError) -> [UInt8]? {
        guard let entry = try entry(at: path), entry.mode == .file || entry.mode == .executable else { return nil }
        return try store.blob(entry.id)
    }

    /// The content of a file that was found before; nil for links and submodules.
    public func content(of file: TreeFile) throws(GitError) -> [UInt8]? {
        guard file.entry.mode == .file || file.entry.mode == .executable else { return nil }
        return try store.blob(file.entry.id)
    }

    /// Where a symbolic link leads to, as it says; nil for all else.
    public func linkTarget(of file: TreeFile) throws(GitError) -> [UInt8]? {
        file.entry.mode == .symbolicLink ? try store.blob(file.entry.id) : nil
    }

    /// All files below a folder, in the order of their paths; `isWanted` is asked before a subfolder is read.
    public func files(
        below folder: Path, entering isWanted: (Path) -> Bool = { _ in true }
    ) throws(GitError) -> [TreeFile] {
        guard let entry = try entry(at: folder) else { return [] }
        guard entry.mode == .folder else { return [TreeFile(path: folder, entry: entry)] }
        var files: [TreeFile] = []
        try collect(entry.id, at: folder, entering: isWanted, into: &files)
        return files
    }

    private func collect(
        _ tree: ObjectID, at folder: Path, entering isWanted: (Path) -> Bool, into files: inout [TreeFile]
    ) throws(GitError) {
        for (name, entry) in try store.tree(tree).entries {
            let path = folder.appending(name)
            if entry.mode != .folder {
                files.append(TreeFile(path: path, entry: entry))
            } else if isWanted(path) {
                try collect(entry.id, at: path, entering: isWanted, into: &files)
            }
        }
    }

    /// The files that differ in a later tree, nil being the empty tree; only those in `folders` when given.
    public func changes(since old: ObjectID?, within folders: PathSet? = nil) throws(GitError) -> [TreeChange] {
        var changes: [TreeChange] = []
        try eachChange(since: old, within: folders) { change in
            changes.append(change)
            return true
        }
        return changes
    }

    /// Hands over every file that differs in a later tree, in no order to rely on, until one is not wanted any more.
    public func eachChange(
        since old: ObjectID?, within folders: PathSet? = nil, skipping skipped: Set<Path> = [],
        _ take: (TreeChange) -> Bool
    ) throws(GitError) {
        let (store, id) = (store, id)
        let result = withoutActuallyEscaping(take) { take in
            Result { () throws(GitError) in
                var comparison = TreeComparison(store: store, folders: folders, skipping: skipped, take: take)
                try comparison.compare(old, id)
            }
        }
        try result.get()
    }
}
