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
        return RepositoryFacts(
            head: head, tree: commit.tree, branch: try branch(), shallow: isShallow,
            remote: try Self.setting("remote.origin.url", of: handle.pointer).map(Self.withoutCredentials))
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

    /// All tags for whose name `isWanted` says so.
    public func tags(where isWanted: (String) -> Bool) throws(GitError) -> [Tag] {
        let repository = handle.pointer
        let iterator = try Owned("git_reference_iterator_glob_new", free: git_reference_iterator_free) {
            git_reference_iterator_glob_new(&$0, repository, "refs/tags/*")
        }
        var tags: [Tag] = []
        while let reference = try next(of: iterator) {
            let name = String(String(cString: git_reference_name(reference.pointer)).dropFirst("refs/tags/".count))
            if isWanted(name) { tags.append(try tag(name, reference)) }
        }
        return tags.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private func next(of iterator: borrowing Owned) throws(GitError) -> Owned? {
        var reference: OpaquePointer?
        let code = git_reference_next(&reference, iterator.pointer)
        guard code != GIT_ITEROVER.rawValue else { return nil }
        return try Owned("git_reference_next", free: git_reference_free) {
            $0 = reference
            return code
        }
    }

    private func tag(_ name: String, _ reference: borrowing Owned) throws(GitError) -> Tag {
        guard let target = git_reference_target(reference.pointer) else {
            return Tag(name: name, commit: nil, isAnnotated: false)
        }
        let repository = handle.pointer
        let object = try Owned("git_object_lookup", free: git_object_free) {
            git_object_lookup(&$0, repository, target, GIT_OBJECT_ANY)
        }
        let isAnnotated = git_object_type(object.pointer) == GIT_OBJECT_TAG
        var peeled: OpaquePointer?
        guard git_object_peel(&peeled, object.pointer, GIT_OBJECT_COMMIT) == 0, let peeled else {
            return Tag(name: name, commit: nil, isAnnotated: isAnnotated)
        }
        defer { git_object_free(peeled) }
        return Tag(name: name, commit: ObjectID(git_object_id(peeled)), isAnnotated: isAnnotated)
    }
}
