public import Pipeline

/// What of a Dockerfile a builder has to do, and what is left to be assembled on its result.
///
/// RUN lines that see nothing of the build context are parted from what comes after them: they are built once, and
/// changed code is assembled on top. Where they cannot be parted, the whole Dockerfile is the builder's.
public struct BuilderPart: Equatable, Sendable {
    public let dockerfile: Path
    /// The first line that needs a builder, and what stands there.
    public let line: Int
    public let reason: String
    /// Whether files of the build context are seen: then it is done anew whenever they change.
    public let seesContext: Bool
    /// The images its stages begin with, and for which platform, each once.
    public let sources: [ImagePlan.Source]
    /// What of the target needs no builder, on its base.
    public let rest: ImagePlan
    /// The secrets that its RUN lines mount, by their ids.
    public let secrets: Set<String>
    /// The names of its build arguments.
    public let arguments: Set<String>
    private let chunks: [Chunk]

    /// Whether a build argument is of use to it: it is declared, or says how to reach the network.
    public func takes(argument name: String) -> Bool {
        arguments.contains(name) || ImageRequest.undeclared.contains(name.uppercased())
    }

    /// A part of the text: as it is written, or a FROM whose image is to be named otherwise.
    private enum Chunk: Equatable {
        case text(String)
        case from(ImagePlan.Source, alias: String)
    }

    /// The images its stages begin with, whatever the platform.
    public var bases: [Stage.Base] {
        sources.map(\.base).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Reads a Dockerfile of which it is known that a line of it needs a builder; what follows its target is left out.
    public init(
        _ dockerfile: Dockerfile, text: String, for request: ImageRequest = ImageRequest(), line: Int, reason: String
    ) throws(ImageError) {
        (self.dockerfile, self.line, self.reason) = (dockerfile.path, line, reason)
        let reading = try StageReading(dockerfile, request)
        (sources, secrets, arguments) = (reading.sources, reading.secrets, reading.arguments)
        var lines = Dockerfile.lines(of: text)
        if lines.last == "" { lines.removeLast() }
        if let end = reading.end { lines = Array(lines.prefix(end - 1)) }
        let all = reading.instructions
        rest = reading.rest
        seesContext = reading.kept == nil
        var chunks = [Chunk.text(Self.lines(lines, 0, (all.first?.line ?? 1) - 1))]
        for (index, instruction) in all.enumerated() where reading.kept?.contains(index) ?? true {
            if let from = reading.froms[index] {
                chunks.append(.from(from.source, alias: from.alias))
            } else {
                let end = index + 1 < all.count ? all[index + 1].line - 1 : lines.count
                chunks.append(.text(Self.lines(lines, instruction.line - 1, end)))
            }
        }
        self.chunks = chunks
    }

    private static func lines(_ lines: [String], _ start: Int, _ end: Int) -> String {
        guard start < end, end <= lines.count else { return "" }
        return lines[start..<end].map { "\($0)\n" }.joined()
    }

    /// The Dockerfile as a builder gets it: bases by the names they have there, and labels by which it is known.
    public func text(naming names: [ImagePlan.Source: String], labels: [String: String]) -> String {
        let marks = labels.sorted { $0.key < $1.key }.map { "LABEL \($0.key)=\($0.value)\n" }.joined()
        return chunks.map { chunk in
            switch chunk {
            case .text(let text): text
            case .from(let source, let alias): "FROM \(names[source] ?? source.base.text)\(alias)\n" + marks
            }
        }.joined()
    }
}

/// A Dockerfile as far as its stages, their bases, and the place where it can be parted go.
private struct StageReading {
    /// What there is up to the end of the target.
    let instructions: [Dockerfile.Instruction]
    /// The line on which the stage behind the target begins.
    let end: Int?
    /// FROM lines by their place.
    private(set) var froms: [Int: (source: ImagePlan.Source, alias: String)] = [:]
    private(set) var sources: [ImagePlan.Source] = []
    private(set) var secrets: Set<String> = []
    private(set) var arguments: Set<String> = []
    /// Which instructions a builder gets; nil: all, in one piece with what they see.
    private(set) var kept: Set<Int>?
    private(set) var rest: ImagePlan

    init(_ dockerfile: Dockerfile, _ request: ImageRequest) throws(ImageError) {
        var draft = PlanDraft(Dockerfile(dockerfile, dockerfile.instructions), request)
        try draft.read()
        guard let last = draft.stages.indices.last else {
            throw .invalid(dockerfile.path, line: 1, "there is no FROM", hint: nil)
        }
        let target = try request.target.map { name throws(ImageError) in try draft.number(ofTarget: name) } ?? last
        let end = target < last ? draft.stages[target + 1].line : nil
        let stages = Array(draft.stages[...target])
        let all = dockerfile.instructions.filter { end == nil || $0.line < end ?? 0 }
        (instructions, self.end) = (all, end)
        // Another frontend may mean anything by what stands there.
        let isPlain = dockerfile.trouble == nil && stages.count == 1
        let split = isPlain ? Self.split(Dockerfile(dockerfile, all), for: request) : nil
        kept = split?.kept
        for (index, instruction) in all.enumerated() where instruction.keyword == "ARG" {
            guard split?.kept.contains(index) ?? true else { continue }
            let pairs = Variables([:], escape: dockerfile.escape).arguments(instruction.arguments)
            arguments.formUnion(pairs.map(\.name))
        }
        if let split {
            rest = split.rest
        } else {
            var left = request
            left.target = nil
            for name in arguments { left.arguments[name] = nil }
            rest = try Self.empty(dockerfile, on: Self.source(of: target, in: stages), left)
        }
        try take(stages, in: dockerfile.path)
    }

