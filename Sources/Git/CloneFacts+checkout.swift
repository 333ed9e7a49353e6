import CLibgit2
import Glibc
import Pipeline

// What lies in the work tree, where it comes from, and what git makes of it.

extension CloneFacts.Checkout {
    init(
        _ repository: borrowing Repository, _ workTree: String, _ configuration: ConfigFile, _ place: ClonePlace
    ) {
        self.init()
        let own = ConfigFile(place.gitFolder + "config.worktree")
        func isSet(_ name: String) -> Bool { own[name] == nil ? configuration.isTrue(name) : own.isTrue(name) }
        isSparse = isSet("core.sparsecheckout")
        isSplitConfigured = isSet("core.splitindex")
        do {
            try look(at: repository, in: workTree)
        } catch {
            switch error {
            case .index(.split): index = .split
            case .index(.sparse): index = .sparse
            case .index(.damaged(let message)): index = .unreadable(message)
            // Said of the objects, elsewhere.
            case .missing: break
            default: index = .unreadable("\(error)")
            }
        }
    }

    private mutating func look(at repository: borrowing Repository, in workTree: String) throws(GitError) {
        if try repository.hasSparseIndex() { index = .sparse }
        let suspects = try repository.suspects { _ in false }
        for path in suspects.small where LargeFilePointer.stands(at: workTree + path.description) {
            if try repository.isLargeFile(path) { pointers.append(path) }
        }
        func isAbsent(_ file: String) -> Bool {
            var status = stat()
            return lstat(workTree + file, &status) != 0
        }
        submodules = suspects.submodules.filter { isAbsent("\($0)/.git") }
        leftOut = suspects.flagged.filter { isAbsent("\($0)") }
    }
}

extension CloneFacts.Remote {
    init(
        _ repository: borrowing Repository, _ configuration: ConfigFile, _ place: ClonePlace, target known: String?
    ) throws(GitError) {
        let name: String
        if let known { name = known } else { name = try Self.standard(repository) }
        self.init(target: name)
        let reference = "refs/remotes/origin/\(name)"
        isThere = try repository.tip(of: reference) != nil
        isCovered = configuration.all("remote.origin.fetch").contains { Self.covers($0, name) }
        let last = place.gitFolder + "FETCH_HEAD"
        var status = stat()
        if stat(last, &status) == 0 {
            fetched = Timestamp(seconds: Int64(status.st_mtim.tv_sec))
            let text = smallFile(last) ?? ""
            // One that asked for tags only says nothing of branches.
            if text.contains("branch '") { wasFetched = text.contains("branch '\(name)' of ") }
        } else if stat(place.commonFolder + reference, &status) == 0
            || stat(place.commonFolder + "packed-refs", &status) == 0
        {
            fetched = Timestamp(seconds: Int64(status.st_mtim.tv_sec))
        }
    }

    /// The branch that `origin` calls its first one, or what most call it.
    private static func standard(_ repository: borrowing Repository) throws(GitError) -> String {
        let prefix = "ref: refs/remotes/origin/"
        let head = smallFile(repository.commonFolder + "refs/remotes/origin/HEAD")?.split(whereSeparator: \.isNewline)
        if let line = head?.first, line.hasPrefix(prefix) { return String(line.dropFirst(prefix.count)) }
        if try repository.tip(of: "refs/remotes/origin/main") != nil { return "main" }
        return try repository.tip(of: "refs/remotes/origin/master") == nil ? "main" : "master"
    }

    /// Whether a refspec (`+refs/heads/*:refs/remotes/origin/*`) brings a branch to where it is looked for.
    private static func covers(_ refspec: String, _ branch: String) -> Bool {
        let parts = refspec.drop { $0 == "+" }.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, let star = parts[0].firstIndex(of: "*") else {
            return parts == ["refs/heads/\(branch)", "refs/remotes/origin/\(branch)"]
        }
        let (before, after) = (parts[0][..<star], parts[0][parts[0].index(after: star)...])
        let source = "refs/heads/\(branch)"
        guard source.hasPrefix(before), source.hasSuffix(after), source.count >= before.count + after.count else {
            return false
        }
        let middle = source.dropFirst(before.count).dropLast(after.count)
        return parts[1].replacing("*", with: middle) == "refs/remotes/origin/\(branch)"
    }
}

extension CloneFacts.Oddities {
    init(_ repository: borrowing Repository, _ place: ClonePlace, workspace: String) throws(GitError) {
        self.init()
        replacements = try repository.count(of: "refs/replace/*")
        let lines = (smallFile(place.commonFolder + "info/grafts") ?? "").split(whereSeparator: \.isNewline)
        grafts = lines.count { !$0.hasPrefix("#") }
        let value = try Repository.setting("core.autocrlf", of: repository.handle.pointer)?.lowercased()
        lineEndings = value == "false" ? nil : value
        if let workTree = repository.workTree { conversions = Self.conversions(in: workTree, place, repository) }
        foldsCase = Self.foldsCase(place.commonFolder)
        var isIgnored: Int32 = 0
        try git("git_ignore_path_is_ignored") {
            git_ignore_path_is_ignored(&isIgnored, repository.handle.pointer, workspace.withTrailingSlash)
        }
        ignoresWorkspace = isIgnored == 1 || repository.workTree == nil
    }

    /// Whether a file is found under another spelling of its name.
    private static func foldsCase(_ folder: String) -> Bool {
        var (one, other) = (stat(), stat())
        guard stat(folder + "HEAD", &one) == 0, stat(folder + "head", &other) == 0 else { return false }
        return one.st_ino == other.st_ino
    }

    /// Lines of attributes that name an encoding, as `pattern encoding`.
    private static func conversions(
        in workTree: String, _ place: ClonePlace, _ repository: borrowing Repository
    ) -> [String] {
        let files = repository.attributeFiles().map { workTree + $0 } + [place.commonFolder + "info/attributes"]
        let key = "working-tree-encoding="
        return files.flatMap { file in
            (smallFile(file) ?? "").split(whereSeparator: \.isNewline).compactMap { line -> String? in
                let words = line.split(whereSeparator: \.isWhitespace)
                guard let pattern = words.first, !pattern.hasPrefix("#"),
                    let encoding = words.first(where: { $0.hasPrefix(key) })
                else { return nil }
                return "\(pattern) \(encoding.dropFirst(key.count))"
            }
        }
    }
}

extension Repository {
    fileprivate func count(of glob: String) throws(GitError) -> Int {
        let repository = handle.pointer
        let iterator = try Owned("git_reference_iterator_glob_new", free: git_reference_iterator_free) {
            git_reference_iterator_glob_new(&$0, repository, glob)
        }
        var count = 0
        var name: UnsafePointer<CChar>?
        while git_reference_next_name(&name, iterator.pointer) == 0 { count += 1 }
        return count
    }

    fileprivate func hasSparseIndex() throws(GitError) -> Bool {
        try IndexFile(at: String(cString: git_repository_path(handle.pointer)) + "index")?.isSparse ?? false
    }

    /// The tracked files of attributes; none when the index cannot be read.
    fileprivate func attributeFiles() -> [String] {
        do {
            let index = try IndexFile(at: String(cString: git_repository_path(handle.pointer)) + "index")
            return (index?.entries ?? []).compactMap { entry in
                let name = String(decoding: entry.path, as: UTF8.self)
                return name.hasSuffix(".gitattributes") ? name : nil
            }
        } catch {
            return [".gitattributes"]
        }
    }
}
