import Disk
import Pipeline
import SystemPackage

/// Which files an image has, as far as COPY must know: what lies where, and in which layer its content is.
struct FileTree {
    private var nodes: [Path: Node] = [.root: Node(kind: .folder, mode: 0o755)]
    /// The names in each folder.
    private var names: [Path: Set<[UInt8]>] = [:]

    struct Node: Equatable {
        var kind: Kind
        var mode: UInt32
        var owner = TarEntry.Owner()

        enum Kind: Equatable {
            case folder
            case file(size: Int64, Content)
            case symbolicLink(to: [UInt8])
            case special
        }
    }

    /// Where the content of a file is: in a layer, at a path.
    struct Content: Hashable {
        let layer: Digest
        let path: Path
    }

    subscript(_ path: Path) -> Node? { nodes[path] }

    /// The paths in a folder, sorted.
    func paths(in folder: Path) -> [Path] {
        (names[folder] ?? []).map(folder.appending).sorted()
    }

    mutating func put(_ node: Node, at path: Path) {
        guard !path.isRoot else {
            if node.kind == .folder { nodes[path] = node }
            return
        }
        if let old = nodes[path], old.kind == .folder, node.kind != .folder { remove(below: path) }
        makeFolders(around: path)
        nodes[path] = node
        names[path.parent, default: []].insert(path.components.last ?? [])
    }

    private mutating func makeFolders(around path: Path) {
        var folder = path.parent
        while !folder.isRoot, nodes[folder] == nil {
            nodes[folder] = Node(kind: .folder, mode: 0o755)
            names[folder.parent, default: []].insert(folder.components.last ?? [])
            folder = folder.parent
        }
    }

    private mutating func remove(_ path: Path) {
        remove(below: path)
        nodes[path] = nil
        names[path.parent]?.remove(path.components.last ?? [])
    }

    private mutating func remove(below folder: Path) {
        var open = [folder]
        while let next = open.popLast() {
            for name in names.removeValue(forKey: next) ?? [] {
                let inner = next.appending(name)
                nodes[inner] = nil
                open.append(inner)
            }
        }
    }

    /// A path with the links on the way followed, the last one included, as somebody in the image sees it.
    ///
    /// What is not there is taken as it is written. Nil when links lead in circles.
    func resolved(_ path: Path, followingLast: Bool = true) -> Path? {
        var rest = path.components[...]
        var done = Path.root
        var links = 0
        while let name = rest.popFirst() {
            if name.elementsEqual("..".utf8) {
                done = done.parent
                continue
            }
            let next = done.appending(name)
            guard case .symbolicLink(let target)? = nodes[next]?.kind, followingLast || !rest.isEmpty else {
                done = next
                continue
            }
            links += 1
            guard links <= 40 else { return nil }
            if target.first == UInt8(ascii: "/") { done = .root }
            let parts = target.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(".".utf8) }
            rest = (parts.map(Array.init) + rest)[...]
        }
        return done
    }

    // MARK: - Layers

    /// Says in which layer the content of files is that were put.
    mutating func settle(_ members: [LayerMember], in layer: Digest) {
        for member in members {
            guard case .file(let size) = member.entry.kind else { continue }
            let path = Path(bytes: member.entry.path)
            nodes[path]?.kind = .file(size: size, Content(layer: layer, path: path))
        }
    }

    /// Lays a layer over what is there, whiteouts included.
    mutating func apply(_ layer: LayerIndex) {
        // What a layer hides is hidden before anything of it is seen, wherever in it the whiteout stands.
        for path in layer.opaque { remove(below: path) }
        for path in layer.hidden { remove(path) }
        for (path, node) in layer.members { put(node, at: path) }
    }
}

/// The members of one layer, as its tar has them.
struct LayerIndex {
    var members: [(path: Path, node: FileTree.Node)] = []
    var hidden: [Path] = []
    var opaque: [Path] = []

    init() {}

    /// Reads a whole layer.
    ///
    /// Throws `LayerStream.Damage` where it is no tar, or compressed in a way that is not known.
    init(of file: FilePath, digest: Digest) throws {
        var reader = TarReader()
        var found: [TarReader.Member] = []
        let handler = TarReader.Handler(
            member: {
                found.append($0)
                return false
            }, content: { _ in }, end: {})
        try LayerStream(file: file).read { piece in
            try reader.take(piece, handler)
            guard found.count <= Self.limit else { throw LayerStream.Damage() }
            return true
        }
        guard reader.isWhole else { throw LayerStream.Damage() }
        var contents: [Path: FileTree.Node] = [:]
        for member in found { add(member, digest, &contents) }
    }

    /// More files are in no image.
    private static let limit = 4_000_000

    private mutating func add(_ member: TarReader.Member, _ digest: Digest, _ contents: inout [Path: FileTree.Node]) {
        let path = Path(bytes: member.path)
        let last = path.components.last ?? []
        guard !path.components.contains(where: { $0.elementsEqual("..".utf8) }) else { return }
        if last.elementsEqual(".wh..wh..opq".utf8) {
            opaque.append(path.parent)
            return
        }
        if last.starts(with: ".wh.".utf8) {
            hidden.append(path.parent.appending(Array(last.dropFirst(4))))
            return
        }
        let kind: FileTree.Node.Kind
        switch member.kind {
        case .folder: kind = .folder
        case .file(let size): kind = .file(size: size, FileTree.Content(layer: digest, path: path))
        case .symbolicLink(let target): kind = .symbolicLink(to: target)
        case .special: kind = .special
        case .hardLink(let target):
            // Another name for what came before in the same layer.
            guard let original = contents[Path(bytes: target)] else { return }
            members.append((path, original))
            contents[path] = original
            return
        }
        let node = FileTree.Node(kind: kind, mode: member.mode, owner: member.owner)
        contents[path] = node
        members.append((path, node))
    }
}
