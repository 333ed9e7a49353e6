public import Pipeline

/// What is to be done to make an image without a builder: the stages of a Dockerfile that reach its target.
public struct ImagePlan: Equatable, Sendable {
    public let dockerfile: Path
    public let request: ImageRequest
    /// By number; those that do not reach the target are absent.
    let stages: [Int: Stage]
    let target: Int
    /// What ARG lines before the first FROM set, and what is there without them.
    let globals: [String: String]
    /// The names of all ARG lines, of stages that do not reach the target as well.
    let declared: Set<String>
    let escape: Character
    private let source: Dockerfile

    /// An image that is needed, for one platform.
    public struct Source: Hashable, Sendable {
        public let base: Stage.Base
        public let platform: Descriptor.Platform
    }

    /// Reads a Dockerfile for a request.
    ///
    /// Throws `ImageError.needsBuilder` with the line that needs one: a line of a stage that does not reach the target
    /// needs none.
    public init(_ dockerfile: Dockerfile, for request: ImageRequest = ImageRequest()) throws(ImageError) {
        var draft = PlanDraft(dockerfile, request)
        try draft.read()
        guard let last = draft.stages.indices.last else {
            let line = dockerfile.instructions.first { $0.keyword != "ARG" }?.line ?? 1
            throw .invalid(dockerfile.path, line: line, "the first instruction is not FROM", hint: nil)
        }
        target = try request.target.map { name throws(ImageError) in try draft.number(ofTarget: name) } ?? last
        var reaching: [Int: Stage] = [:]
        var open = [target]
        while let number = open.popLast() {
            guard reaching[number] == nil else { continue }
            let stage = draft.stages[number]
            reaching[number] = stage
            open += try draft.stagesNeeded(by: stage, number: number)
        }
        for stage in reaching.values.sorted(by: { $0.line < $1.line }) {
            for instruction in stage.instructions {
                guard let reason = Stage.reasonForBuilder(instruction) else { continue }
                throw .needsBuilder(dockerfile.path, line: instruction.line, reason)
            }
        }
        (stages, globals) = (reaching, draft.globals.values)
        declared = draft.globals.names
        (self.dockerfile, self.request, escape) = (dockerfile.path, request, dockerfile.escape)
        source = dockerfile
    }

    /// The same for another platform.
    public func made(for platform: Descriptor.Platform) throws(ImageError) -> ImagePlan {
        var request = request
        request.platform = platform
        return try ImagePlan(source, for: request)
    }

    /// What the image stands on, through however many stages.
    public var base: Stage.Base { source(of: target).base }

    /// The same, and for which platform.
    public var baseSource: Source { source(of: target) }

    /// Every image that is needed, that on which this one stands first, each once.
    public var images: [Source] {
        var images: [Source] = []
        func add(_ source: Source) {
            if source.base != .scratch, !images.contains(source) { images.append(source) }
        }
        add(baseSource)
        for (number, stage) in stages.sorted(by: { $0.key < $1.key }) {
            if case .image = stage.parent { add(source(of: number)) }
            for instruction in stage.instructions {
                if case .image(let source)? = origin(of: instruction, in: number) { add(source) }
            }
        }
        return images
    }

    /// From where an instruction copies.
    enum Origin: Equatable {
        case context
        case stage(Int)
        case image(Source)
    }

    /// From where an instruction of a stage copies; nil for one that does not.
    func origin(of instruction: Dockerfile.Instruction, in number: Int) -> Origin? {
        guard ["COPY", "ADD"].contains(instruction.keyword) else { return nil }
        guard let from = instruction.origin else { return .context }
        if let stage = PlanDraft.number(of: from, among: stages.mapValues(\.name), before: number) {
            return .stage(stage)
        }
        return Stage.Base(parsing: from).map { .image(Source(base: $0, platform: request.platform)) }
    }

    func source(of number: Int) -> Source {
        var stage = stages[number]
        while case .stage(let parent)? = stage?.parent { stage = stages[parent] }
        guard let stage, case .image(let base) = stage.parent else {
            preconditionFailure("a stage that reaches the target is there with what it begins with")
        }
        return Source(base: base, platform: stage.platform)
    }
}

extension Dockerfile.Instruction {
    /// What `--from` names.
    var origin: String? {
        flagged.flags.last { $0.hasPrefix("--from=") }.map { String($0.dropFirst(7)) }
    }
}

/// All stages of a Dockerfile, while it is read.
private struct PlanDraft {
    let dockerfile: Dockerfile
    let request: ImageRequest
    private(set) var stages: [Stage] = []
    private(set) var globals: (values: [String: String], names: Set<String>)

    init(_ dockerfile: Dockerfile, _ request: ImageRequest) {
        (self.dockerfile, self.request) = (dockerfile, request)
        globals = (request.predefined, [])
    }

    mutating func read() throws(ImageError) {
        if let trouble = dockerfile.trouble {
            guard !trouble.needsBuilder else {
                throw .needsBuilder(dockerfile.path, line: trouble.line, trouble.problem)
            }
            throw .invalid(dockerfile.path, line: trouble.line, trouble.problem, hint: nil)
        }
        var rest = dockerfile.instructions[...]
        while let first = rest.first, first.keyword == "ARG" {
            try declare(first)
            rest = rest.dropFirst()
        }
        while let from = rest.popFirst() {
            guard from.keyword == "FROM" else { return }
            let own = rest.prefix { $0.keyword != "FROM" }
            for instruction in own { try check(instruction) }
            stages.append(try stage(from, Array(own)))
            rest = rest.dropFirst(own.count)
        }
    }

