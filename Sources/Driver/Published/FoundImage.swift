import OCI
import Pipeline
import Registry

/// An image or an index of images, where it was found.
struct FoundImage: Sendable {
    let name: String
    let store: Store
    let bytes: [UInt8]
    let digest: Digest
    let mediaType: String

    enum Store: Sendable {
        case registry(RegistryClient.Place)
        case layout(Layout)
    }

    init(name: String, store: Store, served: RegistryClient.ServedManifest) {
        (self.name, self.store) = (name, store)
        (bytes, digest, mediaType) = (served.bytes, served.digest, served.mediaType)
    }

    /// One of a layout, which says nothing of types but in the document itself.
    init(name: String, store: Store, digest: Digest) throws {
        guard case .layout(let layout) = store else { throw ImageNameError.malformed(name) }
        guard try layout.contains(digest) else { throw ImageNameError.unknown(name, "\(digest) is not in the layout") }
        (self.name, self.store, self.digest) = (name, store, digest)
        bytes = try layout.blob(digest)
        let json = try JSON(parsing: bytes, profile: .lenient)
        mediaType = json["mediaType"]?.string ?? (json["manifests"] == nil ? MediaType.manifest : MediaType.index)
    }

    var isIndex: Bool { MediaType.isIndex(mediaType) }

    /// Where it is, in full.
    var place: String {
        switch store {
        case .registry(let place): place.name
        case .layout(let layout): "oci:\(layout.root)"
        }
    }

    /// The manifests of an index that are images: those that only vouch for others are left out.
    func platforms() throws -> [(name: String, descriptor: Descriptor)] {
        guard isIndex else { return [] }
        return try Index(parsing: bytes).manifests.compactMap { child in
            guard let platform = child.platform, platform.os != "unknown" else { return nil }
            let variant = platform.variant.map { "/\($0)" } ?? ""
            return ("\(platform.os)/\(platform.architecture)\(variant)", child)
        }
    }

    /// The image for a platform: itself, unless it is an index; `linux/amd64` where nobody chose and there are several.
    func image(for platform: String?) async throws -> FoundImage {
        guard isIndex else {
            try refuseOthers()
            return self
        }
        let there = try platforms()
        let wanted = platform ?? (there.count == 1 ? there[0].name : "linux/amd64")
        // `linux/arm64` is `linux/arm64/v8` as well.
        let chosen = there.first { $0.name == wanted } ?? there.first { $0.name.hasPrefix(wanted + "/") }
        guard let child = chosen?.descriptor else {
            throw ImageNameError.platform(name, wanted: wanted, there: there.map(\.name))
        }
        let found: FoundImage
        switch store {
        case .layout: found = try FoundImage(name: name, store: store, digest: child.digest)
        case .registry(let place):
            guard let served = try await place.client.manifest("\(child.digest)", in: place.repository) else {
                throw RegistryError.notFound("\(place.name)@\(child.digest)")
            }
            found = FoundImage(name: name, store: store, served: served)
        }
        guard !found.isIndex else { throw ImageNameError.noImage(name, "is an index of indexes") }
        try found.refuseOthers()
        return found
    }

    /// Throws unless it is a manifest that lists layers: the oldest form lists something else, and artifacts list anything.
    private func refuseOthers() throws {
        let type = mediaType.prefix { $0 != ";" }
        guard type == MediaType.manifest || type == MediaType.dockerManifest else {
            throw ImageNameError.noImage(
                name, "is \(type.isEmpty ? "of no type" : String(type).printable), which is no image that can be read")
        }
    }

    var manifest: Manifest { get throws { try Manifest(parsing: bytes) } }

    /// A small blob of it, whole.
    func blob(_ descriptor: Descriptor) async throws -> [UInt8] {
        guard descriptor.size <= 8 << 20 else {
            throw ImageNameError.noImage(name, "its configuration has \(descriptor.size) bytes, and 8 MiB is the most")
        }
        let bytes: [UInt8]
        switch store {
        case .layout(let layout): bytes = try layout.blob(descriptor.digest)
        case .registry(let place): bytes = try await place.client.blob(descriptor, in: place.repository)
        }
        try checkSize(descriptor, Int64(bytes.count))
        return bytes
    }

    /// What a layer holds, read as it comes.
    func files(of layer: Descriptor, unpackingTo diffID: Digest?) async throws -> LayerFiles {
        var reader = LayerReader()
        var count: Int64 = 0
        switch store {
        case .layout(let layout):
            try layout.read(layer.digest) { bytes in
                count += Int64(bytes.count)
                try reader.take(bytes)
            }
        case .registry(let place):
            try await place.client.read(layer, in: place.repository) {
                (reader, count) = (LayerReader(), 0)
            } take: { bytes in
                count += Int64(bytes.count)
                try reader.take(bytes)
            }
        }
        try checkSize(layer, count)
        return try reader.finish(expecting: diffID)
    }

    /// A size that a manifest states is what others reserve room by.
    private func checkSize(_ descriptor: Descriptor, _ count: Int64) throws {
        guard count == descriptor.size else {
            throw ImageNameError.noImage(
                name, "its manifest gives \(descriptor.digest) \(descriptor.size) bytes, and it has \(count)")
        }
    }
}
