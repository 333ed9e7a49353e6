import Disk
import Pipeline
import SystemPackage

/// Files taken out of layers, each in a file of its own below one folder until they are packed again.
struct LayerExtraction {
    let folder: FilePath
    private(set) var files: [FileTree.Content: FilePath] = [:]

    init(to folder: FilePath) {
        self.folder = folder
    }

    /// Takes files out of layers; each layer is read once.
    mutating func take(_ wanted: Set<FileTree.Content>, from layout: Layout) throws {
        let missing = wanted.filter { files[$0] == nil }
        guard !missing.isEmpty else { return }
        try folder.makeFolders()
        for (layer, contents) in Dictionary(grouping: missing, by: \.layer).sorted(by: { $0.key < $1.key }) {
            let places = Dictionary(uniqueKeysWithValues: contents.map { ($0.path, place()) })
            try Self.read(layout.file(of: layer), into: places)
            for content in contents {
                guard let place = places[content.path], try place.status() != nil else {
                    throw ImageError.layout("\(layer)", "does not hold \(content.path)")
                }
                files[content] = place
            }
        }
    }

    private func place() -> FilePath { folder.appending(String(UInt64.random(in: .min ... .max), radix: 36)) }

    private static func read(_ layer: FilePath, into places: [Path: FilePath]) throws {
        var reader = TarReader()
        var pending: [UInt8] = []
        var open: FilePath?
        func flush() throws {
            guard let open else { return }
            try open.append(pending)
            pending = []
        }
        let handler = TarReader.Handler(
            member: { member in
                guard let place = places[Path(bytes: member.path)] else { return false }
                // Of two members of one path the later one counts.
                try place.remove()
                open = place
                return true
            },
            content: { piece in
                pending += piece
                if pending.count >= 1 << 20 { try flush() }
            },
            end: {
                try flush()
                open = nil
            })
        try LayerStream(file: layer).read { piece in
            try reader.take(piece, handler)
            return true
        }
    }
}
