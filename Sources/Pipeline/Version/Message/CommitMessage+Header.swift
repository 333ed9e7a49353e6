extension CommitMessage {
    /// What a conventional line says: `type(scope)!: text`.
    public struct Header: Equatable, Sendable {
        /// In lower case, as types are compared without case.
        public let type: String
        /// As written, one for each part between commas.
        public let scopes: [String]
        /// Whether the line itself announces a break.
        public let isBreaking: Bool
        public let text: String

        public var scope: String? { scopes.isEmpty ? nil : scopes.joined(separator: ", ") }

        /// What it asks for when no mapping says otherwise.
        public var level: Level { isBreaking ? .major : Self.level(ofType: type) }

        static func level(ofType type: String) -> Level {
            switch type {
            case "feat", "feature": .minor
            case "fix", "perf", "revert", "security": .patch
            default: .none
            }
        }

        var isKnown: Bool { Self.knownTypes.contains(type) }

        /// The types that mean one thing everywhere, and are therefore read with some indulgence.
        static let knownTypes: Set<String> = [
            "feat", "feature", "fix", "perf", "revert", "security", "docs", "doc", "style", "refactor", "test", "tests",
            "build", "ci", "chore", "deps", "wip",
        ]
        /// Of a line that is nothing but the marker of a break.
        static let breakingType = "breaking change"
    }
}

extension CommitMessage.Header {
    /// What `Revert "subject"` would be as a header.
    static func revert(_ subject: String) -> Self {
        CommitMessage.Header(type: "revert", scopes: [], isBreaking: false, text: subject)
    }
}
