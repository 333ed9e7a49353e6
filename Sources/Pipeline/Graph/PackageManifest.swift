/// What a `package.json` says of other packages.
struct PackageManifest {
    struct Dependency {
        let name: String
        let spec: String
        let line: Int
    }

    let folder: Path
    private(set) var name: String?
    private(set) var version: String?
    /// The patterns of `workspaces`, nil without such a key.
    private(set) var workspaces: [String]?
    private(set) var dependencies: [Dependency] = []

    private static let dependencyKeys: Set<String> = [
        "dependencies", "optionalDependencies", "peerDependencies", "devDependencies",
    ]

    init(_ bytes: [UInt8], folder: Path) {
        self.folder = folder
        let source = Source(bytes, .json)
        var at = 1
        guard source.isSymbol(0, "{") else { return }
        while at < source.tokens.count {
            guard let key = source.string(at), source.isSymbol(at + 1, ":") else {
                at += 1
                continue
            }
            let value = at + 2
            let isNested = source.isSymbol(value, "{") || source.isSymbol(value, "[")
            let end = isNested ? source.closing(value) : value
            switch key {
            case "name": name = source.string(value)
            case "version": version = source.string(value)
            case "workspaces": workspaces = Self.patterns(source, value, end)
            case let key where isNested && Self.dependencyKeys.contains(key): readDependencies(source, value, end)
            default: break
            }
            at = end + 1
        }
    }

    private mutating func readDependencies(_ source: Source, _ start: Int, _ end: Int) {
        var at = start + 1
        while at < end {
            if let name = source.string(at), source.isSymbol(at + 1, ":"), let spec = source.string(at + 2) {
                dependencies.append(Dependency(name: name, spec: spec, line: source.line(at)))
                at += 3
            } else {
                at += 1
            }
        }
    }

    /// A list of patterns, or the list `packages` in an object.
    private static func patterns(_ source: Source, _ start: Int, _ end: Int) -> [String] {
        var start = start
        if source.isSymbol(start, "{") {
            guard
                let key = (start..<end).first(where: {
                    source.string($0) == "packages" && source.isSymbol($0 + 1, ":") && source.isSymbol($0 + 2, "[")
                })
            else { return [] }
            start = key + 2
        }
        guard source.isSymbol(start, "[") else { return [] }
        return (start..<min(end, source.closing(start))).compactMap { source.string($0) }
    }
}
