import Git
import Pipeline

/// The files that state versions, as they are in the tree that is built.
struct StatedFiles: Sendable {
    /// One file of a service.
    struct Stated: Sendable {
        let file: VersionFile
        /// Nil when there is no such file.
        let bytes: [UInt8]?
    }

    private let files: [ServiceName: [Stated]]

    init(of catalog: Catalog, in tree: Tree) throws {
        files = try catalog.services.reduce(into: [:]) { files, service in
            guard service.kind == .service else { return }
            let stated = try service.versionFiles.map { Stated(file: $0, bytes: try tree.content(of: $0.path)) }
            if !stated.isEmpty { files[service.name] = stated }
        }
    }

    /// An answer with what the files of its service say.
    func completing(_ answer: VersionAnswer) -> VersionAnswer {
        answer.stating(
            (files[answer.name] ?? []).map { stated in
                (stated.file, stated.bytes.map { stated.file.reading(of: $0) })
            })
    }

    /// What a release of a version would write into the files of a service; nothing for those that state it already.
    ///
    /// Throws when one of them cannot be written.
    func edits(for service: ServiceName, version: SemanticVersion) throws -> [VersionFileEdit] {
        try (files[service] ?? []).compactMap { stated in
            guard let old = stated.bytes else {
                throw VersionFile.Problem(
                    file: stated.file.path, line: nil, "there is no such file in this tree",
                    hint: "is it committed? if it is not needed any more, take it out of version.files")
            }
            let new = try stated.file.writing(version, into: old).get()
            return new == old ? nil : VersionFileEdit(path: stated.file.path, old: old, new: new)
        }
    }
}

/// A file before and after a version was written into it.
struct VersionFileEdit: Equatable, Sendable {
    let path: Path
    let old: [UInt8]
    let new: [UInt8]
}

extension Survey {
    /// What a release of a version would write into the version files of a service.
    ///
    /// Throws a `VersionFile.Problem` for the first file that cannot be written.
    func versionFileEdits(for service: ServiceName, version: SemanticVersion) throws -> [VersionFileEdit] {
        try statedFiles.edits(for: service, version: version)
    }
}
