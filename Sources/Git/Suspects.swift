import CLibgit2
import Glibc
public import Pipeline

/// Paths of a work tree that may differ from HEAD; whether they do, their content tells.
public struct Suspects: Equatable, Sendable {
    /// Tracked, and not as the index last saw them, or staged.
    public var changed: [Path] = []
    /// Not tracked and not ignored; of a repository in this one its folder.
    public var untracked: [Path] = []
    /// Git was told to take them for unchanged, or to leave them out.
    var flagged: [Path] = []
    var submodules: [Path] = []
    /// As small as what git-lfs commits in place of a file.
    var small: [Path] = []

    public init() {}

    public static func + (left: Suspects, right: Suspects) -> Suspects {
        var sum = left
        sum.changed += right.changed
        sum.untracked += right.untracked
        sum.flagged += right.flagged
        sum.submodules += right.submodules
        sum.small += right.small
        return sum
    }
}

extension Repository {
    /// Compares a part of the work tree with the index, and the index with HEAD; nothing for a bare repository.
    ///
    /// Several parts may be looked at at once, each by a repository that is opened for it; together they are all.
    public func suspects(
        part: Int = 0, of parts: Int = 1, untracked isWanted: (Path) -> Bool
    ) throws(GitError) -> Suspects {
        guard let workTree else { return Suspects() }
        let folder = String(cString: git_repository_path(handle.pointer))
        let head = tree(try facts().tree)
        guard let index = try IndexFile(at: folder + "index") else {
            // Nothing was checked out, so nothing was changed either.
            var suspects = Suspects()
            if part == 0 { suspects.flagged = try head.files(below: .root).map(\.path) }
            return suspects
        }
        var scan = WorkTreeScan(index, part: part, of: parts, at: workTree)
        try scan.run()
        if part == 0 { scan.suspects.changed += try index.differences(from: head) }
        if index.isSparse {
            // Whose bytes are those of the commit is as it was, whatever its times say.
            let changed = scan.suspects.changed
            scan.suspects.changed = []
            for path in changed where try rawEntry(path, in: workTree) != head.entry(at: path) {
                scan.suspects.changed.append(path)
            }
        }
        guard !index.isSparse || scan.strange.isEmpty && scan.suspects.changed.isEmpty else {
            // What uncommitted files would be committed as is told by libgit2, which cannot read such an index.
            throw .index(.sparse)
        }
        for folder in scan.strange { try addUntracked(folder, in: workTree, isWanted, to: &scan.suspects) }
        return scan.suspects
    }

    /// What a file would be committed as if no attribute said otherwise.
    private func rawEntry(_ path: Path, in workTree: String) throws(GitError) -> TreeEntry? {
        let place = Array(workTree.utf8) + path.bytes
        var status = stat()
        guard place.withCString({ lstat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        var id = git_oid()
        try git("git_odb_hashfile") { place.withCString { git_odb_hashfile(&id, $0, GIT_OBJECT_BLOB) } }
        return TreeEntry(id: ObjectID(&id), mode: status.st_mode & S_IXUSR == 0 ? .file : .executable)
    }

    /// What lies at a path that the index does not know: itself, or all that is in it.
    private func addUntracked(
        _ path: Path, in workTree: String, _ isWanted: (Path) -> Bool, to suspects: inout Suspects
    ) throws(GitError) {
        guard isWanted(path) else { return }
        let place = Array(workTree.utf8) + path.bytes
        var status = stat()
        guard place.withCString({ lstat($0, &status) }) == 0 else { return }
        switch status.st_mode & S_IFMT {
        case S_IFREG, S_IFLNK:
            if try !isIgnored(path, isFolder: false) { suspects.untracked.append(path) }
        case S_IFDIR:
            guard try !isIgnored(path, isFolder: true) else { return }
            // A clone in the middle of another: who owns its files is its business.
            let isClone = (place + Array("/.git".utf8)).withCString { lstat($0, &status) } == 0
            if isClone, try Repository(at: String(decoding: place, as: UTF8.self)).headIfAny() != nil {
                suspects.untracked.append(path)
                return
            }
            let names = try FolderListing(place).names.filter { $0 != Array(".git".utf8) }
            for name in names.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                try addUntracked(path.appending(name), in: workTree, isWanted, to: &suspects)
            }
        default: return
        }
    }

    private func isIgnored(_ path: Path, isFolder: Bool) throws(GitError) -> Bool {
        var ignored: Int32 = 0
        let bytes = path.bytes + (isFolder ? [UInt8(ascii: "/")] : [])
        try git("git_ignore_path_is_ignored") {
            bytes.withCString { git_ignore_path_is_ignored(&ignored, handle.pointer, $0) }
        }
        return ignored == 1
    }
}

/// The names in a folder, without `.` and `..`.
struct FolderListing {
    private(set) var names: [[UInt8]] = []

    init(_ path: [UInt8]) throws(GitError) {
        guard let stream = path.withCString({ opendir($0) }) else {
            throw .call("list \(String(decoding: path, as: UTF8.self))", code: errno, message: "cannot be read")
        }
        defer { closedir(stream) }
        Self.each(stream) { names.append(Array($0)) }
    }

    /// Hands over each name; the stream stays open.
    static func each(_ stream: OpaquePointer, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        while let entry = readdir(stream) {
            withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: UInt8.self, capacity: 256) { bytes in
                    let length = strlen(UnsafeRawPointer(bytes).assumingMemoryBound(to: CChar.self))
                    let isSelf = bytes[0] == 0x2E && (length == 1 || length == 2 && bytes[1] == 0x2E)
                    if !isSelf { body(UnsafeBufferPointer(start: bytes, count: length)) }
                }
            }
        }
    }
}
