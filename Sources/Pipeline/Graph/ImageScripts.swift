/// All Dockerfiles of a tree: which image each begins with, and what it copies.
struct ImageScripts {
    private let files: [Path]
    /// The folders of images of this repository, by name.
    private let images: [String: Path]
    private let contexts: [Path: Path]

    init(
        _ files: [BuildFiles.Kind: [Path]], images: [String: Path], contexts: [Path: Path], _ draft: inout Draft
    ) {
        (self.files, self.images, self.contexts) = ((files[.dockerfile] ?? []).sorted(), images, contexts)
        let names = Dictionary(images.map { ($0.value, $0.key) }) { min($0, $1) }
        for folder in Set(self.files.map(\.parent)) {
            let name = names[folder].flatMap { $0.split(separator: "/").last.map(String.init) }
            draft.add(name ?? folder.name, in: folder, "docker")
        }
    }

    func link(_ draft: inout Draft) throws {
        for file in files {
            guard let bytes = try draft.tree.content(file) else { continue }
            var link = ImageLink(file: file, context: contexts[file] ?? file.parent, images: images)
            for instruction in ImageScript(bytes).instructions { try link.follow(instruction, &draft) }
        }
    }
}
