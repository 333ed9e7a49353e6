import CLibgit2
import Glibc
import Pipeline

extension Repository {
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
