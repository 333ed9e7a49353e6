/// What a release brings, in the words of its commits: made of the same list that moved its number.
public struct Changelog: Equatable, Sendable, Codable {
    public private(set) var groups: [Group] = []

    /// Lines under one heading, newest first.
    public struct Group: Equatable, Sendable, Codable {
        public let title: String
        public var lines: [Line]
    }

    public struct Line: Equatable, Sendable, Codable {
        public let scope: String?
        public let text: String
        public let commit: ObjectID?
        /// What was said about a break.
        public let note: String?
    }

    private enum Kind: String, CaseIterable {
        case breaking = "Breaking changes"
        case features = "Features"
        case fixes = "Fixes"
        case dependencies = "Dependencies"
        case reverted = "Reverted"
    }

    public init(_ evidence: [VersionEvidence]) {
        var lines: [Kind: [Line]] = [:]
        // The same change picked to another branch is told once.
        var told: Set<String> = []
        for piece in evidence where piece.level > .none {
            for change in piece.changes {
                let kind = Self.kind(of: change, piece)
                guard let kind, told.insert("\(kind.rawValue) \(change.scope ?? "") \(change.text)").inserted else {
                    continue
                }
                let text = piece.kind == .library ? piece.text : change.text
                lines[kind, default: []].append(
                    Line(scope: change.scope, text: text, commit: piece.commit, note: change.note))
            }
        }
        groups = Kind.allCases.compactMap { kind in
            lines[kind].map { Group(title: kind.rawValue, lines: $0) }
        }
    }

    private static func kind(of change: Judgement.Entry, _ piece: VersionEvidence) -> Kind? {
        if change.isBreaking { return .breaking }
        if piece.kind == .library || change.scope == "deps" { return .dependencies }
        if piece.rule == .revert { return .reverted }
        switch change.type {
        case "feat", "feature": return .features
        case "fix", "perf", "security": return .fixes
        case "revert": return .reverted
        default: return nil
        }
    }

    public var isEmpty: Bool { groups.isEmpty }

    /// As Markdown, headings on a level of choice; nothing when there is nothing to tell.
    public func markdown(level: Int = 3) -> String {
        groups.map { group in
            let heading = String(repeating: "#", count: level) + " " + group.title
            return heading + "\n\n" + group.lines.map(Self.line).joined()
        }.joined(separator: "\n")
    }

    private static func line(_ line: Line) -> String {
        let scope = line.scope.map { "**\($0.printable):** " } ?? ""
        let commit = line.commit.map { " (\($0.short))" } ?? ""
        let note = line.note.map { $0.isEmpty || $0 == line.text ? "" : "  \($0.printable)\n" } ?? ""
        return "- \(scope)\(line.text.printable)\(commit)\n\(note)"
    }

    /// A file that had the sections of earlier releases, with this one before them.
    ///
    /// A heading of the file stays where it is.
    public func prepended(to file: String, version: SemanticVersion, on day: String) -> String {
        let section = "## \(version) (\(day))\n\n" + (isEmpty ? "No change that was described.\n" : markdown())
        let isHeading = file.hasPrefix("# ")
        let heading = isHeading ? file.prefix { $0 != "\n" } + "\n\n" : "# Changelog\n\n"
        let rest = isHeading ? file.dropFirst(heading.count - 1).drop(while: \.isNewline) : file[...]
        return heading + section + (rest.isEmpty ? "" : "\n" + rest)
    }
}
