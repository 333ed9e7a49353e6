import CLibgit2
import Pipeline

/// The object database of one repository, with the trees read lately: consecutive commits share almost all of theirs.
final class ObjectStore {
    let database: Owned
    let clone: GitError.Clone
    /// The folder of objects, with a slash at its end.
    private let objects: String
    private let packs: PackStore
    private var isInMemory = false
    /// Direct-mapped, small enough for the processor's cache.
    private var recentTrees: [(id: ObjectID, tree: RawTree)?] = Array(repeating: nil, count: 256)

    init(database: consuming Owned, objects: String, keeping bytes: Int, clone: GitError.Clone) {
        self.database = database
        (self.objects, self.clone) = (objects, clone)
        packs = PackStore(objects: objects, keeping: bytes)
    }

    func missing(_ object: String) -> GitError { .missing(object: object, clone: clone) }

    func tree(_ id: ObjectID) throws(GitError) -> RawTree {
        let slot = Int(truncatingIfNeeded: id.words.high) & (recentTrees.count - 1)
        if let recent = recentTrees[slot], recent.id == id { return recent.tree }
        let tree: RawTree
        if let packed = packs.read(id, .tree) {
            tree = RawTree(packed: packed)
        } else {
            tree = try RawTree(taking: object(id, GIT_OBJECT_TREE, "tree"))
        }
        recentTrees[slot] = (id, tree)
        return tree
    }

    /// The content of a file.
    ///
    /// Throws `missing` in a clone that was made without it.
    func blob(_ id: ObjectID) throws(GitError) -> [UInt8] {
        if let packed = packs.read(id, .blob) {
            return Array(UnsafeBufferPointer(start: packed.start, count: packed.count))
        }
        return try read(id, GIT_OBJECT_BLOB, "blob")
    }

    func read(_ id: ObjectID, _ type: git_object_t, _ name: String) throws(GitError) -> [UInt8] {
        let object = try object(id, type, name)
        defer { git_odb_object_free(object) }
        return Array(UnsafeRawBufferPointer(start: git_odb_object_data(object), count: git_odb_object_size(object)))
    }

    /// Hands over the bytes of a commit.
    func withCommit<Value>(
        _ id: ObjectID, _ body: (UnsafeRawBufferPointer) throws(GitError) -> Value
    ) throws(GitError) -> Value {
        if let packed = packs.read(id, .commit) {
            return try body(UnsafeRawBufferPointer(start: packed.start, count: packed.count))
        }
        let object = try object(id, GIT_OBJECT_COMMIT, "commit")
        defer { git_odb_object_free(object) }
        return try body(
            UnsafeRawBufferPointer(start: git_odb_object_data(object), count: git_odb_object_size(object)))
    }

    /// What an object of a pack is; nil when no pack has it.
    func kind(of id: ObjectID) -> ObjectKind? { packs.kind(of: id) }

    /// Throws for what libgit2 could not be asked about without harm.
    func check(_ id: ObjectID, _ name: String) throws(GitError) {
        if !packs.holds(id), LooseFile.isDamaged(id, in: objects) { throw missing("\(name) \(id)") }
    }

    /// An object that the caller frees.
    func object(_ id: ObjectID, _ type: git_object_t, _ name: String) throws(GitError) -> OpaquePointer {
        try check(id, name)
        var key = git_oid(id)
        var found: OpaquePointer?
        let code = git_odb_read(&found, database.pointer, &key)
        guard code != GIT_ENOTFOUND.rawValue else { throw missing("\(name) \(id)") }
        try git("git_odb_read") { code }
        guard let found else { throw .call("git_odb_read", code: -1, message: "gave no object") }
        guard git_odb_object_type(found) == type else {
            git_odb_object_free(found)
            throw .call("git_odb_read", code: GIT_ERROR.rawValue, message: "\(id) is no \(name)")
        }
        return found
    }

    /// Keeps an object for as long as this store lives; nothing reaches the disk once a memory backend is set.
    func write(_ bytes: [UInt8], _ type: git_object_t) throws(GitError) -> ObjectID {
        var id = git_oid()
        try git("git_odb_write") { git_odb_write(&id, database.pointer, bytes, bytes.count, type) }
        return ObjectID(&id)
    }

    /// From now on all new objects go to memory only.
    func writeToMemoryOnly() throws(GitError) {
        guard !isInMemory else { return }
        isInMemory = true
        var backend: UnsafeMutablePointer<git_odb_backend>?
        try git("git_mempack_new") { git_mempack_new(&backend) }
        try git("git_odb_add_backend") { git_odb_add_backend(database.pointer, backend, 999) }
    }
}
