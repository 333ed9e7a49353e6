extension ModuleGraph {
    /// Reads the build files of a tree.
    ///
    /// `images` says which module folder makes the image of a name, a whole one or its last part; `contexts` where the
    /// builder of a Dockerfile stands, when that is not the folder of the file.
    public init(reading tree: BuildTree, images: [String: Path] = [:], contexts: [Path: Path] = [:]) throws {
        var draft = Draft(tree)
        let files = Self.sorted(tree.files)
        // All modules are known before any reference is followed.
        let gradle = try GradleBuilds(files, &draft)
        let maven = try MavenProjects(files, &draft)
        let swift = SwiftPackages(files, &draft)
        let node = try NodePackages(files, &draft)
        let go = try GoModules(files, &draft)
        let cargo = try CargoCrates(files, &draft)
        let python = try PythonProjects(files, &draft)
        let docker = ImageScripts(files, images: images, contexts: contexts, &draft)
        try gradle.link(&draft)
        try maven.link(&draft)
        try swift.link(&draft)
        try node.link(&draft)
        try go.link(&draft)
        try cargo.link(&draft)
        try python.link(&draft)
        try docker.link(&draft)
        self = draft.graph
    }

    /// The files by kind, without what a package manager laid down.
    private static func sorted(_ files: [Path]) -> [BuildFiles.Kind: [Path]] {
        var result: [BuildFiles.Kind: [Path]] = [:]
        for file in files {
            let slash = file.bytes.lastIndex(of: UInt8(ascii: "/"))
            guard let kind = BuildFiles.kind(of: file.bytes[(slash.map { $0 + 1 } ?? 0)...]) else { continue }
            if slash != nil, file.isInstalled { continue }
            result[kind, default: []].append(file)
        }
        return result
    }
}

extension Path {
    /// Whether the path lies in a `node_modules` folder.
    fileprivate var isInstalled: Bool {
        let name = Array("node_modules/".utf8)
        return bytes.indices.contains { at in
            bytes[at] == 0x6E && (at == 0 || bytes[at - 1] == 0x2F) && bytes[at...].starts(with: name)
        }
    }
}
