import Disk
import Git
public import Pipeline
import Signing
public import SystemPackage

/// The records of a repository, for people who look.
public struct RecordBook: Sendable {
    private let ledger: FolderLedger

    /// The ledger folder of the repository that `folder` lies in, or that very folder when it is a ledger itself.
    public init(at folder: FilePath) throws {
        ledger = try Self.ledger(at: folder)
    }

    static func ledger(at folder: FilePath) throws -> FolderLedger {
        FolderLedger(root: try isLedger(folder) ? folder : Self.folder(of: Repository(at: folder.string)))
    }

    static func isLedger(_ folder: FilePath) throws -> Bool {
        try folder.appending("records").status()?.kind == .folder
    }

    static func folder(of repository: borrowing Repository) -> FilePath {
        let root = FilePath(repository.workTree ?? repository.commonFolder)
        return Workspace(root: root.appending(Workspace.folderName)).ledger
    }

    /// Every record, the newest first, and what could not be read.
    public func all() throws -> (records: [Stability], damaged: [String]) {
        let found = try ledger.all()
        return (found.records.map(\.record), found.damaged)
    }

    /// One envelope: of a file, or of a record by the beginning of its id.
    ///
    /// Throws when there is none, or several.
    public func envelope(_ name: String) throws -> [UInt8] {
        if let bytes = try FilePath(name).contentsIfPresent(limit: 4 << 20) { return bytes }
        let found = try ledger.all().records.filter { $0.id.hasPrefix(name) }
        guard let first = found.first, found.count == 1 else {
            throw RecordBookError.notOne(name, matches: found.count)
        }
        return first.bytes
    }

    /// What a bundle says, and the digest of what two identical runs of it have in common.
    public static func read(_ bundle: [UInt8]) throws -> (Statement, content: Digest) {
        let sealed = try SealedRecord(parsing: bundle)
        return (sealed.statement, try sealed.record.contentDigest(hash: Digest.sha256))
    }
}

enum RecordBookError: Failure {
    case notOne(String, matches: Int)
    case noLedger(String)

    var fault: Fault { .input }

    var hint: String? {
        switch self {
        case .notOne: "slipway record list shows them all"
        case .noLedger: "a ledger is a folder with records/ in it, such as .slipway/ledger; --record takes a file"
        }
    }

    var description: String {
        switch self {
        case .notOne(let name, 0): "\(name.printable): no file and no record of that id"
        case .notOne(let name, let matches): "\(name.printable): \(matches) records begin so"
        case .noLedger(let place): "\(place.printable): is no ledger of records"
        }
    }
}
