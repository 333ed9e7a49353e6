/// What a `go.mod` or a `go.work` says.
struct GoFile {
    struct Line {
        /// A module, or a folder that is used.
        let name: String
        let version: String?
        let line: Int
    }

    struct Replacement {
        let module: String
        /// Nil for all versions.
        let version: String?
        /// A folder, or nil when another module stands in.
        let path: String?
        let line: Int
    }

    let path: Path
    private(set) var module: String?
    private(set) var requires: [Line] = []
    private(set) var uses: [Line] = []
    private(set) var replaces: [Replacement] = []

    init(_ bytes: [UInt8], path: Path) {
        self.path = path
        let source = Source(bytes, .go)
        var at = 0
        var verb: String?
        while let token = source[at] {
            let start = at
            while let next = source[at], next.line == token.line, next.kind != .symbol { at += 1 }
            if let verb {
                take(verb, source, start..<at)
            } else if start < at {
                let name = source.text(token)
                if source.isSymbol(at, "("), at == start + 1 {
                    verb = name
                } else {
                    take(name, source, (start + 1)..<at)
                }
            }
            if source.isSymbol(at, ")") { verb = nil }
            if source[at]?.kind == .symbol { at += 1 }
        }
    }

    /// One line, behind its verb or in the block of a verb.
    private mutating func take(_ verb: String, _ source: Source, _ tokens: Range<Int>) {
        guard let first = tokens.first.flatMap({ source[$0] }) else { return }
        let name = source.text(first)
        switch verb {
        case "module": module = name
        case "use": uses.append(Line(name: name, version: nil, line: Int(first.line)))
        case "require":
            let version = tokens.dropFirst().first.flatMap { source[$0] }.map(source.text)
            requires.append(Line(name: name, version: version, line: Int(first.line)))
        case "replace": replace(name, tokens.compactMap { source[$0] }.map(source.text), Int(first.line))
        default: return
        }
    }

    /// `old => ../new`, `old v1.0.0 => ../new`, `old => new v1.0.0`.
    private mutating func replace(_ name: String, _ words: [String], _ line: Int) {
        guard let arrow = words.firstIndex(of: "=>"), arrow == 1 || arrow == 2, arrow + 1 < words.count else { return }
        let path = words[arrow + 1]
        let isFolder = path == "." || path == ".." || path.hasPrefix("./") || path.hasPrefix("../")
        replaces.append(
            Replacement(module: name, version: arrow == 2 ? words[1] : nil, path: isFolder ? path : nil, line: line))
    }
}
