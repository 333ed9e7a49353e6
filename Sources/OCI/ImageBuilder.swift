import Disk
public import Pipeline
public import SystemPackage

/// A base image, as far as an image on top of it needs it; its layers stay as they are.
public struct BaseContent: Equatable, Sendable {
    public let image: BaseImage
    public let manifest: Manifest
    public let configuration: JSON

    public init(image: BaseImage, manifest: Manifest, configuration: JSON) {
        (self.image, self.manifest, self.configuration) = (image, manifest, configuration)
    }
}

/// What an image carries besides its files.
public struct ImageMarks: Equatable, Sendable {
    /// Of every file and of the image: the time of the commit.
    public var created: Timestamp
    /// Labels of the configuration and annotations of the manifest.
    public var labels: [String: String]

    public init(created: Timestamp, labels: [String: String]) {
        (self.created, self.labels) = (created, labels)
    }
}

/// An image that was assembled into a layout.
public struct BuiltImage: Equatable, Sendable {
    public let descriptor: Descriptor
    public let manifest: Manifest
    public let platform: String
    public let base: BaseImage?
}

/// Carries out the instructions of a stage.
public struct ImageBuilder {
    private let stage: Stage
    private let context: BuildContext
    private let layout: Layout
    private let marks: ImageMarks
    private let base: BaseContent?
    private var configuration: ImageConfiguration
    private var variables: Variables
    private var layers: [Descriptor]
    /// Folders of the image that are known to exist.
    private var folders: Set<String> = ["/"]

    /// `context` is the folder COPY sees; `base` is nil for `FROM scratch`.
    public init(
        _ stage: Stage, context: FilePath, base: BaseContent?, marks: ImageMarks, layout: Layout
    ) throws {
        (self.stage, self.base, self.marks, self.layout) = (stage, base, marks, layout)
        self.context = try BuildContext(root: context)
        configuration = ImageConfiguration(base: base?.configuration, created: marks.created)
        layers = (base?.manifest.layers ?? []).map { layer in
            var layer = layer
            layer.mediaType = MediaType.ofLayer(layer.mediaType)
            return layer
        }
        variables = Variables([:])
        for (name, value) in configuration.environment { variables[name] = value }
    }

    /// Assembles the image.
    ///
    /// The same stage, files, base and marks give the same digest on every machine.
    public mutating func build() throws -> BuiltImage {
        for instruction in stage.instructions { try carryOut(instruction) }
        configuration.setLabels(marks.labels)
        let config = try layout.add(configuration.bytes, mediaType: MediaType.configuration)
        let manifest = Manifest(config: config, layers: layers, annotations: marks.labels)
        let descriptor = try layout.add(manifest.bytes, mediaType: MediaType.manifest)
        return BuiltImage(
            descriptor: descriptor, manifest: manifest, platform: configuration.platform, base: base?.image)
    }

    private func invalid(_ instruction: Dockerfile.Instruction, _ problem: String, hint: String? = nil) -> ImageError {
        .invalid(stage.dockerfile, line: instruction.line, problem, hint: hint)
    }

    private mutating func carryOut(_ instruction: Dockerfile.Instruction) throws {
        let text = instruction.arguments
        switch instruction.keyword {
        case "COPY", "ADD":
            try copy(instruction)
            return
        case "ENV":
            let pairs = Variables.pairs(text).map { ($0.name, variables.expand($0.value)) }
            guard !pairs.isEmpty else { throw invalid(instruction, "ENV sets nothing") }
            for (name, value) in pairs {
                variables[name] = value
                configuration.setEnvironment(name, value)
            }
        case "ARG": declareArguments(text)
        case "LABEL":
            let pairs = Variables.pairs(text).map { (variables.expand($0.name), variables.expand($0.value)) }
            configuration.setLabels(Dictionary(pairs) { $1 })
        case "CMD": configuration.setCommand(instruction.list, line: text)
        case "ENTRYPOINT": configuration.setEntryPoint(instruction.list, line: text)
        case "USER": configuration.setUser(variables.expand(text))
        case "WORKDIR": configuration.setWorkingFolder(variables.expand(text))
        case "EXPOSE": configuration.insert(try ports(instruction), into: "ExposedPorts")
        case "VOLUME":
            let words = instruction.list ?? Variables.words(of: text)
            configuration.insert(words.map(variables.expand), into: "Volumes")
        case "STOPSIGNAL": configuration.setStopSignal(variables.expand(text))
        case "HEALTHCHECK": configuration.setHealthcheck(try healthcheck(instruction))
        case "SHELL":
            guard let list = instruction.list else { throw invalid(instruction, "SHELL wants a JSON list") }
            configuration.setShell(list)
        default: configuration.setAuthor(text)
        }
        configuration.addHistory("\(instruction.keyword) \(text)")
    }

