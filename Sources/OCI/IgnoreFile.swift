import Pipeline

/// `.dockerignore`: what of the build context COPY never sees
/// (https://docs.docker.com/build/concepts/context/#dockerignore-files).
struct IgnoreFile: Equatable {
    private let rules: [Rule]

    private struct Rule: Equatable {
        let line: Int
        let glob: Glob
        let isException: Bool
    }

    /// What no image ever needs and two clones never share.
    private static let always = [".git", ".slipway"]

    init(parsing text: String?) {
        let lines = (text ?? "").split(omittingEmptySubsequences: false) { $0.isNewline }
        let own = lines.enumerated().compactMap { index, line -> Rule? in
            var pattern = String(line).trimmed
            guard !pattern.isEmpty, !pattern.hasPrefix("#") else { return nil }
            let isException = pattern.hasPrefix("!")
            if isException { pattern.removeFirst() }
            while pattern.hasPrefix("/") { pattern.removeFirst() }
            return Rule(line: index + 1, glob: Glob(anchored: pattern), isException: isException)
        }
        rules = own + Self.always.map { Rule(line: 0, glob: Glob(anchored: $0), isException: false) }
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
        let deciding = rules.last { rule in around.contains { rule.glob.matches($0) } }
        guard let deciding, !deciding.isException else { return nil }
        return deciding.line
    }
}
