public import Pipeline

/// Points at content by its digest (https://github.com/opencontainers/image-spec/blob/main/descriptor.md).
public struct Descriptor: Equatable, Sendable, Codable {
    public var mediaType: String
    public var digest: Digest
    /// Bytes.
    public var size: Int64
    public var annotations: [String: String]?
    public var platform: Platform?
    public var artifactType: String?
    /// Where content lies that no registry has.
    public var urls: [String]?
    /// The content itself in base64, so that whoever has the manifest need not ask for it.
    public var data: String?

    public struct Platform: Hashable, Sendable, Codable {
        public var architecture: String
        public var os: String
        public var variant: String?
    }

    public init(mediaType: String, digest: Digest, size: Int64, annotations: [String: String]? = nil) {
        (self.mediaType, self.digest, self.size, self.annotations) = (mediaType, digest, size, annotations)
    }
}

/// The media types that Slipway writes and reads.
public enum MediaType {
    public static let manifest = "application/vnd.oci.image.manifest.v1+json"
    public static let index = "application/vnd.oci.image.index.v1+json"
    public static let configuration = "application/vnd.oci.image.config.v1+json"
    public static let layer = "application/vnd.oci.image.layer.v1.tar+gzip"
    public static let empty = "application/vnd.oci.empty.v1+json"
    public static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
    public static let dockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json"

    /// Everything a registry may answer with when asked for a manifest; without the list some answer with something else.
    public static let acceptedManifests = [manifest, index, dockerManifest, dockerIndex]

    public static func isIndex(_ type: String) -> Bool { type.hasPrefix(index) || type.hasPrefix(dockerIndex) }

    /// The OCI name of a layer that a Docker manifest lists; the bytes are the same.
    static func ofLayer(_ type: String) -> String { dockerLayers[type] ?? type }

    private static let dockerLayers = [
        "application/vnd.docker.image.rootfs.diff.tar.gzip": layer,
        "application/vnd.docker.image.rootfs.diff.tar": "application/vnd.oci.image.layer.v1.tar",
        "application/vnd.docker.image.rootfs.diff.tar.zstd": "application/vnd.oci.image.layer.v1.tar+zstd",
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip":
            "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
        "application/vnd.docker.image.rootfs.foreign.diff.tar":
            "application/vnd.oci.image.layer.nondistributable.v1.tar",
    ]

    /// Whether something is a layer of files, compressed or not.
    static func isLayer(_ type: String) -> Bool {
        let plain = "application/vnd.oci.image.layer."
        return dockerLayers[type] != nil || type.hasPrefix(plain + "v1.tar") || isForeign(type)
    }

    /// Whether a layer lies where its publisher keeps it, and in no registry.
    public static func isForeign(_ type: String) -> Bool {
        type.hasPrefix("application/vnd.oci.image.layer.nondistributable.")
            || type.hasPrefix("application/vnd.docker.image.rootfs.foreign.")
    }

    /// Whether something is the configuration of an image that runs.
    static func isConfiguration(_ type: String) -> Bool {
        type == configuration || type == "application/vnd.docker.container.image.v1+json"
    }
}

/// An image manifest (https://github.com/opencontainers/image-spec/blob/main/manifest.md).
public struct Manifest: Equatable, Sendable, Codable {
    public var schemaVersion = 2
    public var mediaType: String?
    public var artifactType: String?
    public var config: Descriptor
    public var layers: [Descriptor]
    public var subject: Descriptor?
    public var annotations: [String: String]?

    public init(config: Descriptor, layers: [Descriptor], annotations: [String: String]? = nil) {
        mediaType = MediaType.manifest
        (self.config, self.layers, self.annotations) = (config, layers, annotations)
    }

    /// Four mebibytes, what every registry takes.
    public static let maximumBytes = 4 << 20

    public init(parsing bytes: [UInt8]) throws {
        try self.init(json: JSON(parsing: bytes, profile: .lenient.limited(to: Self.maximumBytes)))
    }

    public var bytes: [UInt8] {
        get throws { try JSON(encoding: self).canonicalBytes }
    }
}

/// A list of manifests: of an image's platforms, of a layout's images, of an image's referrers.
public struct Index: Equatable, Sendable, Codable {
    public var schemaVersion = 2
    public var mediaType: String? = MediaType.index
    public var manifests: [Descriptor]
    public var annotations: [String: String]?

    public init(manifests: [Descriptor]) {
        self.manifests = manifests
    }

    public init(parsing bytes: [UInt8]) throws {
        try self.init(json: JSON(parsing: bytes, profile: .lenient.limited(to: Manifest.maximumBytes)))
    }

    public var bytes: [UInt8] {
        get throws { try JSON(encoding: self).canonicalBytes }
    }
}
