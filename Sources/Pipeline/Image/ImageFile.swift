/// What an image says of one path: all that a container could see of it, but for times.
public struct ImageFile: Equatable, Sendable, Codable {
    public var kind: Kind
    /// The lower twelve bits.
    public var mode: Int64
    public var user: Int64 = 0
    public var group: Int64 = 0
    /// Bytes, of a file.
    public var size: Int64?
    public var content: Digest?
    /// Where a link leads.
    public var target: String?

    public enum Kind: String, Codable, Sendable {
        case file, folder, device, pipe
        case symbolicLink = "symbolic-link"
        case hardLink = "hard-link"
    }

    public init(kind: Kind, mode: Int64) {
        (self.kind, self.mode) = (kind, mode)
    }
}

/// What one layer does to the tree below it.
public struct LayerFiles: Equatable, Sendable {
    public private(set) var files: [String: ImageFile] = [:]
    /// Paths that are not there any more, with all below them (`.wh.NAME`).
    public private(set) var removed: Set<String> = []
    /// Folders of which nothing of before is left (`.wh..wh..opq`).
    public private(set) var emptied: Set<String> = []

    public init() {}

    /// Takes a member of the layer's archive.
    ///
    /// https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
    public mutating func add(_ file: ImageFile, at path: String) {
        let parts = path.split(separator: "/")
        guard let name = parts.last else { return }
        let folder = parts.dropLast().joined(separator: "/")
        if name == ".wh..wh..opq" {
            emptied.insert(folder)
        } else if name.hasPrefix(".wh.") {
            removed.insert(folder.isEmpty ? String(name.dropFirst(4)) : "\(folder)/\(name.dropFirst(4))")
        } else {
            files[path] = file
        }
    }

    /// The paths it says anything of.
    var touched: Set<String> { Set(files.keys).union(removed).union(emptied) }
}

/// The files of an image as a container finds them: layers above one another.
public struct ImageTree: Equatable, Sendable {
    public private(set) var files: [String: ImageFile] = [:]

    /// Begins with the lowest layer.
    public init(_ layers: [LayerFiles] = []) {
        for layer in layers { apply(layer) }
        resolveLinks()
    }

    private mutating func apply(_ layer: LayerFiles) {
        // What becomes something else than a folder has nothing below it.
        let covered = layer.files.filter { path, file in file.kind != .folder && files[path]?.kind == .folder }
        if !layer.removed.isEmpty || !layer.emptied.isEmpty || !covered.isEmpty {
            files = files.filter { path, _ in
                if layer.removed.contains(path) || layer.emptied.contains("") { return false }
                return !Self.folders(above: path).contains {
                    layer.removed.contains($0) || layer.emptied.contains($0) || covered[$0] != nil
                }
            }
        }
        files.merge(layer.files) { $1 }
    }

    private static func folders(above path: String) -> [String] {
        path.indices.filter { path[$0] == "/" }.map { String(path[..<$0]) }
    }

    /// Two names of one file are that file twice: which of them an archive calls the link says nothing.
    private mutating func resolveLinks() {
        for (path, file) in files where file.kind == .hardLink {
            var found = file
            var steps = 0
            while found.kind == .hardLink, steps < 64, let next = found.target.flatMap({ files[$0] }) {
                found = next
                steps += 1
            }
            files[path] = found
        }
    }
}
