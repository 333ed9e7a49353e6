public import Pipeline

/// The one stage of a Dockerfile that can be assembled without a builder.
public struct Stage: Equatable, Sendable {
    public let dockerfile: Path
    public let base: Base
    let instructions: [Dockerfile.Instruction]
    /// What ARG lines before FROM set.
    let globals: [String: String]

    /// What FROM names.
    public enum Base: Equatable, Sendable {
        case scratch
        /// `oci:folder[:name]`: a layout on disk, relative to the build context.
        case layout(String, name: String?)
        case registry(ImageReference)

        public var isLayout: Bool {
            if case .layout = self { true } else { false }
        }

        /// As the Dockerfile says it.
        public var text: String {
            switch self {
            case .scratch: "scratch"
            case .layout(let folder, let name): "oci:\(folder)" + (name.map { ":\($0)" } ?? "")
            case .registry(let reference): "\(reference)"
            }
        }
    }

    /// Throws `ImageError.needsBuilder` with the line that needs one.
    public init(_ dockerfile: Dockerfile) throws(ImageError) {
        self.dockerfile = dockerfile.path
        var globals: [String: String] = [:]
        var rest = dockerfile.instructions[...]
        while let first = rest.first, first.keyword == "ARG" {
            globals.merge(Variables.assignments(first.arguments)) { $1 }
            rest = rest.dropFirst()
        }
        guard let from = rest.popFirst(), from.keyword == "FROM" else {
            let line = rest.first?.line ?? 1
            throw .invalid(dockerfile.path, line: line, "the first instruction is not FROM", hint: nil)
        }
        self.globals = globals
        base = try Self.base(from, globals: globals, in: dockerfile.path)
        for instruction in rest {
            if let reason = Self.reasonForBuilder(instruction) {
                throw .needsBuilder(dockerfile.path, line: instruction.line, reason)
            }
            guard Self.known.contains(instruction.keyword) else {
                let near = nearest(to: instruction.keyword, among: Self.known).map { "did you mean \($0)?" }
                let problem = "unknown instruction \(instruction.keyword.printable)"
                throw .invalid(dockerfile.path, line: instruction.line, problem, hint: near)
            }
        }
        instructions = Array(rest)
    }

    private static let known = [
        "COPY", "ADD", "ENV", "ARG", "LABEL", "CMD", "ENTRYPOINT", "USER", "WORKDIR", "EXPOSE", "VOLUME", "STOPSIGNAL",
        "HEALTHCHECK", "SHELL", "MAINTAINER",
    ]

    private static func reasonForBuilder(_ instruction: Dockerfile.Instruction) -> String? {
        switch instruction.keyword {
        case "RUN", "ONBUILD": return instruction.keyword
        case "FROM": return "a second stage (FROM)"
        case "COPY", "ADD":
            if instruction.arguments.contains("<<") { return "a here-document (\(instruction.keyword) <<)" }
            if instruction.arguments.contains("--from=") { return "COPY --from" }
            guard instruction.keyword == "ADD" else { return nil }
            let words = instruction.arguments.split(separator: " ")
            if words.contains(where: { $0.contains("://") || $0.hasPrefix("git@") }) {
                return "ADD of a remote address"
            }
            let archives = [".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst"]
            let isArchive = words.dropLast().contains { word in archives.contains(where: word.hasSuffix) }
            return isArchive ? "ADD of an archive" : nil
        default: return nil
        }
    }

    private static func base(
        _ from: Dockerfile.Instruction, globals: [String: String], in path: Path
    ) throws(ImageError) -> Base {
        let words = from.arguments.split(separator: " ").filter { !$0.hasPrefix("--platform=") }
        guard let word = words.first else { throw .invalid(path, line: from.line, "FROM names no image", hint: nil) }
        let text = Variables(globals).expand(String(word))
        if text == "scratch" { return .scratch }
        if text.hasPrefix("oci:") {
            let parts = text.dropFirst(4).split(separator: ":", maxSplits: 1).map(String.init)
            return .layout(parts.first ?? "", name: parts.count == 2 ? parts[1] : nil)
        }
        guard let reference = ImageReference(parsing: text) else {
            throw .invalid(path, line: from.line, "\"\(text.printable)\" is no image name", hint: nil)
        }
        return .registry(reference)
    }
}

/// What COPY and ADD say.
struct CopyArguments: Equatable {
    var sources: [String]
    var target: String
    var owner = TarEntry.Owner()
    var hasOwner = false
    var mode: UInt32?
    /// What is wrong with a flag.
    var problem: String?

    /// Nil when there are not at least a source and a target.
    init?(_ instruction: Dockerfile.Instruction, variables: Variables) {
        var words: [String]
        if let list = instruction.list {
            words = list
        } else {
            words = instruction.arguments.split(whereSeparator: \.isWhitespace).map(String.init)
        }
        var flags: [String] = []
        while let first = words.first, first.hasPrefix("--") { flags.append(words.removeFirst()) }
        // With flags before it, the JSON form begins later.
        if let first = words.first, first.hasPrefix("["), instruction.list == nil {
            let rest = words.joined(separator: " ")
            words = Dockerfile.Instruction(keyword: "", arguments: rest, line: 0).list ?? words
        }
        words = words.map(variables.expand)
        guard words.count >= 2, let target = words.popLast() else { return nil }
        (sources, self.target) = (words, target)
        for flag in flags.map(variables.expand) { apply(flag) }
    }

    private mutating func apply(_ flag: String) {
        let parts = flag.split(separator: "=", maxSplits: 1).map(String.init)
        let value = parts.count == 2 ? parts[1] : ""
        switch parts[0] {
        case "--chown":
            let ids = value.split(separator: ":").map { Int($0) }
            guard let user = ids.first ?? nil, ids.count < 3, let group = ids.last ?? nil else {
                problem = "--chown=\(value) is not numeric, and names are known only inside the image"
                return
            }
            (owner, hasOwner) = (TarEntry.Owner(user: user, group: group), true)
        case "--chmod":
            guard let mode = UInt32(value, radix: 8), mode <= 0o7777 else {
                problem = "--chmod=\(value) is no octal mode"
                return
            }
            self.mode = mode
        case "--link": break
        default: problem = "\(parts[0]) is not known"
        }
    }
}
