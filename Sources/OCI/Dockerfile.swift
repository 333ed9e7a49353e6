public import Pipeline

// Dockerfile reading, layers, configurations, manifests and layouts on disk; no network.

/// A Dockerfile as a list of instructions (https://docs.docker.com/reference/dockerfile/).
public struct Dockerfile: Equatable, Sendable {
    public let path: Path
    public let instructions: [Instruction]
    /// The character that continues lines and takes what follows as it is.
    let escape: Character
    /// What makes the whole file unreadable, or readable only for another frontend, with its line.
    let trouble: Trouble?

    /// An instruction with everything that belongs to it.
    public struct Instruction: Equatable, Sendable {
        /// In upper case.
        public let keyword: String
        public let arguments: String
        /// The line it begins on, counted from 1.
        public let line: Int
        /// The documents below it, in the order in which it names them.
        var documents: [Document] = []
    }

    /// Text that stands in the Dockerfile itself (`<<EOF`).
    struct Document: Equatable, Sendable {
        let name: String
        /// Whether variables in it are replaced: its name was not quoted.
        let isExpanded: Bool
        /// Whether tabs at the beginning of its lines are left out (`<<-EOF`).
        let dropsTabs: Bool
        var text = ""
    }

    struct Trouble: Equatable, Sendable {
        let line: Int
        let problem: String
        /// Whether somebody else can read it.
        let needsBuilder: Bool
    }

    /// Reads the text: keywords in any case, continuation lines, comments, documents, the parser directives.
    public init(parsing text: String, path: Path) {
        self.path = path
        let lines = Self.lines(of: text)
        let directives = Directives(lines)
        var reader = InstructionReader(escape: directives.escape)
        for (index, line) in lines.enumerated() { reader.take(line, number: index + 1) }
        reader.finish()
        instructions = reader.instructions
        escape = directives.escape
        trouble = directives.trouble ?? reader.trouble
    }

    /// The text parted as instructions count their lines.
    static func lines(of text: String) -> [String] {
        var bytes = Array(text.utf8)[...]
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        return bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            let isFromWindows = line.last == UInt8(ascii: "\r")
            return String(decoding: isFromWindows ? line.dropLast() : line, as: UTF8.self)
        }
    }
}

/// What the comments at the very top say about how the rest is read.
private struct Directives {
    var escape: Character = "\\"
    var trouble: Dockerfile.Trouble?

    init(_ lines: [String]) {
        for (index, line) in lines.enumerated() {
            let trimmed = line.trimmed
            guard trimmed.hasPrefix("#"), let equals = trimmed.firstIndex(of: "=") else { return }
            let name = trimmed[trimmed.index(after: trimmed.startIndex)..<equals].description.trimmed.lowercased()
            let value = trimmed[trimmed.index(after: equals)...].description.trimmed
            guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else { return }
            take(name, value, line: index + 1)
        }
    }

    private mutating func take(_ name: String, _ value: String, line: Int) {
        switch name {
        case "escape":
            guard value == "`" || value == "\\" else {
                let problem = "the escape character is ` or \\, not \(value.printable)"
                trouble = .init(line: line, problem: problem, needsBuilder: false)
                return
            }
            escape = Character(value)
        case "syntax":
            // Every version of the usual frontend means what is read here; another one may mean anything.
            var image = value[...]
            for prefix in ["docker.io/", "registry-1.docker.io/"] where image.hasPrefix(prefix) {
                image = image.dropFirst(prefix.count)
            }
            let repository = image.prefix { $0 != ":" && $0 != "@" }
            guard repository != "docker/dockerfile", repository != "docker/dockerfile-upstream" else { return }
            trouble = .init(line: line, problem: "the frontend \(value.printable)", needsBuilder: true)
        default: return
        }
    }
}

/// Puts lines together to instructions.
private struct InstructionReader {
    let escape: Character
    private(set) var instructions: [Dockerfile.Instruction] = []
    private(set) var trouble: Dockerfile.Trouble?
    private var pending: (text: String, line: Int)?
    /// An instruction whose documents are being read, and how many of them are whole.
    private var open: (instruction: Dockerfile.Instruction, whole: Int)?

