import OCI
import Pipeline
import SystemPackage

/// One image that is to be made, and how it is called.
struct ImageOrder: Sendable {
    let service: Service
    let source: Service.ImageSource
    let plan: ImagePlan
    let bases: Bases
    let version: SemanticVersion
    let commit: Commit
    let key: Digest
    /// The time it is to bear, where somebody asks for another one than that of the commit.
    var epoch: Int64?
    /// What a builder has to do before it is assembled; nil where nothing.
    var work: BuilderWork?

    /// What the images are that it needs.
    struct Bases: Sendable {
        /// What they stood for when the plan was made, by what the Dockerfile calls them.
        var pins: [String: BaseImage] = [:]
        /// Images of this repository, the same way.
        var own: [String: OwnBase] = [:]
    }

    /// What a base was resolved to when the plan was made.
    func pin(of base: Stage.Base) -> BaseImage? { bases.pins[base.text] }

    /// What the image carries: nothing that differs between two clones of one commit on one branch.
    func marks(on base: BaseImage?) -> ImageMarks {
        var labels = [
            "org.opencontainers.image.title": source.name,
            "org.opencontainers.image.version": "\(version)",
            "org.opencontainers.image.revision": "\(commit.id)",
            "org.opencontainers.image.created": "\(created)",
            "org.opencontainers.image.ref.name": "\(source.name):\(version)",
            Self.keyLabel: "\(key)",
        ]
        if let base {
            labels["org.opencontainers.image.base.name"] = base.ref
            labels["org.opencontainers.image.base.digest"] = "\(base.digest)"
        }
        return ImageMarks(created: created, labels: labels)
    }

    /// The time of the image and of everything in it.
    var created: Timestamp { epoch.map { Timestamp(seconds: $0) } ?? commit.time }

    static let keyLabel = "slipway.key"

    /// The tags of a build that is no release: its version, and its commit.
    var tags: [ImageTag] { [ImageTag(version), ImageTag(of: commit.id)].compactMap(\.self) }

    /// The tag of the part of an image that is for one platform.
    func tag(for platform: String) -> ImageTag? {
        let name = platform.split(separator: "/").joined(separator: "-")
        return ImageTag(parsing: "\(ImageTag(of: commit.id))-\(name)")
    }

    /// The tag of another build of the same commit: on a newer base, or one that does not make the same bytes twice.
    func alternativeTag(for image: Digest, platform: String? = nil) -> ImageTag? {
        let tag = platform.map(tag) ?? ImageTag(of: commit.id)
        return tag.flatMap { ImageTag(parsing: "\($0)-\(image.hex.prefix(8))") }
    }
}
