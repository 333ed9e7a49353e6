import CLibgit2
import Glibc
import Pipeline

/// An open git repository: the one owner of libgit2's handles, used by one task, answering in values.
public struct Repository: ~Copyable {
    /// The folder with the checked-out files; nil for a bare repository.
    public let workTree: String?
    /// Where refs, objects and `info/` are; shared by all linked work trees.
    public let commonFolder: String
    let handle: Owned
    let store: ObjectStore
    /// Commits whose parents this clone was made without.
    let boundary: Set<ObjectID>

    /// Opens the repository that `path` lies in.
    ///
    /// The owner of the folder does not matter: nothing here runs hooks, filters or configured programs.
    ///
    /// One that is `apart` shares no lock and no cache with others of the same process, and cannot write. How many bytes
    /// of objects are kept at hand is worth more to histories than to single trees.
    public init(at path: String, apart isApart: Bool = false, cache: Int = 16 << 20) throws(GitError) {
        Self.prepareLibrary
        let handle = try Self.open(path)
        let opened = handle.pointer
        let commonFolder = String(cString: git_repository_commondir(opened))
        // libgit2 knows packs by the spelling of their path, and locks what it knows.
        let objects = commonFolder + "./objects"
        let database =
            isApart
            ? try Owned("git_odb_open", free: git_odb_free) { git_odb_open(&$0, objects) }
            : try Owned("git_repository_odb", free: git_odb_free) { git_repository_odb(&$0, opened) }
        let boundary = try Self.shallowBoundary(opened, in: commonFolder)
        let filter = try Self.setting("remote.origin.partialclonefilter", of: opened)
        let clone = filter.map { GitError.Clone.partial(filter: $0) } ?? .complete
        workTree = git_repository_workdir(opened).map { String(cString: $0) }
        self.commonFolder = commonFolder
        self.boundary = boundary
        store = ObjectStore(
            database: database, objects: commonFolder + "objects/", keeping: cache,
            clone: boundary.isEmpty ? clone : .shallow)
        self.handle = handle
    }

    private static func open(_ path: String) throws(GitError) -> Owned {
        do {
            return try Owned("git_repository_open_ext", free: git_repository_free) {
                git_repository_open_ext(&$0, path, 0, nil)
            }
        } catch {
            throw openingError(path, error)
        }
    }

    /// Once a process; never shut down, the process ends.
    private static let prepareLibrary: Void = {
        precondition(git_libgit2_init() > 0, "libgit2 does not begin")
        _ = slipway_git_set_flag(Int32(GIT_OPT_SET_OWNER_VALIDATION.rawValue), 0)
        _ = slipway_git_set_flag(Int32(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION.rawValue), 0)
        _ = slipway_git_set_flag(Int32(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION.rawValue), 0)
        _ = slipway_git_set_flag(Int32(GIT_OPT_ENABLE_CACHING.rawValue), 0)
        withCStrings(["noop", "worktreeconfig", "partialclone", "preciousobjects"]) { names in
            _ = slipway_git_set_extensions(names.baseAddress, names.count)
        }
    }()

    private static func withCStrings(
        _ texts: [StaticString], _ body: (inout UnsafeMutableBufferPointer<UnsafePointer<CChar>?>) -> Void
    ) {
        var pointers = texts.map { Optional(UnsafeRawPointer($0.utf8Start).assumingMemoryBound(to: CChar.self)) }
        pointers.withUnsafeMutableBufferPointer(body)
    }

    private static func openingError(_ path: String, _ error: GitError) -> GitError {
        guard case .call(_, let code, let message) = error else { return error }
        if message.contains("extensions.objectformat") {
            return .unsupported(
                path, reason: "a SHA-256 repository, which libgit2 1.5 cannot read",
                fix: "use a SHA-1 clone of it; slipway doctor says how one is made")
        }
        if message.contains("extensions.refstorage") {
            return .unsupported(
                path, reason: "a repository with reftable refs, which libgit2 1.5 cannot read",
                fix: "keep refs as files: git refs migrate --ref-format=files")
        }
        if message.contains("unsupported extension") || message.contains("unsupported repository version") {
            return .unsupported(path, reason: message, fix: "clone it anew without that extension")
        }
        guard code == GIT_ENOTFOUND.rawValue else { return error }
        // What libgit2 passes over may be one that lost a part.
        guard let place = ClonePlace(at: path), let part = place.missingPart else { return .notARepository(path) }
        return .damaged(place.gitFolder, lacks: part)
    }

    private static func shallowBoundary(
        _ repository: OpaquePointer, in folder: String
    ) throws(GitError) -> Set<ObjectID> {
        guard git_repository_is_shallow(repository) == 1 else { return [] }
        guard let file = fopen(folder + "shallow", "r") else {
            throw .call("open \(folder)shallow", code: -1, message: "cannot be read")
        }
        defer { fclose(file) }
        var ids: Set<ObjectID> = []
        var line = [CChar](repeating: 0, count: 64)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            if let id = ObjectID(parsing: text.prefix(40)) { ids.insert(id) }
        }
        return ids
    }

    static func setting(_ name: String, of repository: OpaquePointer) throws(GitError) -> String? {
        let configuration = try Owned("git_repository_config_snapshot", free: git_config_free) {
            git_repository_config_snapshot(&$0, repository)
        }
        var value: UnsafePointer<CChar>?
        guard git_config_get_string(&value, configuration.pointer, name) == 0 else { return nil }
        return value.map { String(cString: $0) }
    }
}
