/// How far a record may be trusted because of where it was made; each is also good for what the lower ones are.
public enum Scope: String, Codable, CaseIterable, Comparable, Sendable {
    /// A laptop, or uncommitted work.
    case local
    /// A pull request, and whatever nobody signed in CI.
    case pr
    case branch
    case release

    private var rank: Int { Scope.allCases.firstIndex(of: self) ?? 0 }

    public static func < (left: Scope, right: Scope) -> Bool { left.rank < right.rank }
}
