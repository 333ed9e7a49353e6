/// How versions are compared when one is to replace another.
public enum VersionScheme: String, Codable, Sendable {
    /// `1.5.3-1` comes before `1.5.3`.
    case semver2
    /// `1.5.3-1` was built after `1.5.3`, as teams do that count builds behind a hyphen.
    case suffixAfter = "suffix-after"

    /// Whether the first must give way to the second.
    public func precedes(_ left: SemanticVersion, _ right: SemanticVersion) -> Bool {
        guard self == .suffixAfter, left.core == right.core, hasSuffix(left) || hasSuffix(right) else {
            return left.precedes(right)
        }
        if !hasSuffix(left) { return true }
        return hasSuffix(right) && left.precedes(right)
    }

    /// Whether a version is one of those that are tried before the version they are named after.
    public func isPrerelease(_ version: SemanticVersion) -> Bool {
        !version.isStable && !(self == .suffixAfter && hasSuffix(version))
    }

    /// Words that announce a version also where suffixes count builds; `0` begins what Slipway calls a snapshot.
    private static let announcements: Set<String> = [
        "0", "a", "alpha", "b", "beta", "dev", "pre", "preview", "rc", "snapshot",
    ]

    private func hasSuffix(_ version: SemanticVersion) -> Bool {
        guard let first = version.prerelease.first else { return false }
        return !Self.announcements.contains(first.lowercased())
    }
}
