import OCI
import Pipeline
import SystemPackage

/// One image that is to be made, and how it is called.
struct ImageOrder: Sendable {
    let service: Service
    let source: Service.ImageSource
    let stage: Stage
    let base: BaseImage?
    let version: SemanticVersion
    let commit: Commit
    let key: Digest
    /// The address of the repository's origin.
    let remote: String?
    /// Whether it is made although a record of its key stands.
    let isForced: Bool

    /// What the image carries: nothing that differs between two clones of one commit on one branch.
    var marks: ImageMarks {
        var labels = [
            "org.opencontainers.image.title": source.name,
            "org.opencontainers.image.version": "\(version)",
            "org.opencontainers.image.revision": "\(commit.id)",
            "org.opencontainers.image.created": "\(commit.time)",
            "org.opencontainers.image.ref.name": "\(source.name):\(version)",
            Self.keyLabel: "\(key)",
        ]
        if let remote, let source = Self.webAddress(of: remote) { labels["org.opencontainers.image.source"] = source }
        if let base {
            labels["org.opencontainers.image.base.name"] = base.ref
            labels["org.opencontainers.image.base.digest"] = "\(base.digest)"
        }
        return ImageMarks(created: commit.time, labels: labels)
    }

    static let keyLabel = "slipway.key"

    /// The tags of a build that is no release: its version, and its commit.
    var tags: [ImageTag] { [ImageTag(version), ImageTag(parsing: "sha-\(commit.id.short)")].compactMap(\.self) }

    /// The tag of another build of the same commit: on a newer base, or made once more.
    var alternativeTag: ImageTag? { ImageTag(parsing: "sha-\(commit.id.short)-\(key.hex.prefix(8))") }

    /// `https://host/path` of whatever protocol the clone was made with; nil for a folder.
    static func webAddress(of remote: String) -> String? {
        var rest = remote[...]
        if let scheme = rest.firstRange(of: "://") {
            guard !rest.hasPrefix("file:") else { return nil }
            rest = rest[scheme.upperBound...]
        } else if let colon = rest.firstIndex(of: ":"), !rest[..<colon].contains("/") {
            rest.replaceSubrange(colon...colon, with: "/")
        } else {
            return nil
        }
        if let at = rest.firstIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        if rest.hasSuffix(".git") { rest = rest.dropLast(4) }
        return "https://" + rest
    }
}
