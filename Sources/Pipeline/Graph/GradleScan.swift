/// A walk over the tokens of a Gradle script that knows in which blocks it stands.
struct GradleScan {
    /// A block in braces, and the statement in it that is read.
    private struct Block {
        var subject: GradleScript.Subject
        var isTest: Bool
        /// The index at which the statement begins.
        var head = 0
        var depth = 0
        /// The projects that `configure(...)` was given.
        var configured: [String] = []
        var configuresChildren = false
    }

    private let source: Source
    private var blocks = [Block(subject: .own, isTest: false)]
    private(set) var references: [GradleScript.Reference] = []

    init(_ source: Source) {
        self.source = source
    }

    mutating func run() {
        for index in source.tokens.indices {
            if source.beginsStatement(index, brackets: block.depth) {
                update { ($0.head, $0.depth, $0.configured, $0.configuresChildren) = (index, 0, [], false) }
            }
            switch source.tokens[index].kind {
            case .symbol: symbol(index)
            case .word: word(index)
            case .string: string(index)
            case .template: template(index)
            }
        }
    }

    private var block: Block { blocks[blocks.count - 1] }

    private mutating func update(_ change: (inout Block) -> Void) { change(&blocks[blocks.count - 1]) }

    private mutating func symbol(_ index: Int) {
        switch source.bytes[Int(source.tokens[index].start)] {
        case UInt8(ascii: "("), UInt8(ascii: "["): update { $0.depth += 1 }
        case UInt8(ascii: ")"), UInt8(ascii: "]"): update { $0.depth = max(0, $0.depth - 1) }
        case UInt8(ascii: "{"):
            let head = GradleHead(source, block.head, upTo: index)
            blocks.append(Block(subject: subject(head), isTest: block.isTest || head.isTest, head: index + 1))
        case UInt8(ascii: "}"): if blocks.count > 1 { blocks.removeLast() }
        default: return
        }
    }

    /// For whom a block is that begins now.
    private func subject(_ head: GradleHead) -> GradleScript.Subject {
        switch head.scope {
        case "subprojects": .children(andOwn: false)
        case "allprojects": .children(andOwn: true)
        case "configure":
            block.configuresChildren
                ? .children(andOwn: false)
                : block.configured.isEmpty ? block.subject : .projects(block.configured)
        case "project": block.configured.isEmpty ? block.subject : .projects(block.configured)
        default: block.subject
        }
    }

    // MARK: - References

    private mutating func refer(to target: GradleScript.Target, at index: Int) {
        let isTest = block.isTest || GradleHead(source, block.head, upTo: index).isTest
        references.append(
            .init(target: target, subject: block.subject, kind: isTest ? .test : .build, line: source.line(index)))
    }

    private mutating func word(_ index: Int) {
        let token = source.tokens[index]
        switch token.end - token.start {
        case 5: if source.isWord(index, "apply") { apply(index) }
        case 7:
            if source.isWord(index, "project") { project(index) }
            if source.isWord(index, "rootDir") { rootDir(index) }
        case 8: if source.isWord(index, "projects") { accessor(index) }
        case 9: if source.isWord(index, "dependsOn") || source.isWord(index, "getByPath") { tasks(index) }
        case 11:
            if source.isWord(index, "findProject") { project(index) }
            if source.isWord(index, "rootProject") { rootFile(index) }
            if source.isWord(index, "subprojects") || source.isWord(index, "allprojects") {
                if source.isWord(block.head, "configure") { update { $0.configuresChildren = true } }
            }
        case 13: if source.isWord(index, "childProjects") { child(index) }
        case 19: if source.isWord(index, "evaluationDependsOn") { project(index) }
        default: return
        }
    }

    /// `project(":x")`, `project(path: ':x', ...)`, `project(path = ":x")`, `evaluationDependsOn(":x")`.
    private mutating func project(_ index: Int) {
        var at = index + 1
        let isCall = source.isSymbol(at, "(")
        if isCall { at += 1 } else if !source.isWord(index, "evaluationDependsOn") { return }
        if let path = source.string(at) ?? named("path", from: at) {
            let isScope = source.isSymbol(at + 1, ")") && source.isSymbol(at + 2, "{") && isHead(index)
            if isScope || source.isWord(block.head, "configure") {
                update { $0.configured.append(path) }
            } else {
                refer(to: .project(path), at: index)
            }
        } else if let token = source[at], token.kind == .template, isCall {
            refer(to: .project(source.text(token)), at: index)
        }
    }

    /// The string behind `name:` or `name =` among the next few arguments.
    private func named(_ name: String, from start: Int) -> String? {
        for at in start..<(start + 12) {
            if source.isSymbol(at, ")") { return nil }
            if source.isWord(at, name), source.isSymbol(at + 1, ":") || source.isSymbol(at + 1, "=") {
                return source.string(at + 2)
            }
        }
        return nil
    }

