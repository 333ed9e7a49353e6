import Disk
import Pipeline
import SystemPackage

/// What layers of base images hold is read once and kept beside them: inflating takes far longer than all else.
extension LayerIndex {
    static let folderName = "trees-1"

    /// The members of a layer of a layout, as they were read now or before.
    static func of(_ layer: Digest, in layout: Layout) throws -> LayerIndex {
        let place = layout.root.appending(folderName).appending(layer.hex)
        if let bytes = try place.contentsIfPresent(limit: 1 << 30), let kept = LayerIndex(kept: bytes, layer) {
            return kept
        }
        let index = try LayerIndex(of: layout.file(of: layer), digest: layer)
        try place.removingLastComponent().makeFolders()
        try place.write(index.bytes)
        return index
    }

    /// Fields parted by NUL, which no path holds, and a count at the end that tells whether all is there.
    private var bytes: [UInt8] {
        var bytes: [UInt8] = []
        func append(_ kind: String, _ path: Path, _ fields: [[UInt8]] = []) {
            for field in [Array(kind.utf8), path.bytes] + fields { bytes += field + [0] }
        }
        for path in opaque { append("o", path) }
        for path in hidden { append("h", path) }
        for (path, node) in members {
            let facts = Array("\(node.mode) \(node.owner.user) \(node.owner.group)".utf8)
            switch node.kind {
            case .folder: append("d", path, [facts])
            case .special: append("s", path, [facts])
            case .symbolicLink(let target): append("l", path, [facts, target])
            case .file(let size, let content): append("f", path, [facts, Array("\(size)".utf8), content.path.bytes])
            }
        }
        return bytes + Array("end \(opaque.count + hidden.count + members.count)".utf8)
    }

    /// Nil when something is missing or is not as it was written.
    private init?(kept bytes: [UInt8], _ layer: Digest) {
        self.init()
        var fields = bytes.split(separator: 0, omittingEmptySubsequences: false)[...]
        func next() -> [UInt8]? { fields.count > 1 ? fields.popFirst().map(Array.init) : nil }
        while let kind = next() {
            guard let path = next().map(Path.init(bytes:)) else { return nil }
            switch String(decoding: kind, as: UTF8.self) {
            case "o": opaque.append(path)
            case "h": hidden.append(path)
            case let kind:
                guard let node = Self.node(kind, layer, next) else { return nil }
                members.append((path, node))
            }
        }
        let count = opaque.count + hidden.count + members.count
        guard let last = fields.first, last.elementsEqual("end \(count)".utf8) else { return nil }
    }

    private static func node(_ kind: String, _ layer: Digest, _ next: () -> [UInt8]?) -> FileTree.Node? {
        let facts = next().map { String(decoding: $0, as: UTF8.self).split(separator: " ") } ?? []
        guard facts.count == 3, let mode = UInt32(facts[0]), let user = Int(facts[1]), let group = Int(facts[2]) else {
            return nil
        }
        let owner = TarEntry.Owner(user: user, group: group)
        switch kind {
        case "d": return .init(kind: .folder, mode: mode, owner: owner)
        case "s": return .init(kind: .special, mode: mode, owner: owner)
        case "l": return next().map { .init(kind: .symbolicLink(to: $0), mode: mode, owner: owner) }
        case "f":
            guard let size = next().flatMap({ Int64(String(decoding: $0, as: UTF8.self)) }), let path = next() else {
                return nil
            }
            let content = FileTree.Content(layer: layer, path: Path(bytes: path))
            return .init(kind: .file(size: size, content), mode: mode, owner: owner)
        default: return nil
        }
    }
}
