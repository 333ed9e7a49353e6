import Disk
import Pipeline
import SystemPackage

/// The folder in which Slipway keeps what is its own: ledger, images, runs.
struct Workspace: Sendable {
    static let folderName = ".slipway"
    let root: FilePath

    var ledger: FilePath { root.appending("ledger") }
    var images: FilePath { root.appending("images") }
    var runs: FilePath { root.appending("runs") }
    var lock: FilePath { root.appending("lock") }

    func run(_ id: String) -> RunFolder { RunFolder(root: runs.appending(id)) }

    /// Makes the folder, and tells git once that it is not its concern.
    ///
    /// A repository that cannot be told stays usable: the folder is never taken for uncommitted work.
    func prepare(commonFolder: FilePath) throws {
        try root.makeFolders()
        let exclude = commonFolder.appending("info").appending("exclude")
        let line = "/\(Self.folderName)/"
        let known = try exclude.contentsIfPresent(limit: 1 << 20) ?? []
        let lines = String(decoding: known, as: UTF8.self).split(whereSeparator: \.isNewline)
        guard !lines.contains(Substring(line)) else { return }
        do {
            try exclude.removingLastComponent().makeFolders()
            let separator = known.isEmpty || known.last == UInt8(ascii: "\n") ? "" : "\n"
            try exclude.append(Array((separator + line + "\n").utf8))
        } catch {
            guard error.isReadOnly else { throw error }
        }
    }
}
