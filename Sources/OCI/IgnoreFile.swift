import Pipeline

/// `.dockerignore`: what of the build context COPY never sees
/// (https://docs.docker.com/build/concepts/context/#dockerignore-files).
struct IgnoreFile: Equatable {
    /// As messages call it.
    let name: String
    private let rules: [Rule]

    private struct Rule: Equatable {
        let line: Int
        let pattern: PathPattern
        let isException: Bool
    }

    /// What no image ever needs and two clones never share.
    private static let always = [".git", ".slipway"]
    static let usualName = ".dockerignore"

    init(parsing text: String?, name: String = usualName) {
        self.name = name
        var text = text ?? ""
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let own = lines.enumerated().compactMap { index, line -> Rule? in
            // Only at the very beginning of a line it is a comment.
            guard line.first != UInt8(ascii: "#") else { return nil }
            var pattern = String(decoding: line, as: UTF8.self).trimmed
            let isException = pattern.hasPrefix("!")
            if isException { pattern = String(pattern.dropFirst()).trimmed }
            guard let clean = Self.cleaned(pattern) else { return nil }
            return Rule(line: index + 1, pattern: PathPattern(spanning: clean), isException: isException)
        }
        rules =
            own + Self.always.map { Rule(line: 0, pattern: PathPattern(spanning: $0), isException: false) }
    }

    /// A pattern without what goes nowhere; nil when nothing is left of it, or it leads out.
    private static func cleaned(_ pattern: String) -> String? {
        var components: [Substring] = []
        for component in pattern.split(separator: "/") where component != "." {
            if component == ".." {
                guard components.popLast() != nil else { return nil }
            } else {
                components.append(component)
            }
        }
        return components.isEmpty ? nil : components.joined(separator: "/")
    }

    /// The line that keeps a path out; nil when nothing does.
    ///
    /// The last rule that takes the path or a folder around it decides.
    func ruleAgainst(_ path: Path) -> Int? {
        var around: [Path] = []
        var folder = path
        while !folder.isRoot {
            around.append(folder)
            folder = folder.parent
        }
        let deciding = rules.last { rule in around.contains { rule.pattern.matches($0) } }
        guard let deciding, !deciding.isException else { return nil }
        return deciding.line
    }

    /// Whether everything below a folder that is kept out is kept out as well, so that nobody need look.
    var hasExceptions: Bool { rules.contains(where: \.isException) }
}
