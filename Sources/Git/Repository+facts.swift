import CLibgit2
public import Pipeline

extension Repository {
    /// Whether the clone was told not to fetch tags, so that none says nothing.
    public func passesOverTags() throws(GitError) -> Bool {
        try Self.setting("remote.origin.tagOpt", of: handle.pointer) == "--no-tags"
    }

    public var isBare: Bool { workTree == nil }
    public var isShallow: Bool { !boundary.isEmpty }

    /// Where HEAD stands, as committed: `tree` is that of the commit, `dirty` is false.
    public func facts() throws(GitError) -> RepositoryFacts {
        let head = try head()
        let commit = try commit(head)
        var facts = RepositoryFacts(
            head: head, tree: commit.tree, branch: try branch(), shallow: isShallow,
            remote: try remoteAddress())
        if commit.parents.count > 1 { facts.merge = .init(parents: commit.parents, time: commit.time) }
        return facts
    }

    /// The address of `origin`, without credentials.
    public func remoteAddress() throws(GitError) -> String? {
        try Self.setting("remote.origin.url", of: handle.pointer).map(Self.withoutCredentials)
    }

    private func head() throws(GitError) -> ObjectID {
        guard let head = try headIfAny() else { throw .empty(workTree ?? commonFolder) }
        return head
    }

    /// Where HEAD stands; nil in a repository without any commit.
    func headIfAny() throws(GitError) -> ObjectID? {
        var id = git_oid()
        let code = git_reference_name_to_id(&id, handle.pointer, "HEAD")
        guard code != GIT_ENOTFOUND.rawValue else { return nil }
        try git("git_reference_name_to_id") { code }
        return ObjectID(&id)
    }

    func branch() throws(GitError) -> String? {
        let repository = handle.pointer
        let reference = try Owned("git_reference_lookup", free: git_reference_free) {
            git_reference_lookup(&$0, repository, "HEAD")
        }
        guard let target = git_reference_symbolic_target(reference.pointer) else { return nil }
        let name = String(cString: target)
        return name.hasPrefix("refs/heads/") ? String(name.dropFirst(11)) : nil
    }

    /// `https://user:secret@host/x` is a secret in a place where nobody expects one.
    private static func withoutCredentials(_ address: String) -> String {
        guard let scheme = address.firstRange(of: "://"), let at = address[scheme.upperBound...].lastIndex(of: "@")
        else {
            return address
        }
        let end = address[scheme.upperBound...].firstIndex(of: "/") ?? address.endIndex
        guard at < end else { return address }
        return String(address[..<scheme.upperBound] + address[address.index(after: at)...])
    }

    /// The commit that a name (`main`, `origin/main`, `v1.2.3`, an id of at least four digits) leads to.
    public func commit(named name: String) throws(GitError) -> ObjectID {
        let repository = handle.pointer
        do {
            let object = try Owned("git_revparse_single", free: git_object_free) {
                git_revparse_single(&$0, repository, name + "^{commit}")
            }
            return ObjectID(git_object_id(object.pointer))
        } catch {
            throw .unknownRevision(name)
        }
    }
}
