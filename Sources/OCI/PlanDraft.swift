import Pipeline

/// All stages of a Dockerfile, while it is read.
struct PlanDraft {
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
                throw invalid(
                    from, "\"\(text.printable)\" is no platform", hint: "linux/amd64, linux/arm64, linux/arm/v7")
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
