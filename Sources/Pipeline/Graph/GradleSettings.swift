/// What a settings script says: which projects there are, and where.
struct GradleSettings {
    struct Included {
        let folder: Path
        let line: Int
    }

    struct Build {
        let text: String
        let line: Int
        /// Whether it only gives plugins.
        let isLogic: Bool
    }

    let file: Path
    let root: Path
    private(set) var rootName: String?
    /// The projects that are named, by their paths.
    private(set) var projects: [String: Included] = [:]
    private(set) var builds: [Build] = []
    /// Whether projects are included that only a run would tell.
    private(set) var isDynamic = false

    init(_ bytes: [UInt8], file: Path) {
        (self.file, root) = (file, file.parent)
        let source = Source(bytes, file.bytes.last == UInt8(ascii: "s") ? .kotlin : .groovy)
        var logicEnd = 0
        for index in source.tokens.indices where source.tokens[index].kind == .word {
            let token = source.tokens[index]
            switch token.end - token.start {
            case 7:
                if source.isWord(index, "include") { include(source, index, isFlat: false) }
                if source.isWord(index, "project") { move(source, index) }
                if source.isWord(index, "eachDir") { isDynamic = true }
            case 11:
                if source.isWord(index, "includeFlat") { include(source, index, isFlat: true) }
                if source.isWord(index, "rootProject") { name(source, index) }
                if source.isWord(index, "walkTopDown") { isDynamic = true }
            case 12: if source.isWord(index, "includeBuild") { build(source, index, isLogic: index < logicEnd) }
            case 4, 8, 9:
                if source.isWord(index, "walk") || source.isWord(index, "fileTree") { isDynamic = true }
                if source.isWord(index, "listFiles") { isDynamic = true }
            case 16:
                if source.isWord(index, "pluginManagement"), logicEnd <= index { logicEnd = source.closing(index + 1) }
            default: continue
            }
        }
    }

    private mutating func include(_ source: Source, _ index: Int, isFlat: Bool) {
        var at = index + 1
        let isCall = source.isSymbol(at, "(")
        if isCall { at += 1 }
        // `include` also takes a list; what is no word of the language of includes is not meant.
        while source.isSymbol(at, "[") || source.isSymbol(at, "(") || source.isWord(at, "listOf") { at += 1 }
        while true {
            guard let text = source.string(at) else {
                isDynamic = isDynamic || (source[at] != nil && !source.isSymbol(at, ")"))
                return
            }
            let line = source.line(at)
            // A literal that is only a part of an expression names no project.
            guard
                source.isSymbol(at + 1, ",") || !isCall || source.isSymbol(at + 1, ")") || source.isSymbol(at + 1, "]")
            else {
                isDynamic = true
                return
            }
            isFlat ? addFlat(text, line: line) : add(text, line: line)
            guard source.isSymbol(at + 1, ",") else { return }
            at += 2
        }
    }

    /// Adds a project and those above it: `:a:b` makes `:a`.
    private mutating func add(_ text: String, line: Int) {
        var (path, folder) = ("", root)
        for name in text.split(whereSeparator: { $0 == ":" || $0 == "/" }).prefix(64) {
            path += ":" + name
            folder = projects[path]?.folder ?? folder.appending(String(name))
            if projects[path] == nil { projects[path] = Included(folder: folder, line: line) }
        }
    }

    private mutating func addFlat(_ text: String, line: Int) {
        guard let folder = Path.resolve("../" + text, in: root) else { return }
        projects[":" + text] = Included(folder: folder, line: line)
    }

    /// `project(":x").projectDir = file("y")`.
    private mutating func move(_ source: Source, _ index: Int) {
        guard source.isSymbol(index + 1, "("), let text = source.string(index + 2), source.isSymbol(index + 3, ")"),
            source.isSymbol(index + 4, "."), source.isWord(index + 5, "projectDir"), source.isSymbol(index + 6, "=")
        else { return }
        let name = text.hasPrefix(":") ? text : ":" + text
        for at in (index + 7)..<(index + 18) {
            guard let token = source[at], token.line <= source.tokens[index].line + 2 else { return }
            guard token.kind == .string || token.kind == .template else { continue }
            let written = source.text(token)
            let path = token.kind == .string ? written : GradleScan.belowRoot(written)
            guard let path, let folder = Path.resolve(path, in: root) else { return }
            projects[name] = Included(folder: folder, line: source.line(at))
            return
        }
    }

    private mutating func name(_ source: Source, _ index: Int) {
        guard source.isSymbol(index + 1, "."), source.isWord(index + 2, "name"), source.isSymbol(index + 3, "=") else {
            return
        }
        rootName = source.string(index + 4) ?? rootName
    }

    private mutating func build(_ source: Source, _ index: Int, isLogic: Bool) {
        let at = source.isSymbol(index + 1, "(") ? index + 2 : index + 1
        guard let text = source.string(at) else { return }
        builds.append(Build(text: text, line: source.line(at), isLogic: isLogic))
    }
}
