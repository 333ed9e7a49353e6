/// The tags under which a release is pushed: two that never change, and those that move on to it.
public struct ImageTags: Equatable, Sendable {
    /// `2.1.0`, which never names anything else.
    public let exact: ImageTag
    /// Those of `2.1`, `2`, `latest` and `rc` that this release is the highest of.
    public let floating: [ImageTag]
    /// `sha-abcdef123456`, which never names anything else.
    public let commit: ImageTag

    /// Nil when the version is too long for an image tag.
    ///
    /// What moves is judged from the other releases there are, which git knows, not from what a registry lists.
    public init?(
        release version: SemanticVersion, commit: ObjectID, existing: [SemanticVersion],
        channels: Set<String> = FloatingTags.channels
    ) {
        guard let exact = ImageTag(version.withoutBuild) else { return nil }
        let desired = FloatingTags.desired(versions: existing + [version], channels: channels)
        self.exact = exact
        floating = FloatingTags.names(of: version, channels: channels).filter {
            desired[$0]?.hasSamePrecedence(as: version) == true
        }
        self.commit = ImageTag(of: commit)
    }

    /// All of them: the version first, the commit last.
    public var all: [ImageTag] { [exact] + floating + [commit] }
}

/// The tags that move from release to release, and only forward.
public enum FloatingTags {
    /// The pre-release channels that have a tag of their own.
    public static let channels: Set<String> = ["alpha", "beta", "rc"]

    /// Which release each moving tag is to name, given all there are.
    ///
    /// A channel that no release above all stable ones is on has no entry: its tag stays where it is.
    public static func desired(
        versions: [SemanticVersion], channels: Set<String> = channels
    ) -> [ImageTag: SemanticVersion] {
        var highest: [ImageTag: SemanticVersion] = [:]
        for version in versions {
            for name in names(of: version, channels: channels) {
                if let known = highest[name], !isAhead(version, of: known) { continue }
                highest[name] = version
            }
        }
        let stable = versions.filter(\.isStable).reduce(nil as SemanticVersion?) { highest, version in
            highest.map { $0.precedes(version) ? version : $0 } ?? version
        }
        guard let stable else { return highest }
        return highest.filter { $1.isStable || stable.precedes($1) }
    }

    /// The order of versions; of two that differ in their build metadata alone, always the same one.
    private static func isAhead(_ version: SemanticVersion, of known: SemanticVersion) -> Bool {
        known.precedes(version) || (known.hasSamePrecedence(as: version) && "\(version)" < "\(known)")
    }

    /// The moving tags a release could have, the narrowest first; `0` says nothing, as anything may change below 1.0.0.
    static func names(of version: SemanticVersion, channels: Set<String>) -> [ImageTag] {
        if let channel = version.prerelease.first {
            return channels.contains(channel) ? [ImageTag(parsing: channel)].compactMap(\.self) : []
        }
        let line = "\(version.major).\(version.minor)"
        let names = [line] + (version.isInitialDevelopment ? [] : [version.major]) + ["latest"]
        return names.compactMap { ImageTag(parsing: $0) }
    }
}
