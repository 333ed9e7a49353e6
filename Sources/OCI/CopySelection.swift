import Disk
import Pipeline
import SystemPackage

/// The members a COPY puts into its layer: where each goes, with which owner and mode.
struct CopySelection {
    let arguments: CopyArguments
    /// Where it goes, absolute.
    let target: String
    /// Folders of the image that are known to exist.
    let known: Set<String>
    /// Whether nothing lies below the image but what this Dockerfile put there.
    let isFromScratch: Bool

    struct Member {
        var entry: TarEntry
        /// Nil for folders that are made and links, which have no content.
        var content: (file: FilePath, status: FileStatus)?
    }

    private var isFolderTarget: Bool {
        arguments.target.hasSuffix("/") || arguments.target == "." || arguments.target.hasSuffix("/.")
            || known.contains(target)
    }

    /// All members, folders before their content, each path once.
    func members(in context: BuildContext) throws -> [Member] {
        var members: [[UInt8]: Member] = [:]
        for member in try arguments.sources.flatMap({ try self.members(of: $0, in: context) }) {
            members[member.entry.path] = member
        }
        for folder in missingFolders(around: members.values.map(\.entry)) where members[folder] == nil {
            members[folder] = Member(
                entry: TarEntry(path: folder, kind: .folder, mode: 0o755, owner: owner(of: folder)))
        }
        return members.values.sorted { $0.entry.path.lexicographicallyPrecedes($1.entry.path) }
    }

    private func members(of source: String, in context: BuildContext) throws -> [Member] {
        let items = try context.items(matching: source)
        guard items.count + arguments.sources.count < 3 || isFolderTarget else {
            throw BuildContext.Trouble.manyIntoOne
        }
        return try items.flatMap { item -> [Member] in
            guard item.status.kind == .folder else {
                let name = Array((isFolderTarget ? target + "/" : target).utf8.dropFirst())
                let path = isFolderTarget ? name.droppingLeadingSlashes + (item.path.components.last ?? []) : name
                return [try member(item, at: path)]
            }
            let root = Array(target.utf8.dropFirst())
            return try context.contents(of: item.path).compactMap { inner in
                guard let below = inner.path.relative(to: item.path) else { return nil }
                return try member(inner, at: root.isEmpty ? below.bytes : root + [UInt8(ascii: "/")] + below.bytes)
            }
        }
    }

    private func member(_ item: BuildContext.Item, at path: [UInt8]) throws -> Member {
        let owner = arguments.owner
        switch item.status.kind {
        case .folder:
            return Member(entry: TarEntry(path: path, kind: .folder, mode: arguments.mode ?? 0o755, owner: owner))
        case .symbolicLink:
            let target = try item.source.linkTarget().bytes
            return Member(entry: TarEntry(path: path, kind: .symbolicLink(to: target), mode: 0o777, owner: owner))
        case .file, .other:
            // Modes as git knows them: what umask did to a checkout is nobody's intention.
            let mode: UInt32 = arguments.mode ?? (item.status.isExecutable ? 0o755 : 0o644)
            let entry = TarEntry(path: path, kind: .file(size: item.status.size), mode: mode, owner: owner)
            return Member(entry: entry, content: (item.source, item.status))
        }
    }

    /// Folders above the members.
    ///
    /// On a base they may exist with modes of their own, so only those are written that this Dockerfile gives an owner;
    /// whoever unpacks makes the others.
    private func missingFolders(around entries: [TarEntry]) -> [[UInt8]] {
        let slash = UInt8(ascii: "/")
        let targetFolder = Array(target.utf8.dropFirst())
        var folders: Set<[UInt8]> = []
        for entry in entries {
            for index in entry.path.indices where entry.path[index] == slash {
                folders.insert(Array(entry.path[..<index]))
            }
        }
        if isFromScratch { return folders.filter { !known.contains("/" + String(decoding: $0, as: UTF8.self)) } }
        return arguments.hasOwner && folders.contains(targetFolder) ? [targetFolder] : []
    }

    private func owner(of folder: [UInt8]) -> TarEntry.Owner {
        folder == Array(target.utf8.dropFirst()) ? arguments.owner : TarEntry.Owner()
    }
}

extension [UInt8] {
    fileprivate var droppingLeadingSlashes: [UInt8] { Array(drop { $0 == UInt8(ascii: "/") }) }
}
