public import OCI
public import Pipeline
import SystemPackage

extension RegistryClient {
    /// An image in a layout that is to be published.
    public struct Shipment: Sendable {
        public var layout: Layout
        public var image: Descriptor
        public var manifest: Manifest
        /// Where layers of the base can be mounted from.
        public var baseRepository: RepositoryName?

        public init(layout: Layout, image: Descriptor, manifest: Manifest, baseRepository: RepositoryName?) {
            (self.layout, self.image, self.manifest) = (layout, image, manifest)
            self.baseRepository = baseRepository
        }
    }

    /// What a push came to.
    public struct Receipt: Equatable, Sendable {
        public let uploaded: [Digest]
        public let tags: [ImageTag]
    }

    /// Publishes an image: blobs, of each of which a byte is read back; manifest by digest and configuration, read back
    /// whole; only then the tags, which never change what they stand for.
    ///
    /// Stopping anywhere leaves no tag on unverified content.
    public func push(
        _ shipment: Shipment, to repository: RepositoryName, tags: [ImageTag]
    ) async throws -> Receipt {
        let missing = try await tagsToMove(tags, to: shipment, in: repository)
        var uploaded: [Descriptor] = []
        for blob in shipment.manifest.layers + [shipment.manifest.config] {
            let file = shipment.layout.file(of: blob.digest)
            if try await upload(blob, from: file, to: repository, mountingFrom: shipment.baseRepository) {
                uploaded.append(blob)
            } else if try await !isServed(blob, in: repository) {
                // It said it has what it cannot serve: after a garbage collection its cache remembers more than its disk.
                _ = try await send(blob, from: file, to: repository, mountingFrom: nil)
                uploaded.append(blob)
            }
        }
        let bytes = try shipment.layout.blob(shipment.image.digest)
        if try await manifest("\(shipment.image.digest)", in: repository) == nil {
            try await put(bytes, mediaType: shipment.image.mediaType, as: "\(shipment.image.digest)", in: repository)
        }
        for blob in uploaded where try await !isServed(blob, in: repository) {
            throw RegistryError.mismatch("\(host)/\(repository.text)", expected: blob.digest, found: "nothing")
        }
        try await proveManifest(shipment, in: repository)
        for tag in missing {
            try await put(bytes, mediaType: shipment.image.mediaType, as: tag.text, in: repository)
            try await refuseTaken(tag, by: shipment, in: repository)
        }
        return Receipt(uploaded: uploaded.map(\.digest), tags: tags)
    }

    /// Manifest and configuration, read back whole: both are small, and deployers read nothing before them.
    private func proveManifest(_ shipment: Shipment, in repository: RepositoryName) async throws {
        guard try await manifest("\(shipment.image.digest)", in: repository) != nil else {
            throw RegistryError.mismatch(
                "\(host)/\(repository.text)", expected: shipment.image.digest, found: "nothing")
        }
        _ = try await blob(shipment.manifest.config, in: repository)
    }

    /// The tags that are not there yet.
    ///
    /// Throws when one is there and stands for something else.
    private func tagsToMove(
        _ tags: [ImageTag], to shipment: Shipment, in repository: RepositoryName
    ) async throws -> [ImageTag] {
        var missing: [ImageTag] = []
        for tag in tags where try await !refuseTaken(tag, by: shipment, in: repository) { missing.append(tag) }
        return missing
    }

    /// Whether the tag is there.
    ///
    /// Throws when it stands for another image.
    @discardableResult
    private func refuseTaken(
        _ tag: ImageTag, by shipment: Shipment, in repository: RepositoryName
    ) async throws -> Bool {
        guard let served = try await manifest(tag.text, in: repository) else { return false }
        guard served.digest != shipment.image.digest else { return true }
        throw RegistryError.tagTaken(
            tag, in: "\(host)/\(repository.text)",
            existing: .init(digest: served.digest, annotations: Self.annotations(of: served.bytes)),
            new: .init(digest: shipment.image.digest, annotations: shipment.manifest.annotations))
    }

    private static func annotations(of bytes: [UInt8]) -> [String: String]? {
        do { return try Manifest(parsing: bytes).annotations } catch { return nil }
    }
}
