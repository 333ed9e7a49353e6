import CLibgit2
import Glibc
public import Pipeline

/// The version of libgit2 that this process runs with.
public var gitLibraryVersion: String {
    var (major, minor, revision): (Int32, Int32, Int32) = (0, 0, 0)
    git_libgit2_version(&major, &minor, &revision)
    return "\(major).\(minor).\(revision)"
}

extension CloneFacts {
    /// Looks at the repository that `path` lies in, as far as it can be opened; what is damaged is left out.
    ///
    /// `target` is the branch that work is merged into, when somebody knows.
    ///
    /// Throws when nothing of git is there.
    public init(at path: String, target: String?, workspace: String) throws(GitError) {
        guard let place = ClonePlace(at: path) else { throw .notARepository(path) }
        let configuration = ConfigFile(place.commonFolder + "config")
        self.init(form: Form(place, configuration))
        do {
            let repository = try Repository(at: path)
            form.workTree = repository.workTree
            // Without it nothing more can be said, and that nothing can is what a plan runs into as well.
            guard let history = History(repository) else { return }
            self.history = history
            if form.foreignOwner != nil { form.isDeclaredSafe = try Self.isDeclaredSafe(form) }
            objects = Objects(repository, configuration, head: history.head)
            if let workTree = repository.workTree { checkout = Checkout(repository, workTree, configuration, place) }
            if configuration["remote.origin.url"] != nil {
                remote = try Remote(repository, configuration, place, target: target)
            }
            oddities = try Oddities(repository, place, workspace: workspace)
        } catch {}
    }

    /// Whether `safe.directory` of this user or system names the clone, or all.
    private static func isDeclaredSafe(_ form: Form) throws(GitError) -> Bool {
        let configuration = try Owned("git_config_open_default", free: git_config_free) { git_config_open_default(&$0) }
        var iterator: OpaquePointer?
        let code = git_config_multivar_iterator_new(&iterator, configuration.pointer, "safe.directory", nil)
        guard code == 0, let iterator else { return false }
        defer { git_config_iterator_free(iterator) }
        let place = (form.workTree ?? form.commonFolder).withTrailingSlash
        var entry: UnsafeMutablePointer<git_config_entry>?
        while git_config_next(&entry, iterator) == 0, let value = entry?.pointee.value {
            let text = String(cString: value)
            if text == "*" || text.withTrailingSlash == place { return true }
        }
        return false
    }
}

extension CloneFacts.Form {
    init(_ place: ClonePlace, _ configuration: ConfigFile) {
        self.init(workTree: place.workTree, gitFolder: place.gitFolder, commonFolder: place.commonFolder)
        objectFormat = configuration["extensions.objectformat"]?.lowercased() ?? objectFormat
        refStorage = configuration["extensions.refstorage"]?.lowercased() ?? refStorage
        for folder in [place.workTree, place.gitFolder].compactMap(\.self) {
            var status = stat()
            if stat(folder, &status) == 0, status.st_uid != geteuid() { foreignOwner = status.st_uid }
        }
    }
}

extension CloneFacts.History {
    /// Nil when HEAD leads nowhere that can be read.
    init?(_ repository: borrowing Repository) {
        self.init()
        do {
            tags = try repository.tagCount()
            passesOverTags = try repository.passesOverTags()
            branch = try repository.branch()
            head = try repository.headIfAny()
            guard let head else { return }
            committed = try Timestamp(seconds: CommitObject(head, in: repository.store).time)
            if repository.isShallow { (depth, commits) = try repository.extent(from: head) }
        } catch {
            guard case .missing = error else { return nil }
        }
    }
}

extension Repository {
    func tagCount() throws(GitError) -> Int {
        var names = git_strarray()
        try git("git_tag_list") { git_tag_list(&names, handle.pointer) }
        defer { git_strarray_dispose(&names) }
        return names.count
    }

    /// How many generations of commits this clone holds, and how many commits.
    fileprivate func extent(from head: ObjectID) throws(GitError) -> (depth: Int, commits: Int) {
        var seen: Set<ObjectID> = [head]
        var generation = [head]
        var depth = 0
        var nearest: Int?
        while !generation.isEmpty {
            depth += 1
            if nearest == nil, generation.contains(where: boundary.contains) { nearest = depth }
            var older: [ObjectID] = []
            for id in generation where !boundary.contains(id) {
                for parent in try CommitObject(id, in: store).parents where seen.insert(parent).inserted {
                    older.append(parent)
                }
            }
            generation = older
        }
        return (nearest ?? depth, seen.count)
    }
}

extension CloneFacts.Objects {
    init(_ repository: borrowing Repository, _ configuration: ConfigFile, head: ObjectID?) {
        self.init()
        promisor = configuration.between("remote", "partialclonefilter").first.flatMap { remote in
            configuration["remote.\(remote).partialclonefilter"].map { Promisor(remote: remote, filter: $0) }
        }
        let objects = repository.commonFolder + "objects/"
        let borrowed = (smallFile(objects + "info/alternates") ?? "").split(whereSeparator: \.isNewline)
        lostAlternates = borrowed.map(String.init).filter { !$0.hasPrefix("#") }
            .filter { access($0.hasPrefix("/") ? $0 : objects + $0, F_OK) != 0 }
        do {
            guard let head else { return }
            count(try CommitObject(head, in: repository.store).tree, repository.store)
        } catch {
            missingTrees = max(missingTrees, 1)
        }
    }

    /// Counts what is not there of a tree and below it.
    private mutating func count(_ tree: ObjectID, _ store: ObjectStore) {
        do {
            for (_, entry) in try RawTree(taking: store.object(tree, GIT_OBJECT_TREE, "tree")).entries {
                switch entry.mode {
                case .folder: count(entry.id, store)
                case .submodule: break
                case .file, .executable, .symbolicLink:
                    var key = git_oid(entry.id)
                    let flags = GIT_ODB_LOOKUP_NO_REFRESH.rawValue
                    if git_odb_exists_ext(store.database.pointer, &key, flags) == 0 { missingBlobs += 1 }
                }
            }
        } catch {
            missingTrees += 1
        }
    }
}
