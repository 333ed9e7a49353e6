/// What a message comes to, and why.
public struct Judgement: Equatable, Sendable, Codable {
    public var level: Level
    public var rule: Rule
    /// Each once, in the order in which they were met.
    public var lints: [VersionLint]
    /// What a changelog would say; nothing for commits that never count.
    public var entries: [Entry]

    /// What decided.
    public enum Rule: String, Codable, CaseIterable, Sendable {
        case breaking, type, mapping, squash, revert, unconventional, autosquash, skip, empty
    }

    /// One line of a changelog.
    public struct Entry: Equatable, Sendable, Codable {
        /// Nil for a commit that follows no convention.
        public let type: String?
        public let scope: String?
        /// Without control characters; numbers of issues and pull requests stay in it.
        public let text: String
        public let isBreaking: Bool
        /// What was said about the break.
        public let note: String?

        public init(type: String?, scope: String?, text: String, isBreaking: Bool, note: String?) {
            (self.type, self.scope, self.text) = (type, scope, text)
            (self.isBreaking, self.note) = (isBreaking, note)
        }
    }
}
