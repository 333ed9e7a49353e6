/// How a statement of a Gradle script begins: `testImplementation(...)`, `val jvmTest by getting`.
struct GradleHead {
    /// Whether it speaks of tests.
    private(set) var isTest = false
    /// The word that says for which projects its block is, if any does.
    private(set) var scope = ""

    private static let modifiers = ["val", "var", "def", "private", "internal"]
    /// Calls whose first argument is the name of what is configured.
    private static let selectors = ["named", "getByName", "create", "register", "maybeCreate", "add", "getting"]

    /// Reads the words before the first argument that is not a name; a few, however long the statement is.
    init(_ source: Source, _ start: Int, upTo end: Int) {
        var at = start
        while at < min(end, start + 4), Self.modifiers.contains(where: { source.isWord(at, $0) }) { at += 1 }
        if source.isString(at), source.isSymbol(at + 1, "(") { isTest = Self.mentionsTest(source, at) }
        for step in 0..<16 where at < end {
            guard let token = source[at], token.kind == .word else { return }
            isTest = isTest || Self.mentionsTest(source, at)
            if step == 0 || source.isWord(at - 2, "rootProject") {
                scope = ["subprojects", "allprojects", "configure", "project"].first { source.isWord(at, $0) } ?? ""
            }
            let isSelector = Self.selectors.contains { source.isWord(at, $0) }
            at += 1
            if at < end, source.isSymbol(at, "[") || (isSelector && source.isSymbol(at, "(")), source.isString(at + 1) {
                isTest = isTest || Self.mentionsTest(source, at + 1)
                at = source.isSymbol(at + 2, ")") || source.isSymbol(at + 2, "]") ? at + 3 : end
            }
            guard source.isSymbol(at, ".") else { return }
            at += 1
        }
    }

    private static func mentionsTest(_ source: Source, _ index: Int) -> Bool {
        guard let token = source[index] else { return false }
        let slice = source.slice(token).prefix(256)
        guard slice.count >= 4 else { return false }
        return (slice.startIndex...(slice.endIndex - 4)).contains { at in
            slice[at] | 0x20 == 0x74 && slice[at + 1] | 0x20 == 0x65 && slice[at + 2] | 0x20 == 0x73
                && slice[at + 3] | 0x20 == 0x74
        }
    }

    /// Whether a word is the name of a configuration that takes dependencies.
    static func isConfiguration(_ source: Source, _ index: Int) -> Bool {
        guard let token = source[index], token.kind == .word else { return false }
        let name = source.text(token)
        return ["mplementation", "api", "Api", "Only", "kapt", "ksp", "lasspath", "rocessor"].contains(
            where: name.hasSuffix)
    }
}
