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
        if let base {
            labels["org.opencontainers.image.base.name"] = base.ref
            labels["org.opencontainers.image.base.digest"] = "\(base.digest)"
        }
        return ImageMarks(created: commit.time, labels: labels)
    }

    static let keyLabel = "slipway.key"

    /// The tags of a build that is no release: its version, and its commit.
    var tags: [ImageTag] { [ImageTag(version), ImageTag(of: commit.id)].compactMap(\.self) }

    /// The tag of another build of the same commit: on a newer base, or one that does not make the same bytes twice.
    func alternativeTag(for image: Digest) -> ImageTag? {
        ImageTag(parsing: "\(ImageTag(of: commit.id))-\(image.hex.prefix(8))")
    }
}
