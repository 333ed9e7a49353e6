import Pipeline

/// One stage while its instructions are carried out.
struct StageBuild {
    let kit: ImageBuilder.Kit
    var configuration: ImageConfiguration
    var variables: Variables
    private(set) var layers: [Descriptor]
    private(set) var files: Files
    /// Folders that are to be made with the next layer.
    private var pending: [LayerMember] = []
    private(set) var notes: [String] = []

    /// Which files there are: known once somebody asks.
    enum Files {
        case unread
        case read(CopySelection.ImageState)
    }

    init(_ kit: ImageBuilder.Kit, base: BaseContent?, platform: Descriptor.Platform) {
        self.kit = kit
        configuration = ImageConfiguration(
            base: base?.configuration, created: kit.marks.created, platform: platform)
        layers = base?.layers ?? []
        files = base == nil ? .read(.init(tree: FileTree())) : .unread
        variables = Variables([:], escape: kit.plan.escape)
        for (name, value) in configuration.environment { variables[name] = value }
        if let base, let own = base.platform, own != platform.normalized {
            notes.append("\(kit.plan.dockerfile): the base \(base.image.ref) is for \(own), not for \(platform)")
        }
    }

    /// A stage that begins with this one as it is.
    func child() -> StageBuild {
        var child = self
        child.configuration.beginStage()
        child.notes = []
        return child
    }

    func invalid(_ instruction: Dockerfile.Instruction, _ problem: String, hint: String? = nil) -> ImageError {
        .invalid(kit.plan.dockerfile, line: instruction.line, problem, hint: hint)
    }

    func expand(_ word: String, at instruction: Dockerfile.Instruction) throws(ImageError) -> String {
        do throws(Variables.Trouble) {
            return try variables.expand(word)
        } catch {
            throw invalid(instruction, error.problem)
        }
    }

    mutating func carryOut(
        _ instruction: Dockerfile.Instruction, number: Int, among made: [Int: StageBuild],
        _ extraction: inout LayerExtraction
    ) async throws {
        guard let origin = kit.plan.origin(of: instruction, in: number) else {
            try set(instruction)
            configuration.addHistory("\(instruction.keyword) \(instruction.arguments)")
            return
        }
        try await copy(instruction, from: origin, among: made, &extraction)
    }

    /// Carries out what changes no more than the configuration.
    private mutating func set(_ instruction: Dockerfile.Instruction) throws {
        let text = instruction.arguments
        guard !text.isEmpty else { throw invalid(instruction, "\(instruction.keyword) wants something behind it") }
        switch instruction.keyword {
        case "ENV":
            for (name, value) in try pairs(instruction) {
                variables[name] = value
                configuration.setEnvironment(name, value)
            }
        case "ARG": try declareArguments(instruction)
        case "LABEL": configuration.setLabels(Dictionary(try pairs(instruction)) { $1 })
        case "CMD": configuration.setCommand(instruction.list, line: text)
        case "ENTRYPOINT": configuration.setEntryPoint(instruction.list, line: text)
        case "USER": configuration.setUser(try expand(text, at: instruction))
        case "WORKDIR": try setWorkingFolder(instruction)
        case "EXPOSE": configuration.insert(try ports(instruction), into: "ExposedPorts")
        case "VOLUME":
            let words = try (instruction.list ?? variables.words(of: text)).map { try expand($0, at: instruction) }
            guard !words.isEmpty, !words.contains("") else { throw invalid(instruction, "VOLUME names no folder") }
            configuration.insert(words, into: "Volumes")
        case "STOPSIGNAL": configuration.setStopSignal(try expand(text, at: instruction))
        case "HEALTHCHECK": configuration.setHealthcheck(try healthcheck(instruction))
        case "SHELL":
            guard let list = instruction.list, !list.isEmpty else {
                throw invalid(instruction, "SHELL wants a JSON list")
            }
            configuration.setShell(list)
        default: configuration.setAuthor(text)
        }
    }

