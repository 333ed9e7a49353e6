public import Pipeline

/// A base image, as far as an image on top of it needs it; its layers stay as they are.
public struct BaseContent: Equatable, Sendable {
    public let image: BaseImage
    public let manifest: Manifest
    public let configuration: JSON

    public init(image: BaseImage, manifest: Manifest, configuration: JSON) {
        (self.image, self.manifest, self.configuration) = (image, manifest, configuration)
    }

    /// Throws the reason why nothing can stand on it: it is no image, or not all of one.
    public func check() throws(ImageError) {
        guard MediaType.isConfiguration(manifest.config.mediaType) else {
            throw .base(image.ref, "is no image that runs, its configuration is \(manifest.config.mediaType.printable)")
        }
        if let other = manifest.layers.first(where: { !MediaType.isLayer($0.mediaType) }) {
            throw .base(image.ref, "has a layer of a kind that is not known: \(other.mediaType.printable)")
        }
        let count = configuration["rootfs"]?["diff_ids"]?.array?.count ?? 0
        guard count == manifest.layers.count else {
            throw .base(image.ref, "lists \(manifest.layers.count) layers, and its configuration \(count)")
        }
    }

    var layers: [Descriptor] {
        manifest.layers.map { layer in
            var layer = layer
            layer.mediaType = MediaType.ofLayer(layer.mediaType)
            return layer
        }
    }

    /// What it asks whoever builds on it to do first.
    var triggers: [String] { (configuration["config"]?["OnBuild"]?.array ?? []).compactMap(\.string) }

    var platform: Descriptor.Platform? {
        guard let os = configuration["os"]?.string, let architecture = configuration["architecture"]?.string else {
            return nil
        }
        let variant = configuration["variant"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        return Descriptor.Platform(os: os, architecture: architecture, variant: variant).normalized
    }
}

/// What an image carries besides its files.
public struct ImageMarks: Equatable, Sendable {
    /// Of every file and of the image: the time of the commit.
    public var created: Timestamp
    /// Labels of the configuration and annotations of the manifest.
    public var labels: [String: String]

    public init(created: Timestamp, labels: [String: String]) {
        (self.created, self.labels) = (created, labels)
    }
}

/// An image that was assembled into a layout.
public struct BuiltImage: Equatable, Sendable {
    public let descriptor: Descriptor
    public let manifest: Manifest
    public let platform: String
    public private(set) var base: BaseImage?
    /// The builder that made some of its layers; nil where all are ours, and the same on every machine.
    public private(set) var builder: String?
    /// Other images that files of it were copied from.
    public var origins: [BaseImage] = []
    /// What whoever built it may want to know.
    public var notes: [String] = []
    /// The images of an index, one a platform; none of an image that is for one platform.
    public var parts: [BuiltImage] = []

    /// All that it is for.
    public var platforms: [String] { parts.isEmpty ? [platform] : parts.map(\.platform) }

    /// Puts images for several platforms together: an index that lists them.
    public init(_ parts: [BuiltImage], annotations: [String: String], in layout: Layout) throws {
        guard let first = parts.first else { throw ImageError.layout("index", "lists no image") }
        var index = Index(
            manifests: parts.map { part in
                var descriptor = part.descriptor
                descriptor.platform = Descriptor.Platform(parsing: part.platform)
                return descriptor
            })
        index.annotations = annotations
        descriptor = try layout.add(index.bytes, mediaType: MediaType.index)
        (manifest, platform, base) = (first.manifest, first.platform, first.base)
        (origins, self.parts) = (first.origins, parts)
        notes = parts.flatMap(\.notes).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    init(descriptor: Descriptor, manifest: Manifest, platform: String, base: BaseImage?) {
        (self.descriptor, self.manifest, self.platform, self.base) = (descriptor, manifest, platform, base)
    }

    /// The same image, said to stand on another base, with layers of a builder on that.
    public func standing(on base: BaseImage?, builder: String?) -> BuiltImage {
        var image = self
        (image.base, image.builder) = (base, builder)
        return image
    }
}
