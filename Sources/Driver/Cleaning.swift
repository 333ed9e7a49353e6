import Disk
import Git
import OCI
public import Pipeline
import SystemPackage

/// What `slipway clean` removed.
public struct Cleaning: Equatable, Sendable, Encodable {
    public private(set) var runs: [String] = []
    public private(set) var images: [String] = []
    public private(set) var blobs = 0
    public private(set) var bytes: Int64 = 0
    /// Containers of runs that were killed; nil when there were none.
    public private(set) var containers: Int?

    /// Removes what the retention in `slipway.yaml` no longer keeps: logs and reports of old runs, images of old builds
    /// that are no release, blobs that nothing names, names of tests that no new record is about, containers of runs that
    /// were killed.
    ///
    /// Records stay.
    public init(_ request: Request, at now: Timestamp, reporting report: (Event) -> Void) throws {
        let repository = try Repository(at: request.folder.string)
        let tree = try repository.tree(
            repository.facts().tree, with: repository.workTreeState(hash: contentHash) { _ in false }.dirt)
        let configuration = try Configuration(of: request, in: tree)
        let root = FilePath(repository.workTree ?? repository.commonFolder)
        let workspace = Workspace(root: root.appending(Workspace.folderName))
        guard let lock = try FileLock(trying: workspace.lock) else {
            throw RunError.busy("it may need what would be removed")
        }
        try lock.sign("slipway clean")
        _ = try Recovery(workspace: workspace).carryOut(at: now)
        try TrialTraces(workspace).sweep()
        let left = try ContainerTraces(workspace).sweepIfMarked(request.environment, report)
        if left > 0 { containers = left }
        let retention = configuration.file.retention ?? .standard
        try removeRuns(in: workspace.runs, before: now.seconds - retention.logs.count)
        try removeImages(
            in: Layout(at: workspace.images), before: now.seconds - retention.snapshots.count, retention.layers)
        let names = try FolderLedger(root: workspace.ledger).removeOldNames(keepingNewest: Ledgers.longDepth)
        blobs += names.count
        bytes += names.reduce(0, +)
        try lock.sign("")
    }

    private mutating func removeRuns(in folder: FilePath, before limit: Int64) throws {
        guard try folder.status() != nil else { return }
        for name in try folder.names() {
            let run = folder.appending(name)
            guard let status = try run.status(), status.kind == .folder, status.modified / 1_000_000_000 <= limit else {
                continue
            }
            bytes += try Self.size(of: run)
            try run.remove()
            runs.append(name.string)
        }
        let latest = folder.appending("latest")
        if try latest.status() != nil, try latest.status(followingLinks: true) == nil { try latest.remove() }
    }

    private static func size(of path: FilePath) throws -> Int64 {
        guard let status = try path.status() else { return 0 }
        guard status.kind == .folder else { return status.size }
        return try path.names().reduce(0) { try $0 + size(of: path.appending($1)) }
    }

    /// Names go first, the oldest until the rest fits; then the blobs that no name leads to.
    private mutating func removeImages(in layout: Layout, before limit: Int64, _ room: ByteCount) throws {
        let all = try layout.index().manifests.map { descriptor in
            (descriptor, content: try layout.content(of: descriptor))
        }.sorted { Self.created($0.content.annotations) > Self.created($1.content.annotations) }
        guard !all.isEmpty else { return }
        var used: Int64 = 0
        var seen: Set<Digest> = []
        var kept: [Descriptor] = []
        for (descriptor, content) in all {
            let blobs = content.blobs
            let added = blobs.filter { !seen.contains($0.digest) }.reduce(0) { $0 + $1.size }
            let made = try layout.file(of: descriptor.digest).status()?.modified ?? .max
            let isOld = made / 1_000_000_000 <= limit
            if isOld || used + added > room.bytes {
                images.append(descriptor.annotations?[Layout.nameAnnotation] ?? "\(descriptor.digest)")
                continue
            }
            used += added
            seen.formUnion(blobs.map(\.digest))
            kept.append(descriptor)
        }
        try layout.replaceIndex(with: kept)
        for (digest, size) in try layout.blobs() where !seen.contains(digest) {
            try layout.file(of: digest).remove()
            blobs += 1
            bytes += size
        }
        try layout.forgetRemovedBlobs()
    }

    private static func created(_ annotations: [String: String]?) -> Int64 {
        let text = annotations?["org.opencontainers.image.created"] ?? ""
        return Timestamp(parsing: text)?.seconds ?? .max
    }
}
