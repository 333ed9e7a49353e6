import CLibgit2
public import Pipeline

extension Repository {
    /// One commit with its message.
    public func commit(_ id: ObjectID) throws(GitError) -> Commit {
        let repository = handle.pointer
        var key = git_oid(id)
        var found: OpaquePointer?
        let code = git_commit_lookup(&found, repository, &key)
        guard code != GIT_ENOTFOUND.rawValue else { throw store.missing("commit \(id)") }
        let commit = try Owned("git_commit_lookup", free: git_commit_free) {
            $0 = found
            return code
        }
        let pointer = commit.pointer
        let parents = (0..<git_commit_parentcount(pointer)).map { ObjectID(git_commit_parent_id(pointer, $0)) }
        let author = git_commit_author(pointer).pointee
        return Commit(
            id: id, tree: ObjectID(git_commit_tree_id(pointer)), parents: parents,
            author: "\(text(author.name)) <\(text(author.email))>",
            time: Timestamp(seconds: git_commit_time(pointer)), message: text(git_commit_message(pointer)))
    }

    private func text(_ pointer: UnsafePointer<CChar>?) -> String {
        pointer.map { String(cString: $0) } ?? ""
    }

    /// Whether this clone holds an object.
    public func has(_ id: ObjectID) -> Bool {
        var key = git_oid(id)
        return git_odb_exists(store.database.pointer, &key) == 1
    }

    /// A tree of this repository, by its id.
    public func tree(_ id: ObjectID) -> Tree { Tree(id, in: store) }
}
