import Disk
import Git
import Pipeline
import SystemPackage

/// The folder that one reproduction is made in: never the user's checkout, and never one that somebody else made.
struct ReproductionFolder: Sendable {
    let root: FilePath

    /// Where reproductions are unless somebody names a folder.
    static let home = "reproduce"

    var workspace: Workspace { Workspace(root: root.appending(Workspace.folderName)) }

    /// Says that the folder is ours, and which commit is checked out whole.
    private var marker: FilePath { workspace.root.appending("reproduction") }

    /// A folder of ours for a moment.
    init(root: FilePath) {
        self.root = root
    }

    /// The folder of a subject, or the one that was asked for.
    init(of subject: Reproduction.Subject, at wish: FilePath?, beside own: Workspace, workTree: FilePath?) throws {
        guard let wish else {
            let name = subject.kind == .record ? String(subject.id.prefix(8)) : subject.id
            // An id from a file is no path.
            let plain = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" })
            root = own.root.resolvingLinks().appending(Self.home).appending(plain)
            return
        }
        root = try Self.absolute(wish)
        let home = own.root.resolvingLinks().appending(Self.home)
        guard let workTree = workTree?.resolvingLinks(), root.starts(with: workTree) else { return }
        guard root.starts(with: home), root != home else { throw ReproductionError.insideCheckout(root.string) }
    }

    /// A path from the root on, the links in what there is of it followed.
    private static func absolute(_ path: FilePath) throws -> FilePath {
        var place = FilePath(".").resolvingLinks().pushing(path).lexicallyNormalized()
        var missing: [FilePath.Component] = []
        while try place.status() == nil, let last = place.lastComponent {
            missing.insert(last, at: 0)
            place.removeLastComponent()
        }
        return missing.reduce(place.resolvingLinks()) { $0.appending($1) }
    }

    /// Makes the folder ours.
    ///
    /// Throws when something else is in it.
    func claim() throws {
        if try isOurs() { return }
        if let status = try root.status() {
            guard status.kind == .folder, try root.names().isEmpty else {
                throw ReproductionError.foreignFolder(root.string)
            }
        }
        try workspace.root.makeFolders()
        try marker.write([])
    }

    func isOurs() throws -> Bool { try marker.status()?.kind == .file }

    /// The commit that was checked out whole; nil while one is on its way.
    func commit() throws -> ObjectID? {
        let text = String(decoding: try marker.contentsIfPresent(limit: 4096) ?? [], as: UTF8.self)
        return ObjectID(parsing: text.prefix { !$0.isNewline })
    }

    func note(_ commit: ObjectID?) throws { try marker.write(Array((commit.map { "\($0)\n" } ?? "").utf8)) }
}
