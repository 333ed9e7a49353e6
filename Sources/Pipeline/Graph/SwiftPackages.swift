/// The Swift packages of a tree: what `.package(path:)` says in their manifests.
struct SwiftPackages {
    private let files: [Path]

    init(_ files: [BuildFiles.Kind: [Path]], _ draft: inout Draft) {
        self.files = (files[.swiftPackage] ?? []).sorted()
        for file in self.files { draft.add(file.parent.name, in: file.parent, "swiftpm") }
    }

    func link(_ draft: inout Draft) throws {
        for file in files {
            guard let bytes = try draft.tree.content(file) else { continue }
            let source = Source(bytes, .swift)
            for index in source.tokens.indices where source.isWord(index, "package") {
                guard source.isSymbol(index - 1, "."), let (text, line) = Self.path(source, index + 1) else { continue }
                try draft.refer(
                    to: text, in: file.parent, at: .init(module: file.parent, file: file, line: line))
            }
        }
    }

    /// The argument `path:` of a call, which stands first or behind `name:`.
    private static func path(_ source: Source, _ open: Int) -> (String, line: Int)? {
        guard source.isSymbol(open, "(") else { return nil }
        let label = source.isWord(open + 1, "name") ? open + 5 : open + 1
        guard source.isWord(label, "path"), source.isSymbol(label + 1, ":"), let text = source.string(label + 2) else {
            return nil
        }
        return (text, source.line(label + 2))
    }
}
