import CLibgit2
import Glibc
import Pipeline

// What git itself would pass over when asked for the state of a work tree.

extension Repository {
    /// Why a status says nothing of a path.
    enum Unseen {
        case submodule
        /// Git was told to take it for unchanged, or to leave it out.
        case flagged
        /// What git-lfs committed in its place, as it was committed.
        case pointer
    }

    func unseenPaths(in workTree: String) throws(GitError) -> [(Path, Unseen)] {
        let repository = handle.pointer
        let index = try Owned("git_repository_index", free: git_index_free) { git_repository_index(&$0, repository) }
        var found: [(Path, Unseen)] = []
        let mayHavePointers = LargeFilePointer.areNamed(in: workTree + ".gitattributes")
        for position in 0..<git_index_entrycount(index.pointer) {
            guard let entry = git_index_get_byindex(index.pointer, position)?.pointee, let name = entry.path else {
                continue
            }
            func path() -> Path { Path(bytes: Array(UnsafeRawBufferPointer(start: name, count: strlen(name)))) }
            let isFlagged =
                UInt32(entry.flags) & GIT_INDEX_ENTRY_VALID.rawValue != 0
                || UInt32(entry.flags_extended) & GIT_INDEX_ENTRY_SKIP_WORKTREE.rawValue != 0
            if entry.mode == GIT_FILEMODE_COMMIT.rawValue {
                found.append((path(), .submodule))
            } else if isFlagged {
                found.append((path(), .flagged))
            } else if mayHavePointers, (100...LargeFilePointer.limit).contains(Int64(entry.file_size)) {
                let path = path()
                if LargeFilePointer.stands(at: workTree + path.description), try isLargeFile(path) {
                    found.append((path, .pointer))
                }
            }
        }
        return found
    }

    /// The commit a repository inside this one stands at or, with work in it that is not committed, the tree that would
    /// be; nil when it is not checked out, or something in it is not.
    func repositoryEntry(
        _ path: Path, in workTree: String, hash: ContentHash
    ) throws(GitError) -> TreeEntry? {
        let folder = workTree + path.description
        var status = stat()
        guard lstat(folder + "/.git", &status) == 0 else { return nil }
        let inner = try Repository(at: folder)
        guard try inner.headIfAny() != nil else { return nil }
        let state = try inner.workTreeState(hash: hash) { _ in true }
        guard state.absent.isEmpty else { return nil }
        let facts = try inner.facts()
        let id = state.dirt.isEmpty ? facts.head : try inner.tree(facts.tree, with: state.dirt).id
        return TreeEntry(id: id, mode: .submodule)
    }
}
