/// The statements of a Groovy or Kotlin script that set a version, and the blocks they stand in.
///
/// `version = "1.2.3"`, `version "1.2.3"`, `version("1.2.3")`, `project.version = …`, `setVersion(…)`,
/// `val version = …`; never arguments and never words within other statements.
struct ScriptVersions {
    struct Assignment {
        /// The words with which the blocks around it begin, the outermost first.
        let blocks: [String]
        /// Whether it declares a variable of that name.
        let isDeclaration: Bool
        /// Where its statement begins.
        let start: Int
        let mention: VersionMention
    }

    private struct Block {
        /// The first word of the statement whose block this is.
        let word: String
        /// The index at which the statement begins that is read.
        var head = 0
        var brackets = 0
    }

    private let source: Source
    private var blocks = [Block(word: "")]
    private(set) var assignments: [Assignment] = []
    /// What the first statement `name = "…"` says.
    private(set) var name: String?

    /// Nothing that people write nests deeper.
    private static let depthLimit = 32

    init(_ source: Source) {
        self.source = source
        for index in source.tokens.indices {
            let top = blocks.count - 1
            if beginsStatement(index, brackets: blocks[top].brackets) {
                (blocks[top].head, blocks[top].brackets) = (index, 0)
                statement(index)
            } else if source.isWord(index, "version"), isUnbraced(index, brackets: blocks[top].brackets) {
                let start = Int(source.tokens[index].start)
                add(.computed(at: start, in: source.bytes), from: start, isDeclaration: false)
            }
            if source.tokens[index].kind == .symbol { symbol(index) }
        }
    }

    /// A statement begins also behind the arrow of a lambda or of a case.
    private func beginsStatement(_ index: Int, brackets: Int) -> Bool {
        if source.isSymbol(index - 1, ">"), source.isSymbol(index - 2, "-"), brackets == 0 { return true }
        return source.beginsStatement(index, brackets: brackets)
    }

    /// `if (x) version = …` without braces.
    private func isUnbraced(_ index: Int, brackets: Int) -> Bool {
        guard brackets == 0, source.isSymbol(index + 1, "=") else { return false }
        return source.isSymbol(index - 1, ")") || source.isWord(index - 1, "else")
    }

    private mutating func symbol(_ index: Int) {
        let top = blocks.count - 1
        switch source.bytes[Int(source.tokens[index].start)] {
        case UInt8(ascii: "("), UInt8(ascii: "["): blocks[top].brackets += 1
        case UInt8(ascii: ")"), UInt8(ascii: "]"): blocks[top].brackets = max(0, blocks[top].brackets - 1)
        case UInt8(ascii: "{"): blocks.append(Block(word: word(blocks[top].head), head: index + 1))
        case UInt8(ascii: "}"): if blocks.count > 1 { blocks.removeLast() }
        default: return
        }
    }

    private func word(_ index: Int) -> String {
        guard let token = source[index], token.kind == .word, token.end - token.start < 64 else { return "" }
        return source.text(token)
    }

    private mutating func add(_ mention: VersionMention, from start: Int, isDeclaration: Bool) {
        guard blocks.count <= Self.depthLimit else { return }
        let words = blocks.dropFirst().map(\.word)
        assignments.append(Assignment(blocks: words, isDeclaration: isDeclaration, start: start, mention: mention))
    }
}

// MARK: - Statements

extension ScriptVersions {
    private static let modifiers = ["private", "internal", "public", "const", "final", "override"]
    private static let declarators = ["val", "var", "def", "String"]
    private static let receivers = ["project", "this", "rootProject"]

    private mutating func statement(_ start: Int) {
        var at = start
        while Self.modifiers.contains(where: { source.isWord(at, $0) }) { at += 1 }
        let isDeclaration = Self.declarators.contains { source.isWord(at, $0) }
        if isDeclaration {
            at += 1
        } else if Self.receivers.contains(where: { source.isWord(at, $0) }), source.isSymbol(at + 1, ".") {
            at += 2
        }
        if name == nil, source.isWord(at, "name"), source.isSymbol(at + 1, "=") { name = source.string(at + 2) }
        guard source.isWord(at, "version") || source.isWord(at, "setVersion") else { return }
        let word = at
        at += 1
        // `val version: String = …`
        if isDeclaration, source.isSymbol(at, ":") {
            at += 2
            if source.isSymbol(at, "?") { at += 1 }
        }
        guard let value = value(at, after: word) else { return }
        add(value, from: Int(source.tokens[start].start), isDeclaration: isDeclaration)
    }

    /// What stands behind the name, if that makes it a version.
    private func value(_ index: Int, after name: Int) -> VersionMention? {
        let computed = VersionMention.computed(at: Int(source.tokens[name].start), in: source.bytes)
        if source.isSymbol(index, "=") {
            guard !source.isSymbol(index + 1, "=") else { return nil }
            return text(index + 1, upTo: index + 2) ?? computed
        }
        if source.isSymbol(index, "(") {
            guard source.isSymbol(index + 2, ")") else { return computed }
            return text(index + 1, upTo: index + 3) ?? computed
        }
        if source.isSymbol(index, "+"), source.isSymbol(index + 1, "=") { return computed }
        // A command of Groovy, or `by`: its arguments follow on the same line.
        guard let next = source[index], next.kind != .symbol, next.line == source.tokens[index - 1].line else {
            return nil
        }
        return text(index, upTo: index + 1) ?? computed
    }

    /// A plain text that is all of a value, which must end there.
    private func text(_ index: Int, upTo end: Int) -> VersionMention? {
        guard let token = source[index], token.kind == .string || token.kind == .template else { return nil }
        let range = Int(token.start)..<Int(token.end)
        let quote = range.upperBound < source.bytes.count ? source.bytes[range.upperBound] : 0
        if quote != UInt8(ascii: "\""), quote != UInt8(ascii: "'") {
            return VersionMention(.broken("a text in quotes does not end"), at: range)
        }
        guard token.kind == .string, ends(end) else { return nil }
        return VersionMention(.text(source.text(token)), at: range)
    }

    private func ends(_ index: Int) -> Bool {
        guard let next = source[index] else { return true }
        if source.isSymbol(index, ";") || source.isSymbol(index, "}") { return true }
        let continues = source.isSymbol(index, ".") || source.isSymbol(index, "?")
        return next.line > source.tokens[index - 1].line && !continues
    }
}
