public import Pipeline

/// The paths of a build context that a Dockerfile takes, whatever builds it.
public struct PackedPaths: Sendable {
    private let ignore: IgnoreFile
    private let escape: Character
    private let instructions: [Dockerfile.Instruction]

    /// What comes from another stage or image does not come from the context.
    public init(_ dockerfile: Dockerfile, ignoreFile: [UInt8]?) {
        escape = dockerfile.escape
        ignore = IgnoreFile(parsing: ignoreFile.map { String(decoding: $0, as: UTF8.self) })
        instructions = dockerfile.instructions.filter { instruction in
            (instruction.keyword == "COPY" || instruction.keyword == "ADD")
                && instruction.origin == nil
        }
    }

    /// Whether COPY or ADD takes a path, as far as `.dockerignore` lets it.
    ///
    /// In doubt it does: a source that holds a variable may be anything.
    public func contains(_ path: Path) -> Bool {
        guard ignore.ruleAgainst(path) == nil else { return false }
        return instructions.contains { instruction in
            guard let arguments = CopyArguments(instruction, variables: Variables([:], escape: escape)) else {
                return true
            }
            return instruction.arguments.contains("$") || arguments.sources.contains { Self.takes(path, source: $0) }
        }
    }

    private static func takes(_ path: Path, source: String) -> Bool {
        var text = source[...]
        while text.hasPrefix("/") { text = text.dropFirst() }
        do {
            let plain = try Path(parsing: String(text))
            if path.lies(in: plain) { return true }
            let glob = PathPattern(String(decoding: plain.bytes, as: UTF8.self))
            var folder = path
            while !folder.isRoot {
                if glob.matches(folder) { return true }
                folder = folder.parent
            }
            return false
        } catch {
            return true
        }
    }
}