    /// What stands before FROM is known again once it is declared; ENV wins over ARG.
    private mutating func declareArguments(_ text: String) {
        let environment = Set(configuration.environment.map(\.name))
        for word in Variables.words(of: text) {
            let name = String(word.prefix { $0 != "=" })
            guard !environment.contains(name) else { continue }
            let own = Variables.pairs(word).first.map { variables.expand($0.value) }
            variables[name] = own ?? stage.globals[name] ?? variables[name]
        }
    }

    private func ports(_ instruction: Dockerfile.Instruction) throws -> [String] {
        try Variables.words(of: instruction.arguments).map(variables.expand).flatMap { word -> [String] in
            let parts = word.split(separator: "/").map(String.init)
            let range = (parts.first ?? "").split(separator: "-").compactMap { UInt16($0) }
            guard let first = range.first, let last = range.last, first <= last, parts.count <= 2 else {
                throw invalid(instruction, "\"\(word.printable)\" is no port")
            }
            return (first...last).map { "\($0)/\(parts.count == 2 ? parts[1].lowercased() : "tcp")" }
        }
    }

    private func healthcheck(_ instruction: Dockerfile.Instruction) throws -> JSON {
        var words = Variables.words(of: instruction.arguments)
        var members: [String: JSON] = [:]
        while let flag = words.first, flag.hasPrefix("--") {
            words.removeFirst()
            let parts = flag.dropFirst(2).split(separator: "=", maxSplits: 1).map(String.init)
            let names = ["interval": "Interval", "timeout": "Timeout", "start-period": "StartPeriod"]
            if parts.count == 2, let name = names[parts[0]], let seconds = Seconds(parsing: parts[1]),
                seconds.count <= 30 * 86_400
            {
                members[name] = .integer(seconds.count * 1_000_000_000)
            } else if parts.count == 2, parts[0] == "retries", let count = Int64(parts[1]) {
                members["Retries"] = .integer(count)
            } else {
                throw invalid(instruction, "HEALTHCHECK does not know \(flag.printable)")
            }
        }
        let keyword = words.first?.uppercased()
        let rest = words.dropFirst().joined(separator: " ")
        if keyword == "NONE" { return .object(["Test": .array([.string("NONE")])]) }
        guard keyword == "CMD" else { throw invalid(instruction, "HEALTHCHECK wants CMD or NONE") }
        let list = Dockerfile.Instruction(keyword: "CMD", arguments: rest, line: instruction.line).list
        let test = list.map { ["CMD"] + $0 } ?? ["CMD-SHELL", rest]
        members["Test"] = .array(test.map(JSON.string))
        return .object(members)
    }
}

// MARK: - COPY

extension ImageBuilder {
    private mutating func copy(_ instruction: Dockerfile.Instruction) throws {
        guard let copy = CopyArguments(instruction, variables: variables) else {
            throw invalid(instruction, "\(instruction.keyword) wants a source and a target")
        }
        if let problem = copy.problem { throw invalid(instruction, problem) }
        let selection = CopySelection(
            arguments: copy, target: configuration.absolute(copy.target), known: folders, isFromScratch: base == nil)
        let members: [CopySelection.Member]
        do {
            members = try selection.members(in: context)
        } catch let trouble as BuildContext.Trouble {
            throw explained(trouble, instruction)
        }
        let layer = try write(members)
        layers.append(layer.descriptor)
        configuration.addLayer(layer.diffID, by: "\(instruction.keyword) \(instruction.arguments)")
        for member in members where member.entry.kind == .folder {
            folders.insert("/" + String(decoding: member.entry.path, as: UTF8.self))
        }
    }

    private func write(_ members: [CopySelection.Member]) throws -> LayerWriter.Layer {
        let file = layout.temporaryFile()
        do {
            var writer = try LayerWriter(to: file, modified: marks.created)
            for member in members {
                if let content = member.content {
                    try writer.add(member.entry, from: content.file, status: content.status)
                } else {
                    try writer.add(member.entry)
                }
            }
            let layer = try writer.finish()
            try layout.adopt(file, as: layer.descriptor.digest)
            return layer
        } catch {
            try file.remove()
            throw error
        }
    }

    private func explained(_ trouble: BuildContext.Trouble, _ instruction: Dockerfile.Instruction) -> ImageError {
        let keyword = instruction.keyword
        switch trouble {
        case .leadsOut(let name):
            let hint = "set context: to a folder around it"
            return invalid(instruction, "\(name.printable) leads out of the build context", hint: hint)
        case .missing(let name):
            let hint = "is it made by the build step?"
            return invalid(instruction, "\(name.printable) is not in the build context", hint: hint)
        case .ignored(let name, let line):
            return invalid(instruction, "\(name.printable) is kept out by .dockerignore:\(line)")
        case .special(let path):
            return invalid(instruction, "\(path) is neither file, folder nor link")
        case .manyIntoOne:
            let hint = "end the target with a slash"
            return invalid(instruction, "\(keyword) of several files wants a folder as its target", hint: hint)
        }
    }
}