    /// Takes what is said of bases and secrets in the part that a builder gets.
    private mutating func take(_ stages: [Stage], in path: Path) throws(ImageError) {
        for (index, instruction) in instructions.enumerated() where kept?.contains(index) ?? true {
            // Stages can be named once they have begun.
            let begun = stages.filter { $0.line <= instruction.line }
            let names = Set(begun.compactMap(\.name) + begun.indices.map(String.init))
            switch instruction.keyword {
            case "FROM":
                guard let stage = begun.last, case .image(let base) = stage.parent else { continue }
                let source = ImagePlan.Source(base: base, platform: stage.platform)
                froms[index] = (source, stage.name.map { " AS \($0)" } ?? "")
                if base != .scratch, !sources.contains(source) { sources.append(source) }
            case "RUN": secrets.formUnion(try Self.secrets(instruction, names, in: path))
            case "COPY", "ADD":
                // An image that is named in passing is resolved by nobody.
                if let origin = instruction.origin { try Self.check(origin, at: instruction.line, names, in: path) }
            default: break
            }
        }
    }

    /// What a stage stands on, through however many others.
    private static func source(of number: Int, in stages: [Stage]) -> ImagePlan.Source {
        switch stages[number].parent {
        case .stage(let parent): source(of: parent, in: stages)
        case .image(let base): ImagePlan.Source(base: base, platform: stages[number].platform)
        }
    }

    /// Nothing but a base.
    private static func empty(
        _ dockerfile: Dockerfile, on source: ImagePlan.Source, _ request: ImageRequest
    ) throws(ImageError) -> ImagePlan {
        let from = Dockerfile.Instruction(
            keyword: "FROM", arguments: "--platform=\(source.platform) \(source.base.text)", line: 1)
        return try ImagePlan(Dockerfile(dockerfile, [from]), for: request)
    }

    /// The ids of secrets that a RUN line mounts.
    ///
    /// Files of the context that it mounts are in no key; so they are refused.
    private static func secrets(
        _ run: Dockerfile.Instruction, _ known: Set<String>, in path: Path
    ) throws(ImageError) -> [String] {
        var found: [String] = []
        for word in run.arguments.split(whereSeparator: \.isWhitespace) where word.hasPrefix("--mount=") {
            let pairs = word.dropFirst(8).split(separator: ",").map {
                $0.split(separator: "=", maxSplits: 1).map(String.init)
            }
            let values = Dictionary(pairs.map { ($0[0], $0.count == 2 ? $0[1] : "") }) { $1 }
            let type = values["type"] ?? "bind"
            if let name = values["from"] { try check(name, at: run.line, known, in: path) }
            if type == "bind", values["from"] == nil {
                throw .invalid(
                    path, line: run.line, "RUN mounts files of the build context, which are not seen as its input",
                    hint: "COPY them")
            }
            let target = values["target"] ?? values["dst"] ?? ""
            if type == "secret" {
                found.append(values["id"] ?? target.split(separator: "/").last.map(String.init) ?? "")
            }
        }
        return found
    }

    private static func check(
        _ name: String, at line: Int, _ known: Set<String>, in path: Path
    ) throws(ImageError) {
        guard !known.contains(name.lowercased()) else { return }
        throw .invalid(
            path, line: line, "\(name.printable) is no stage of this Dockerfile",
            hint: "where RUN is used, make it one: FROM \(name.printable) AS name")
    }

    // MARK: - Where it can be parted

    /// What changes nothing for RUN, so that it need not be done before.
    private static let settings: Set<String> = ["CMD", "ENTRYPOINT", "LABEL", "EXPOSE", "STOPSIGNAL", "MAINTAINER"]

    private static func split(
        _ dockerfile: Dockerfile, for request: ImageRequest
    ) -> (kept: Set<Int>, rest: ImagePlan)? {
        let all = dockerfile.instructions
        let globals = all.prefix { $0.keyword == "ARG" }
        guard let last = all.lastIndex(where: { $0.keyword == "RUN" }), all.count > globals.count,
            !all.contains(where: {
                $0.arguments.contains("<<") || $0.arguments.contains("--mount=") && $0.keyword == "COPY"
            }),
            !all[...last].contains(where: { ["COPY", "ADD", "ONBUILD"].contains($0.keyword) })
        else { return nil }
        let hasShell = all[...last].contains { $0.keyword == "SHELL" }
        var kept: Set<Int> = []
        var moved: [Dockerfile.Instruction] = []
        for index in all.indices[...last] {
            let instruction = all[index]
            if settings.contains(instruction.keyword), !hasShell, !instruction.arguments.contains("$") {
                moved.append(instruction)
            } else {
                kept.insert(index)
                // What was declared is known further down.
                if instruction.keyword == "ARG", index > globals.count { moved.append(instruction) }
            }
        }
        let instructions = globals + [all[globals.count]] + moved + all[(last + 1)...]
        do {
            return (kept, try ImagePlan(Dockerfile(dockerfile, Array(instructions)), for: request))
        } catch {
            return nil
        }
    }
}

extension Dockerfile {
    /// Other instructions, read the same way.
    fileprivate init(_ other: Dockerfile, _ instructions: [Instruction]) {
        (path, escape, trouble) = (other.path, other.escape, nil)
        self.instructions = instructions
    }
}
