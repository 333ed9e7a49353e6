/// A commit message read after Conventional Commits 1.0.0 (https://www.conventionalcommits.org/en/v1.0.0/).
public struct ConventionalCommit: Equatable, Sendable {
    /// In lower case, as types are compared without case (item 15).
    public let type: String
    public let scope: String?
    public let isBreaking: Bool
    public let text: String

    /// Nil when the first line is no conventional header.
    public init?(parsing message: String) {
        let lines = message.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        guard let header = lines.first(where: { !$0.allSatisfy(\.isWhitespace) }),
            let parsed = Self.header(header)
        else { return nil }
        (type, scope, text) = (parsed.type, parsed.scope, parsed.text)
        let start = lines.firstIndex(of: header).map { $0 + 1 } ?? lines.count
        isBreaking = parsed.isBreaking || Self.hasBreakingFooter(lines[start...])
    }

    private struct Header {
        let type: String
        let scope: String?
        let isBreaking: Bool
        let text: String
    }

    /// `type(scope)!: text`.
    ///
    /// The type is a noun: letters, digits and `-`.
    private static func header(_ line: Substring) -> Header? {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        var prefix = line[..<colon]
        let rest = line[line.index(after: colon)...]
        guard rest.first == " ", !rest.allSatisfy(\.isWhitespace) else { return nil }
        let isBreaking = prefix.last == "!"
        if isBreaking { prefix = prefix.dropLast() }
        var scope: String?
        if prefix.last == ")", let open = prefix.firstIndex(of: "(") {
            let inner = prefix[prefix.index(after: open)...].dropLast()
            guard !inner.isEmpty, !inner.contains("("), !inner.contains(")") else { return nil }
            scope = String(inner)
            prefix = prefix[..<open]
        }
        guard let first = prefix.utf8.first, first.isLetter else { return nil }
        guard prefix.utf8.allSatisfy({ $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") }) else { return nil }
        let text = String(rest.drop { $0 == " " })
        return Header(type: prefix.lowercased(), scope: scope, isBreaking: isBreaking, text: text)
    }

    /// `BREAKING CHANGE:` or `BREAKING-CHANGE:` in upper case at the beginning of a line, a bullet allowed; not in a
    /// fenced or indented sample.
    private static func hasBreakingFooter(_ lines: ArraySlice<Substring>) -> Bool {
        var isFenced = false
        for line in lines {
            if line.drop(while: \.isWhitespace).hasPrefix("```") { isFenced.toggle() }
            guard !isFenced else { continue }
            let start = line.hasPrefix("- ") || line.hasPrefix("* ") ? line.dropFirst(2) : line
            if start.hasPrefix("BREAKING CHANGE:") || start.hasPrefix("BREAKING-CHANGE:") { return true }
        }
        return false
    }

    /// What the commit asks of the version of a service it touches.
    public var level: Level {
        isBreaking ? .major : Self.level(ofType: type)
    }

    static func level(ofType type: String) -> Level {
        switch type {
        case "feat", "feature": .minor
        case "fix", "perf", "revert", "security": .patch
        default: .none
        }
    }
}
