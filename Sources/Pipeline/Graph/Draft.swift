/// A graph while its files are read.
struct Draft {
    /// The place of a reference: a line of a file, read for a module.
    struct Place {
        let module: Path
        let file: Path
        let line: Int
    }

    let tree: BuildTree
    /// The folders of all modules.
    private(set) var folders: Set<Path> = []
    private(set) var edges: [ModuleGraph.Edge] = []
    private var modules: [ModuleGraph.Module] = []
    private var inputs: [ModuleGraph.Input] = []
    private var dangling: [ModuleGraph.Dangling] = []
    /// What folders hold, as far as it was asked for.
    private var listings: [Path: [[UInt8]: Bool]?] = [:]

    init(_ tree: BuildTree) {
        self.tree = tree
    }

    var graph: ModuleGraph {
        ModuleGraph(
            modules: modules.sortedOnce(), edges: edges.sortedOnce(), inputs: inputs.sortedOnce(),
            dangling: dangling.sortedOnce())
    }

    mutating func add(_ name: String, in folder: Path, _ toolchain: String) {
        folders.insert(folder)
        modules.append(ModuleGraph.Module(folder: folder, name: name, toolchain: toolchain))
    }

    mutating func connect(_ place: Place, to folder: Path, _ kind: ModuleGraph.Kind = .build) {
        guard folder != place.module else { return }
        edges.append(.init(from: place.module, to: folder, kind: kind, file: place.file, line: place.line))
    }

    /// Records what a module reads outside of its folder.
    mutating func read(_ path: Path, at place: Place) {
        guard !path.lies(in: place.module) else { return }
        inputs.append(.init(module: place.module, path: path, file: place.file, line: place.line))
    }

    mutating func miss(_ text: String, at place: Place) {
        dangling.append(.init(module: place.module, file: place.file, line: place.line, text: text))
    }

    // MARK: - References by path

    /// A reference to a folder that should be a module: an edge, or an input when it is none.
    mutating func refer(
        to text: String, in base: Path, _ kind: ModuleGraph.Kind = .build, at place: Place
    ) throws {
        guard let path = Path.resolve(text, in: base) else { return miss(text, at: place) }
        try refer(to: path, kind, at: place, as: text)
    }

    mutating func refer(to path: Path, _ kind: ModuleGraph.Kind, at place: Place, as text: String) throws {
        if folders.contains(path) {
            connect(place, to: path, kind)
        } else if try exists(path) {
            read(path, at: place)
        } else {
            miss(text, at: place)
        }
    }

    /// A reference to any path: an edge to the innermost module that holds it, else an input.
    ///
    /// A module above the one that refers is not meant: an edge to it would stand for all that lies in it.
    mutating func reach(_ path: Path, at place: Place, as text: String) throws {
        guard !path.lies(in: place.module) else { return }
        if let home = home(of: path), !place.module.lies(in: home) {
            connect(place, to: home)
        } else if try exists(path) {
            read(path, at: place)
        } else {
            miss(text, at: place)
        }
    }

    /// The innermost module folder that a path lies in, or that it is.
    private func home(of path: Path) -> Path? {
        var folder = path
        while !folders.contains(folder) {
            guard !folder.isRoot else { return nil }
            folder = folder.parent
        }
        return folder
    }

    // MARK: - The tree

    mutating func exists(_ path: Path) throws -> Bool {
        if path.isRoot { return true }
        guard let name = path.components.last else { return false }
        return try listing(of: path.parent)?[name] != nil
    }

    /// Whether a folder holds each of these, asked at once.
    mutating func present(_ names: [String], in folder: Path) throws -> [Path] {
        guard let listing = try listing(of: folder) else { return [] }
        return names.filter { listing[Array($0.utf8)] != nil }.map { folder.appending($0) }
    }

    private mutating func listing(of folder: Path) throws -> [[UInt8]: Bool]? {
        if let known = listings[folder] { return known }
        var listing: [[UInt8]: Bool]?
        if let names = try tree.names(folder) {
            listing = Dictionary(names.map { ($0.name, $0.isFolder) }) { first, _ in first }
        }
        listings[folder] = .some(listing)
        return listing
    }
}

extension Array where Element: Comparable {
    fileprivate func sortedOnce() -> [Element] {
        var result: [Element] = []
        result.reserveCapacity(count)
        for element in sorted() where result.last != element { result.append(element) }
        return result
    }
}
