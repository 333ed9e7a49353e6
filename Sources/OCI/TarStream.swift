import Disk
public import Pipeline
public import SystemPackage

/// A tar archive that is made while it is read: headers of ours, contents from files.
public struct TarStream: Sendable {
    public enum Piece: Sendable {
        case bytes([UInt8])
        /// So many bytes of a file.
        case file(FilePath, size: Int64)
    }

    public private(set) var pieces: [Piece] = []
    private let writer: TarWriter

    public init(modified: Timestamp) {
        writer = TarWriter(modified: modified.seconds)
    }

    public mutating func add(_ name: String, _ bytes: [UInt8], mode: UInt32 = 0o644) {
        let size = Int64(bytes.count)
        let header = writer.header(of: TarEntry(path: Array(name.utf8), kind: .file(size: size), mode: mode))
        pieces.append(.bytes(header + bytes + TarWriter.padding(after: size)))
    }

    public mutating func add(_ name: String, _ file: FilePath, size: Int64) {
        add(TarEntry(path: Array(name.utf8), kind: .file(size: size), mode: 0o644), file, size)
    }

    public mutating func end() { pieces.append(.bytes(TarWriter.end)) }

    fileprivate mutating func add(_ entry: TarEntry, _ file: FilePath?, _ size: Int64) {
        pieces.append(.bytes(writer.header(of: entry)))
        guard let file else { return }
        pieces += [.file(file, size: size), .bytes(TarWriter.padding(after: size))]
    }

    /// Writes it to a file that must not exist yet.
    public func write(to target: FilePath) throws {
        try target.create([])
        for piece in pieces {
            switch piece {
            case .bytes(let bytes): try target.append(bytes)
            case .file(let file, let size):
                var left = size
                try file.readChunks(of: 1 << 22) { chunk throws(DiskError) in
                    try target.append(Array(chunk.prefix(Int(clamping: left))))
                    left -= Int64(chunk.count)
                    return left > 0
                }
                guard left == 0 else { throw ImageError.layout(file.string, "changed while it was packed") }
            }
        }
    }
}

extension BaseContent {
    /// As `docker load` and `podman pull docker-archive:` take it, under a name; the layers are as they are.
    public func archive(from layout: Layout, named name: String) throws -> TarStream {
        var stream = TarStream(modified: Timestamp(seconds: 0))
        let config = configuration.canonicalBytes
        let names = manifest.layers.map { "\($0.digest.hex).tar" }
        let list = JSON.array([
            .object([
                "Config": .string("config.json"), "RepoTags": .array([.string(name)]),
                "Layers": .array(names.map(JSON.string)),
            ])
        ])
        stream.add("manifest.json", list.canonicalBytes)
        stream.add("config.json", config)
        for (layer, name) in Dictionary(zip(manifest.layers, names).map { ($1, $0) }, uniquingKeysWith: { $1 })
            .map({ ($0.value, $0.key) }).sorted(by: { $0.1 < $1.1 })
        {
            stream.add(name, layout.file(of: layer.digest), size: layer.size)
        }
        stream.end()
        return stream
    }
}

/// The files of a build context that a Dockerfile takes, as a builder is to see them: modes as git knows them, no owners,
/// one time.
public struct ContextFiles: Sendable {
    private struct Item: Sendable {
        let path: Path
        let kind: TarEntry.Kind
        let mode: UInt32
        let file: FilePath
    }

    private let items: [Item]
    private let modified: Timestamp

    public init(of dockerfile: Dockerfile, in context: BuildContext, modified: Timestamp) throws {
        // What is kept out is not among what the context has.
        let taken = PackedPaths(dockerfile, ignoreFile: nil)
        do {
            items = try context.contents(of: .root).filter { taken.contains($0.path) }.map { item in
                let kind: TarEntry.Kind =
                    switch item.kind {
                    case .folder: .folder
                    case .file(let size): .file(size: size)
                    case .symbolicLink(let target): .symbolicLink(to: target)
                    }
                return Item(path: item.path, kind: kind, mode: item.mode, file: context.file(item.path))
            }
        } catch CopyTrouble.special(let path) {
            throw ImageError.layout("\(path)", "is neither file, folder nor link; .dockerignore may keep it out")
        }
        self.modified = modified
    }

    /// As an archive, with the Dockerfile under a name that no file has.
    public func archive(dockerfile: String, named name: String) throws -> TarStream {
        var stream = TarStream(modified: modified)
        for item in items {
            let entry = TarEntry(path: item.path.bytes, kind: item.kind, mode: item.mode)
            if case .file(let size) = item.kind {
                stream.add(entry, item.file, size)
            } else {
                stream.add(entry, nil, 0)
            }
        }
        stream.add(name, Array(dockerfile.utf8))
        stream.end()
        return stream
    }

    /// As files in a folder that is empty.
    public func copy(to folder: FilePath) throws {
        for item in items {
            let target = item.path.components.reduce(folder) { $0.appending(FilePath(bytes: $1).components) }
            switch item.kind {
            case .folder: try target.makeFolders()
            case .symbolicLink(let place):
                try target.removingLastComponent().makeFolders()
                try target.link(to: FilePath(bytes: place))
            case .file:
                try target.removingLastComponent().makeFolders()
                try target.create([], permissions: .init(rawValue: CInterop.Mode(item.mode)))
                try item.file.readChunks(of: 1 << 20) { chunk throws(DiskError) in
                    try target.append(Array(chunk))
                    return true
                }
            }
        }
    }
}
