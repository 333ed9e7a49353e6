import Pipeline

/// The members a COPY puts into its layer: where each goes, with which owner and mode.
struct CopySelection {
    let arguments: CopyArguments
    /// Where it goes, absolute.
    let target: Path
    /// What is there already.
    let image: ImageState

    /// The files of an image while it is made.
    struct ImageState {
        var tree: FileTree
        /// Whether it is known of every path whether it is there.
        var isWhole = true
    }

    /// The end of the target says it is a folder.
    private var isFolderTarget: Bool {
        let text = arguments.target
        return text.hasSuffix("/") || text == "." || text == ".." || text.hasSuffix("/.") || text.hasSuffix("/..")
            || image.tree.resolved(target).map { image.tree[$0]?.kind == .folder } ?? false
    }

    /// All members, folders before their content, each path once; and the image as it is with them.
    func members(from source: any CopySource) throws -> (members: [LayerMember], image: ImageState) {
        var layer = LayerDraft(image: image, owner: arguments.owner)
        let items = try arguments.sources.flatMap { try source.items(matching: $0) }
        guard items.count + arguments.documents.count < 2 || isFolderTarget else { throw CopyTrouble.manyIntoOne }
        for (name, text) in arguments.documents {
            let bytes = Array(text.utf8)
            let path = Path(bytes: Array(name.utf8))
            let item = CopyItem(
                path: path, kind: .file(size: Int64(bytes.count)), mode: 0o644, content: .bytes(bytes))
            try layer.put(changed(item), at: place(of: item))
        }
        for item in items {
            guard item.kind == .folder else {
                try layer.put(changed(item), at: place(of: item))
                continue
            }
            try layer.putFolder(at: target)
            for inner in try source.contents(of: item.path) {
                guard let below = inner.path.relative(to: item.path) else { continue }
                let path = below.components.reduce(target) { $0.appending($1) }
                try layer.put(changed(inner), at: path)
            }
        }
        return (layer.members, layer.image)
    }

    private func place(of item: CopyItem) -> Path {
        isFolderTarget ? target.appending(item.path.components.last ?? []) : target
    }

    private func changed(_ item: CopyItem) -> CopyItem {
        var mode = arguments.mode ?? item.mode
        if case .symbolicLink = item.kind { mode = 0o777 }
        return CopyItem(
            path: item.path, kind: item.kind, mode: mode, owner: arguments.owner ?? item.owner, content: item.content)
    }
}

/// A layer while members are put into it, on top of an image.
struct LayerDraft {
    private(set) var image: CopySelection.ImageState
    /// Of folders that are made on the way.
    let owner: TarEntry.Owner?
    private var entries: [Path: LayerMember] = [:]

    init(image: CopySelection.ImageState, owner: TarEntry.Owner?) {
        (self.image, self.owner) = (image, owner)
    }

    /// All that was put, folders before what is in them.
    var members: [LayerMember] {
        entries.values.sorted { $0.entry.path.lexicographicallyPrecedes($1.entry.path) }
    }

    /// Makes a folder whose content follows, where there is none; one that is there stays as it is.
    mutating func putFolder(at path: Path) throws {
        guard let real = image.tree.resolved(path) else { throw CopyTrouble.circle("\(path)") }
        guard !real.isRoot else { return }
        if let there = image.tree[real] {
            guard there.kind == .folder else { throw CopyTrouble.folderOverFile(real) }
            show(real)
        } else if image.isWhole || owner != nil {
            // As others make it: its content keeps what it was, the folder does not.
            let made = CopyItem(
                path: path, kind: .folder, mode: 0o755, owner: owner ?? TarEntry.Owner(), content: .none)
            try put(made, at: path)
        }
    }

    mutating func put(_ item: CopyItem, at path: Path) throws {
        guard let folder = image.tree.resolved(path.parent) else { throw CopyTrouble.circle("\(path)") }
        var real = folder.appending(path.components.last ?? [])
        // A folder goes where a link to one leads; anything else takes the place of the link.
        if item.kind == .folder, let target = image.tree.resolved(real), image.tree[target]?.kind == .folder {
            real = target
        }
        switch (image.tree[real]?.kind, item.kind) {
        case (.folder?, .file), (.folder?, .symbolicLink): throw CopyTrouble.fileOverFolder(real)
        case (.file?, .folder), (.symbolicLink?, .folder), (.special?, .folder): throw CopyTrouble.folderOverFile(real)
        default: break
        }
        try showFolders(around: real)
        entries[real] = LayerMember(item, at: real)
        image.tree.put(FileTree.Node(item, at: real), at: real)
    }

    /// Writes the folders above a path: those that are there as they are, because a layer that does not show them makes
    /// them anew, and those that are not.
    private mutating func showFolders(around path: Path) throws {
        var folders: [Path] = []
        var folder = path.parent
        while !folder.isRoot {
            folders.append(folder)
            folder = folder.parent
        }
        for folder in folders.reversed() {
            switch image.tree[folder]?.kind {
            case .folder?: show(folder)
            case nil:
                guard image.isWhole || owner != nil else { continue }
                let made = CopyItem(
                    path: folder, kind: .folder, mode: 0o755, owner: owner ?? TarEntry.Owner(), content: .none)
                entries[folder] = LayerMember(made, at: folder)
                image.tree.put(FileTree.Node(made, at: folder), at: folder)
            default: throw CopyTrouble.folderOverFile(folder)
            }
        }
    }

    private mutating func show(_ folder: Path) {
        guard entries[folder] == nil, let node = image.tree[folder] else { return }
        let item = CopyItem(path: folder, kind: .folder, mode: node.mode, owner: node.owner, content: .none)
        entries[folder] = LayerMember(item, at: folder)
    }
}

extension LayerMember {
    fileprivate init(_ item: CopyItem, at path: Path) {
        let kind: TarEntry.Kind =
            switch item.kind {
            case .folder: .folder
            case .file(let size): .file(size: size)
            case .symbolicLink(let target): .symbolicLink(to: target)
            }
        entry = TarEntry(path: path.bytes, kind: kind, mode: item.mode, owner: item.owner)
        content = item.content
    }
}

extension FileTree.Node {
    /// What is there once a layer has it; in which layer its content will be is not known yet.
    fileprivate init(_ item: CopyItem, at path: Path) {
        (mode, owner) = (item.mode, item.owner)
        switch item.kind {
        case .folder: kind = .folder
        case .symbolicLink(let target): kind = .symbolicLink(to: target)
        case .file(let size): kind = .file(size: size, FileTree.Content(layer: .pending, path: path))
        }
    }
}

extension Digest {
    /// Stands for a layer until it is written.
    static let pending = Digest(bytes: [UInt8](repeating: 0, count: 32))
}