    /// Whether the statement begins here, or with `rootProject.` before.
    private func isHead(_ index: Int) -> Bool {
        block.head == index || (source.isWord(block.head, "rootProject") && block.head + 2 == index)
    }

    private mutating func accessor(_ index: Int) {
        guard source.isSymbol(index + 1, "."), !source.isSymbol(index - 1, ".") else { return }
        var names: [String] = []
        var at = index + 1
        while names.count < 16, source.isSymbol(at, "."), let token = source[at + 1], token.kind == .word {
            names.append(source.text(token))
            at += 2
        }
        let isArgument = source.isSymbol(index - 1, "(") && source.isSymbol(at, ")")
        refer(to: .accessor(names, isSure: isArgument && GradleHead.isConfiguration(source, index - 2)), at: index)
    }

    /// `childProjects["api"]`, `childProjects.getValue("api")`.
    private mutating func child(_ index: Int) {
        let at = source.isSymbol(index + 1, "[") ? index + 2 : index + 4
        guard let name = source.string(at), source.isSymbol(at - 1, "[") || source.isSymbol(at - 1, "(") else { return }
        refer(to: .child(name), at: index)
    }

    /// The strings behind `dependsOn`, as far as they are paths of tasks in other projects.
    private mutating func tasks(_ index: Int) {
        for at in (index + 1)..<(index + 64) {
            guard let token = source[at] else { return }
            switch token.kind {
            case .string:
                let text = source.text(token)
                if text.hasPrefix(":"), text.utf8.dropFirst().contains(UInt8(ascii: ":")) {
                    refer(to: .task(text), at: at)
                }
            case .symbol: if !"([=,".utf8.contains(source.bytes[Int(token.start)]) { return }
            case .word: if !source.isWord(at, "listOf") { return }
            case .template: continue
            }
        }
    }
}

// MARK: - Files

extension GradleScan {
    /// `apply from: "x"`, `apply(from = "x")`, also with `file(...)` around it.
    private mutating func apply(_ index: Int) {
        var at = index + 1
        if source.isSymbol(at, "(") { at += 1 }
        guard source.isWord(at, "from"), source.isSymbol(at + 1, ":") || source.isSymbol(at + 1, "=") else { return }
        at += 2
        let isBelowRoot = source.isWord(at, "rootProject")
        while isBelowRoot || source.isWord(at, "file"), source[at]?.kind == .word || source.isSymbol(at, ".") {
            at += 1
        }
        if source.isSymbol(at, "(") { at += 1 }
        if let text = source.string(at) {
            refer(to: .file(text, isBelowRoot: isBelowRoot, isApplied: true), at: at)
        } else if let token = source[at], token.kind == .template, let text = Self.belowRoot(source.text(token)) {
            refer(to: .file(text, isBelowRoot: true, isApplied: true), at: at)
        }
    }

    /// `rootProject.file("x")`.
    private mutating func rootFile(_ index: Int) {
        guard source.isSymbol(index + 1, "."), source.isWord(index + 2, "file"), source.isSymbol(index + 3, "("),
            let text = source.string(index + 4), !source.isWord(index - 2, "from")
        else { return }
        refer(to: .file(text, isBelowRoot: true, isApplied: false), at: index)
    }

    /// `File(rootDir, "x")`, `rootDir.resolve("x")`.
    private mutating func rootDir(_ index: Int) {
        var at = index + 1
        if source.isSymbol(at, "."), source.isWord(at + 1, "resolve"), source.isSymbol(at + 2, "(") {
            at += 3
        } else if source.isSymbol(at, ",") {
            at += 1
        } else {
            return
        }
        if let text = source.string(at) {
            refer(to: .file(text, isBelowRoot: true, isApplied: false), at: index)
        }
    }

    /// A string that leads out of the folder is one that is read.
    private mutating func string(_ index: Int) {
        let token = source.tokens[index]
        guard token.end - token.start > 3, source.slice(token).prefix(3).elementsEqual("../".utf8) else { return }
        refer(to: .file(source.text(token), isBelowRoot: false, isApplied: false), at: index)
    }

    private mutating func template(_ index: Int) {
        let token = source.tokens[index]
        guard source.bytes[Int(token.start)..<Int(token.end)].first == UInt8(ascii: "$") else { return }
        if let text = Self.belowRoot(source.text(token)) {
            refer(to: .file(text, isBelowRoot: true, isApplied: false), at: index)
        }
    }

    /// What follows `$rootDir/` in a template, when nothing else in it is to be evaluated.
    static func belowRoot(_ text: String) -> String? {
        let prefixes = [
            "$rootDir/", "${rootDir}/", "${rootProject.projectDir}/", "$rootProject.projectDir/", "$settingsDir/",
            "${settingsDir}/", "${rootProject.rootDir}/",
        ]
        guard let prefix = prefixes.first(where: text.hasPrefix) else { return nil }
        let rest = text.dropFirst(prefix.count)
        return rest.isEmpty || rest.contains("$") ? nil : String(rest)
    }
}
