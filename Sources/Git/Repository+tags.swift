import CLibgit2
public import Pipeline

extension Repository {
    /// All tags for whose name `isWanted` says so.
    public func tags(where isWanted: (String) -> Bool) throws(GitError) -> [Tag] {
        // In this order, as git may pack one meanwhile.
        let names = LooseRefs.names(below: commonFolder + "refs/tags")
        var tags: [Tag] = []
        for name in names where isWanted(name) { if let tag = try tag(named: name) { tags.append(tag) } }
        if let packed = PackedRefs(commonFolder) {
            let loose = Set(names)
            try packed.each(below: "refs/tags/") { ref throws(GitError) in
                let name = String(decoding: ref.name, as: UTF8.self)
                guard isWanted(name), !loose.contains(name) else { return }
                if let known = tag(name, ref) {
                    tags.append(known)
                } else if let tag = try tag(named: name) {
                    tags.append(tag)
                }
            }
        }
        return tags.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// A tag as far as what is packed of it tells.
    private func tag(_ name: String, _ ref: PackedRefs.Ref) -> Tag? {
        guard ref.isPeeled, let kind = store.kind(of: ref.peeled ?? ref.id), kind != .tag else { return nil }
        return Tag(name: name, commit: kind == .commit ? ref.peeled ?? ref.id : nil, isAnnotated: ref.peeled != nil)
    }

    /// A tag as libgit2 knows it; nil when there is none that can be read.
    private func tag(named name: String) throws(GitError) -> Tag? {
        let repository = handle.pointer
        var found: OpaquePointer?
        guard git_reference_lookup(&found, repository, "refs/tags/" + name) == 0, let found else { return nil }
        let reference = try Owned("git_reference_lookup", free: git_reference_free) {
            $0 = found
            return 0
        }
        guard let target = git_reference_target(reference.pointer) else {
            return Tag(name: name, commit: nil, isAnnotated: false)
        }
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
