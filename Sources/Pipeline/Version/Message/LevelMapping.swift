/// A rule of the team's own about what commits ask for: all that is given must match.
public struct LevelMapping: Equatable, Sendable {
    /// Found in the subject.
    public let match: SubjectPattern?
    /// Of the header, without case.
    public let type: String?
    /// One of the scopes of the header, without case.
    public let scope: String?
    /// What the commit touches.
    public let path: Glob?
    public let level: Level

    public init(
        match: SubjectPattern? = nil, type: String? = nil, scope: String? = nil, path: Glob? = nil, level: Level
    ) {
        (self.match, self.type, self.scope) = (match, type?.lowercased(), scope?.lowercased())
        (self.path, self.level) = (path, level)
    }

    /// All but `match`, which needs a compiled pattern.
    func fits(_ header: CommitMessage.Header?, touching: (Glob) -> Bool) -> Bool {
        if let type, header?.type != type { return false }
        if let scope, header?.scopes.contains(where: { $0.lowercased() == scope }) != true { return false }
        return path.map(touching) ?? true
    }
}