    init(escape: Character) {
        self.escape = escape
    }

    mutating func take(_ line: String, number: Int) {
        if open != nil { return takeDocument(line) }
        let trimmed = line.trimmed
        // Comments and empty lines may stand between the lines of one instruction.
        if trimmed.isEmpty || trimmed.hasPrefix("#") { return }
        var text = pending == nil ? trimmed : line
        let end = text.trimmedAtEnd
        // A doubled one is a character like others.
        let continues = end.last == escape && end.dropLast().last != escape
        if continues { text = String(end.dropLast()) }
        pending = ((pending?.text ?? "") + text, pending?.line ?? number)
        if !continues { complete() }
    }

    private mutating func complete() {
        guard let whole = pending else { return }
        pending = nil
        var instruction = Dockerfile.Instruction(whole.text, line: whole.line)
        if ["COPY", "ADD", "RUN"].contains(instruction.keyword) {
            instruction.documents = instruction.words.compactMap(Dockerfile.Document.init(beginning:))
        }
        if instruction.documents.isEmpty {
            instructions.append(instruction)
        } else {
            open = (instruction, 0)
        }
    }

    private mutating func takeDocument(_ line: String) {
        guard var (instruction, whole) = open else { return }
        let document = instruction.documents[whole]
        let text = document.dropsTabs ? String(line.drop { $0 == "\t" }) : line
        if text == document.name {
            whole += 1
        } else {
            instruction.documents[whole].text += text + "\n"
        }
        open = (instruction, whole)
        guard whole == instruction.documents.count else { return }
        instructions.append(instruction)
        open = nil
    }

    mutating func finish() {
        complete()
        guard let (instruction, whole) = open else { return }
        let problem = "the document \(instruction.documents[whole].name.printable) has no end"
        trouble = .init(line: instruction.line, problem: problem, needsBuilder: false)
        instructions.append(instruction)
    }
}

extension Dockerfile.Document {
    /// Reads `<<EOF`, `<<-EOF`, `<<"EOF"`; nil for other words.
    init?(beginning word: String) {
        let plain = word.drop { $0.isASCII && $0.isNumber }
        guard plain.hasPrefix("<<") else { return nil }
        var rest = plain.dropFirst(2)
        let dropsTabs = rest.first == "-"
        if dropsTabs { rest = rest.dropFirst() }
        let name = rest.filter { $0 != "\"" && $0 != "'" && $0 != "\\" }
        guard !name.isEmpty, !name.contains("<") else { return nil }
        self.init(name: String(name), isExpanded: name.count == rest.count, dropsTabs: dropsTabs)
    }
}

extension Dockerfile.Instruction {
    init(_ text: String, line: Int) {
        let keyword = text.prefix { !$0.isWhitespace }
        self.init(
            keyword: keyword.uppercased(), arguments: String(text.dropFirst(keyword.count)).trimmed, line: line)
    }

    /// The arguments parted by white space, quotes not regarded.
    var words: [String] { arguments.split(whereSeparator: \.isWhitespace).map(String.init) }

    /// The flags at the beginning, and what is left behind them.
    var flagged: (flags: [String], rest: String) {
        var flags: [String] = []
        var rest = arguments[...]
        while rest.hasPrefix("--") {
            let flag = rest.prefix { !$0.isWhitespace }
            rest = rest.dropFirst(flag.count).drop(while: \.isWhitespace)
            guard flag != "--" else { break }
            flags.append(String(flag))
        }
        return (flags, String(rest))
    }

    /// The arguments in the JSON form, or nil when they are not in it.
    var list: [String]? { Self.list(arguments) }

    static func list(_ text: String) -> [String]? {
        guard text.hasPrefix("[") else { return nil }
        do {
            return try JSON(parsing: text, profile: .lenient).array?.map { element throws in
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