    private func invalid(_ instruction: Dockerfile.Instruction, _ problem: String, hint: String? = nil) -> ImageError {
        .invalid(dockerfile.path, line: instruction.line, problem, hint: hint)
    }

    private func expand(_ word: String, at instruction: Dockerfile.Instruction) throws(ImageError) -> String {
        do {
            return try Variables(globals.values, escape: dockerfile.escape).expand(word)
        } catch {
            throw invalid(instruction, error.problem)
        }
    }

    private mutating func declare(_ instruction: Dockerfile.Instruction) throws(ImageError) {
        for (name, value) in Variables([:], escape: dockerfile.escape).arguments(instruction.arguments) {
            globals.names.insert(name)
            if let given = request.arguments[name] {
                globals.values[name] = given
            } else if let value {
                globals.values[name] = try expand(value, at: instruction)
            }
        }
    }

    private mutating func check(_ instruction: Dockerfile.Instruction) throws(ImageError) {
        if instruction.keyword == "ARG" {
            let arguments = Variables([:], escape: dockerfile.escape).arguments(instruction.arguments)
            globals.names.formUnion(arguments.map(\.name))
        }
        let all = Stage.known + ["RUN", "ONBUILD"]
        guard !all.contains(instruction.keyword) else { return }
        let near = nearest(to: instruction.keyword, among: all).map { "did you mean \($0)?" }
        throw invalid(instruction, "unknown instruction \(instruction.keyword.printable)", hint: near)
    }

    private func stage(
        _ from: Dockerfile.Instruction, _ instructions: [Dockerfile.Instruction]
    ) throws(ImageError) -> Stage {
        let (flags, rest) = from.flagged
        var platform = request.platform
        for flag in flags {
            guard flag.hasPrefix("--platform=") else { throw invalid(from, "FROM does not know \(flag.printable)") }
            let text = try expand(String(flag.dropFirst(11)), at: from)
            guard let named = Descriptor.Platform(parsing: text) else {
                throw invalid(from, "\"\(text.printable)\" is no platform", hint: "linux/amd64, linux/arm64, linux/arm/v7")
            }
            platform = named
        }
        let words = Variables([:], escape: dockerfile.escape).words(of: rest)
        guard let word = words.first else { throw invalid(from, "FROM names no image") }
        guard words.count == 1 || words.count == 3 && words[1].uppercased() == "AS" else {
            throw invalid(from, "FROM wants an image, or an image AS a name")
        }
        let name = words.count == 3 ? words[2].lowercased() : nil
        let text = try expand(word, at: from)
        let parent: Stage.Parent
        if let earlier = stages.lastIndex(where: { $0.name == text.lowercased() }) {
            parent = .stage(earlier)
            if flags.isEmpty { platform = stages[earlier].platform }
        } else if let base = Stage.Base(parsing: text) {
            parent = .image(base)
        } else {
            throw invalid(from, "\"\(text.printable)\" is no image name")
        }
        return Stage(name: name, parent: parent, platform: platform, line: from.line, instructions: instructions)
    }

    func number(ofTarget name: String) throws(ImageError) -> Int {
        if let number = stages.lastIndex(where: { $0.name == name.lowercased() }) { return number }
        if let number = Int(name), stages.indices.contains(number) { return number }
        let names = stages.compactMap(\.name)
        let near = nearest(to: name, among: names).map { "did you mean \($0)?" }
        throw .invalid(dockerfile.path, line: 1, "there is no stage \(name.printable)", hint: near)
    }

    /// The stages that one begins with or copies from.
    func stagesNeeded(by stage: Stage, number: Int) throws(ImageError) -> [Int] {
        var needed: [Int] = []
        if case .stage(let parent) = stage.parent { needed.append(parent) }
        let names = Dictionary(uniqueKeysWithValues: stages.enumerated().map { ($0.offset, $0.element.name) })
        for instruction in stage.instructions where instruction.keyword == "COPY" {
            guard let from = instruction.origin, !from.contains("$") else { continue }
            if let earlier = Self.number(of: from, among: names, before: number) {
                needed.append(earlier)
            } else if Int(from) != nil {
                throw invalid(instruction, "there is no stage \(from.printable) before this one")
            } else if from.lowercased() == stage.name {
                throw invalid(instruction, "\(from.printable) is this stage itself")
            } else if Stage.Base(parsing: from) == nil || from == "scratch" {
                throw invalid(instruction, "\"\(from.printable)\" is neither a stage before this one nor an image")
            }
        }
        return needed
    }

    /// The stage before another one that a name or a number means.
    static func number(of text: String, among names: [Int: String?], before limit: Int) -> Int? {
        if let named = names.filter({ $0.key < limit && $0.value == text.lowercased() }).keys.max() { return named }
        guard let number = Int(text), number >= 0, number < limit else { return nil }
        return number
    }
}