    private func pairs(_ instruction: Dockerfile.Instruction) throws -> [(String, String)] {
        try variables.pairs(instruction.arguments).map { name, value in
            guard let value else {
                throw invalid(instruction, "\(name.printable) has no value", hint: "\(instruction.keyword) name=value")
            }
            let name = try expand(name, at: instruction)
            guard !name.isEmpty else { throw invalid(instruction, "a name is empty") }
            return (name, try expand(value, at: instruction))
        }
    }

    /// What stands before FROM is known again once it is declared; ENV wins over ARG.
    private mutating func declareArguments(_ instruction: Dockerfile.Instruction) throws {
        let environment = Set(configuration.environment.map(\.name))
        let before = variables
        for (name, value) in before.arguments(instruction.arguments) {
            guard !name.isEmpty else { throw invalid(instruction, "an argument has no name") }
            let own = try value.map { try expand($0, at: instruction) }
            guard !environment.contains(name) else { continue }
            variables[name] = kit.plan.request.arguments[name] ?? own ?? kit.plan.globals[name] ?? variables[name]
        }
    }

    private mutating func setWorkingFolder(_ instruction: Dockerfile.Instruction) throws {
        configuration.setWorkingFolder(try expand(instruction.arguments, at: instruction))
        var draft = LayerDraft(image: try state(), owner: configuration.owner)
        let path = Path(absolute: configuration.workingFolder)
        guard draft.image.isWhole, let real = draft.image.tree.resolved(path) else { return }
        guard let there = draft.image.tree[real] else {
            var folder = CopyItem(path: real, kind: .folder, mode: 0o755, content: .none)
            folder.owner = configuration.owner
            do { try draft.put(folder, at: real) } catch let trouble as CopyTrouble {
                throw explained(trouble, instruction)
            }
            hold(draft.members)
            files = .read(draft.image)
            return
        }
        guard there.kind == .folder else { throw invalid(instruction, "/\(path) is no folder in this image") }
    }

    // MARK: - Layers

    /// Keeps members for the next layer.
    private mutating func hold(_ members: [LayerMember]) {
        let paths = Set(members.map(\.entry.path))
        pending = pending.filter { !paths.contains($0.entry.path) } + members
    }

    mutating func note(_ text: String) {
        if !notes.contains(text) { notes.append(text) }
    }

    /// The files of the image as they are now.
    mutating func state() throws -> CopySelection.ImageState {
        if case .read(let state) = files { return state }
        var state = CopySelection.ImageState(tree: FileTree())
        for layer in layers {
            do {
                state.tree.apply(try LayerIndex.of(layer.digest, in: kit.layout))
            } catch is LayerStream.Damage {
                state.isWhole = false
                note(
                    "\(kit.plan.dockerfile): \(LayerStream.Damage.text(of: layer)): which folders it has is not known, end targets with /"
                )
            }
        }
        files = .read(state)
        return state
    }

    /// Writes a layer of what was held and of these.
    mutating func add(_ members: [LayerMember], by text: String, image: CopySelection.ImageState) async throws {
        files = .read(image)
        hold(members)
        try await finishLayer(by: text, isWanted: true)
    }

    /// Writes what no layer has yet.
    mutating func finishLayer(by text: String = "WORKDIR", isWanted: Bool = false) async throws {
        guard isWanted || !pending.isEmpty else { return }
        let members = pending.sorted { $0.entry.path.lexicographicallyPrecedes($1.entry.path) }
        pending = []
        let layer = try await LayerWriter(layout: kit.layout, modified: kit.marks.created).write(members)
        layers.append(layer.descriptor)
        configuration.addLayer(layer.diffID, by: text)
        guard case .read(var state) = files else { return }
        state.tree.settle(members, in: layer.descriptor.digest)
        files = .read(state)
    }
}

extension LayerStream.Damage {
    static func text(of layer: Descriptor) -> String {
        "layer \(layer.digest.short) of the base is no tar that can be read"
    }
}

extension Path {
    /// A path of an image, without the slash it begins with.
    init(absolute text: String) { self.init(bytes: Array(text.utf8.drop { $0 == UInt8(ascii: "/") })) }
}
