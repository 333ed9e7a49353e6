import Disk
import Pipeline
import SystemPackage

/// COPY and ADD.
extension StageBuild {
    mutating func copy(
        _ instruction: Dockerfile.Instruction, from origin: ImagePlan.Origin, among made: [Int: StageBuild],
        _ extraction: inout LayerExtraction
    ) async throws {
        guard let copy = CopyArguments(instruction, variables: variables) else {
            throw invalid(instruction, "\(instruction.keyword) wants a source and a target")
        }
        if let problem = copy.problem { throw invalid(instruction, problem) }
        let target = Path(absolute: configuration.absolute(copy.target))
        let selection = CopySelection(arguments: copy, target: target, image: try state())
        var (members, image): ([LayerMember], CopySelection.ImageState)
        do {
            switch origin {
            case .context: (members, image) = try selection.members(from: kit.context)
            case .stage(let number):
                guard var stage = made[number] else { preconditionFailure("stages are made in their order") }
                (members, image) = try selection.members(from: ImageFiles(tree: try stage.state().tree))
            case .image(let source):
                (members, image) = try selection.members(from: files(of: source, for: instruction))
            }
        } catch let trouble as CopyTrouble {
            throw explained(trouble, instruction, outside: origin)
        }
        if instruction.keyword == "ADD" { try refuseArchives(members, instruction) }
        for member in members where member.entry.mode & 0o6000 != 0 && member.content != .none {
            note(
                "\(kit.plan.dockerfile):\(instruction.line): /\(Path(bytes: member.entry.path)) runs as its owner "
                    + "(mode \(String(member.entry.mode, radix: 8)))")
        }
        try take(&members, out: &extraction)
        try await add(members, by: "\(instruction.keyword) \(instruction.arguments)", image: image)
    }

    /// The files of an image of somebody else.
    private func files(of source: ImagePlan.Source, for instruction: Dockerfile.Instruction) throws -> ImageFiles {
        var tree = FileTree()
        for layer in kit.bases[source]?.layers ?? [] {
            do {
                tree.apply(try LayerIndex.of(layer.digest, in: kit.layout))
            } catch is LayerStream.Damage {
                throw ImageError.needsBuilder(
                    kit.plan.dockerfile, line: instruction.line,
                    "COPY --from=\(source.base.text) (\(LayerStream.Damage.text(of: layer)))")
            }
        }
        return ImageFiles(tree: tree)
    }

    /// Puts what is in layers of other images into files.
    private func take(_ members: inout [LayerMember], out extraction: inout LayerExtraction) throws {
        let wanted = members.compactMap { member -> FileTree.Content? in
            if case .layer(let content) = member.content { content } else { nil }
        }
        try extraction.take(Set(wanted), from: kit.layout)
        for index in members.indices {
            guard case .layer(let content) = members[index].content, let file = extraction.files[content],
                let status = try file.status()
            else { continue }
            members[index].content = .file(file, status)
        }
    }

    /// ADD unpacks archives, which it knows by what is in them.
    private func refuseArchives(_ members: [LayerMember], _ instruction: Dockerfile.Instruction) throws {
        let magics: [[UInt8]] = [
            [0x1F, 0x8B], Array("BZh".utf8), [0xFD, 0x37, 0x7A, 0x58, 0x5A], [0x28, 0xB5, 0x2F, 0xFD],
        ]
        for member in members {
            guard case .file(let file, _) = member.content else { continue }
            let head = try file.slice(from: 0, count: 263)
            let isTar = head.count == 263 && head[257..<262].elementsEqual("ustar".utf8)
            guard isTar || magics.contains(where: { head.starts(with: $0) }) else { continue }
            throw ImageError.needsBuilder(
                kit.plan.dockerfile, line: instruction.line,
                "ADD of an archive (\(file.lastComponent?.string.printable ?? ""))")
        }
    }

    func explained(
        _ trouble: CopyTrouble, _ instruction: Dockerfile.Instruction, outside origin: ImagePlan.Origin = .context
    ) -> ImageError {
        switch trouble {
        case .leadsOut(let name):
            let hint = "set context: to a folder around it"
            return invalid(instruction, "\(name.printable) leads out of the build context", hint: hint)
        case .missing(let name):
            guard origin == .context else {
                return invalid(instruction, "\(name.printable) is not in \(instruction.origin?.printable ?? "")")
            }
            let hint = "is it made by the build step?"
            return invalid(instruction, "\(name.printable) is not in the build context", hint: hint)
        case .ignored(let name, let rule):
            return invalid(instruction, "\(name.printable) is kept out by \(rule)")
        case .special(let path):
            return invalid(instruction, "\(path) is neither file, folder nor link")
        case .manyIntoOne:
            let hint = "end the target with a slash"
            return invalid(
                instruction, "\(instruction.keyword) of several files wants a folder as its target", hint: hint)
        case .noPattern(let name, let problem): return invalid(instruction, "\(name.printable) \(problem)")
        case .fileOverFolder(let path):
            return invalid(instruction, "/\(path) is a folder already, and a file cannot take its place")
        case .folderOverFile(let path):
            return invalid(instruction, "/\(path) is a file already, and a folder cannot take its place")
        case .circle(let name): return invalid(instruction, "links at \(name.printable) lead in circles")
        }
    }
}
