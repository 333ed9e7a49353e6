public import Pipeline

// Dockerfile reading, layers, configurations, manifests and layouts on disk; no network.

/// A Dockerfile as a list of instructions (https://docs.docker.com/reference/dockerfile/).
public struct Dockerfile: Equatable, Sendable {
    public let path: Path
    public let instructions: [Instruction]

    public struct Instruction: Equatable, Sendable {
        /// In upper case.
        public let keyword: String
        public let arguments: String
        /// The line it begins on, counted from 1.
        public let line: Int
    }

    /// Reads the text: keywords in any case, continuation lines, comments, the `escape` directive.
    public init(parsing text: String, path: Path) {
        self.path = path
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map(String.init)
        let escape = Self.escape(in: lines)
        var instructions: [Instruction] = []
        var pending: (text: String, line: Int)?
        for (index, line) in lines.enumerated() {
            let trimmed = line.trimmed
            // Comments and empty lines may stand between the lines of one instruction.
            if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
            var text = pending == nil ? trimmed : line
            let continues = text.trimmedAtEnd.last == escape
            if continues { text = String(text.trimmedAtEnd.dropLast()) }
            pending = ((pending?.text ?? "") + text, pending?.line ?? index + 1)
            guard !continues, let complete = pending else { continue }
            instructions.append(Instruction(complete.text, line: complete.line))
            pending = nil
        }
        if let pending { instructions.append(Instruction(pending.text, line: pending.line)) }
        self.instructions = instructions
    }

    private static func escape(in lines: [String]) -> Character {
        for line in lines {
            let trimmed = line.trimmed
            guard trimmed.hasPrefix("#"), let equals = trimmed.firstIndex(of: "=") else { break }
            let name = trimmed[trimmed.index(after: trimmed.startIndex)..<equals].description.trimmed.lowercased()
            let value = trimmed[trimmed.index(after: equals)...].description.trimmed
            if name == "escape", value == "`" { return "`" }
        }
        return "\\"
    }
}

extension Dockerfile.Instruction {
    fileprivate init(_ text: String, line: Int) {
        let keyword = text.prefix { !$0.isWhitespace }
        self.init(
            keyword: keyword.uppercased(), arguments: String(text.dropFirst(keyword.count)).trimmed, line: line)
    }

    /// The arguments in the JSON form, or nil when they are not in it.
    var list: [String]? {
        guard arguments.hasPrefix("[") else { return nil }
        do {
            return try JSON(parsing: arguments, profile: .lenient).array?.map { element throws in
                guard let text = element.string else { throw JSONError(place: "", problem: "") }
                return text
            }
        } catch {
            return nil
        }
    }
}

extension String {
    var trimmed: String {
        let start = drop(while: \.isWhitespace)
        return start.description.trimmedAtEnd
    }

    var trimmedAtEnd: String {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}

/// Why an image cannot be made: of the Dockerfile, of the files, of the base.
public enum ImageError: Failure, Equatable {
    /// Something that no native assembly can do.
    case needsBuilder(Path, line: Int, String)
    case invalid(Path, line: Int, String, hint: String?)
    case base(String, String)
    case layout(String, String)

    public var fault: Fault { .input }

    public var hint: String? {
        switch self {
        case .needsBuilder:
            "make it in the build step and COPY the result, or declare images: false"
        case .invalid(_, _, _, let hint): hint
        case .base, .layout: nil
        }
    }

    public var description: String {
        switch self {
        case .needsBuilder(let path, let line, let what): "\(path):\(line): \(what) needs a builder"
        case .invalid(let path, let line, let problem, _): "\(path):\(line): \(problem)"
        case .base(let name, let problem): "base image \(name): \(problem)"
        case .layout(let path, let problem): "\(path): \(problem)"
        }
    }
}
