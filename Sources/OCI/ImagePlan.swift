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
