import CLibgit2
public import Pipeline

extension Repository {
    /// One commit with its message.
    public func commit(_ id: ObjectID) throws(GitError) -> Commit {
        try store.check(id, "commit")
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

    /// Whether an object is a commit, or is not in this clone, which cannot tell then.
    public func mayBeCommit(_ id: ObjectID) throws(GitError) -> Bool {
        var (key, size, type) = (git_oid(id), 0, GIT_OBJECT_ANY)
        let code = git_odb_read_header(&size, &type, store.database.pointer, &key)
        guard code != GIT_ENOTFOUND.rawValue else { return true }
        try git("git_odb_read_header") { code }
        return type == GIT_OBJECT_COMMIT
    }

    /// A tree of this repository, by its id.
    public func tree(_ id: ObjectID) -> Tree { Tree(id, in: store) }

    /// The tree of a commit; nil when this clone does not hold it.
    public func treeIfPresent(of commit: ObjectID) throws(GitError) -> ObjectID? {
        guard has(commit) else { return nil }
        let tree = try self.commit(commit).tree
        return has(tree) ? tree : nil
    }

    /// The commit a full name of a reference leads to; nil when there is no such reference.
    public func tip(of name: String) throws(GitError) -> ObjectID? {
        var id = git_oid()
        let code = git_reference_name_to_id(&id, handle.pointer, name)
        guard code != GIT_ENOTFOUND.rawValue, code != GIT_EINVALIDSPEC.rawValue else { return nil }
        try git("git_reference_name_to_id") { code }
        return ObjectID(&id)
    }

    /// The newest commits that lead to both, several where histories crossed; none where they have nothing in common, or
    /// this clone is too shallow to tell.
    public func mergeBases(_ one: ObjectID, _ other: ObjectID) throws(GitError) -> [ObjectID] {
        var (left, right) = (git_oid(one), git_oid(other))
        var found = git_oidarray()
        let code = git_merge_bases(&found, handle.pointer, &left, &right)
        guard code != GIT_ENOTFOUND.rawValue else { return [] }
        try git("git_merge_bases") { code }
        defer { git_oidarray_dispose(&found) }
        return (0..<found.count).map { ObjectID(found.ids + $0) }.sorted()
    }
}
