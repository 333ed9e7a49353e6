import Disk
public import OCI
public import Pipeline
public import SystemPackage

extension RegistryClient {
    /// A repository of a registry.
    public struct Place: Sendable {
        public var client: RegistryClient
        public var repository: RepositoryName

        public init(_ client: RegistryClient, _ repository: RepositoryName) {
            (self.client, self.repository) = (client, repository)
        }

        public var name: String { "\(client.host)/\(repository.text)" }
    }

    /// Brings an image from another repository, with its platforms: byte for byte, so that it keeps its digest.
    ///
    /// Within one registry blobs are mounted; others go through `folder`, one at a time. Nothing is named by it.
    /// Returns the bytes that were sent.
    public func bring(
        _ image: ServedManifest, from source: Place, to repository: RepositoryName, through folder: FilePath
    ) async throws -> Int64 {
        var sent: Int64 = 0
        if MediaType.isIndex(image.mediaType) {
            for child in try Index(parsing: image.bytes).manifests {
                guard let served = try await source.client.manifest("\(child.digest)", in: source.repository) else {
                    throw RegistryError.notFound("\(source.name)@\(child.digest)")
                }
                sent += try await bring(served, from: source, to: repository, through: folder)
            }
        } else {
            let manifest = try Manifest(parsing: image.bytes)
            for blob in manifest.layers + [manifest.config] where !blob.isForeign {
                sent += try await bring(blob, from: source, to: repository, through: folder)
            }
        }
        if try await manifest("\(image.digest)", in: repository) == nil {
            try await put(image.stored, as: "\(image.digest)", in: repository)
        }
        return sent
    }

    /// Brings an image out of a layout on disk, with its platforms; what was sent is read back, and nothing is named by it.
    ///
    /// Returns the bytes that were sent.
    public func bring(_ image: Descriptor, from layout: Layout, to repository: RepositoryName) async throws -> Int64 {
        let bytes = try layout.blob(image.digest)
        guard MediaType.isIndex(image.mediaType) else {
            let manifest = try Manifest(parsing: bytes)
            let shipment = Shipment(layout: layout, image: image, manifest: manifest, baseRepository: nil)
            let sent = Set(try await push(shipment, to: repository, tags: []).uploaded)
            return shipment.blobs.filter { sent.contains($0.digest) }.map(\.size).reduce(0, +)
        }
        var sent: Int64 = 0
        for child in try Index(parsing: bytes).manifests {
            sent += try await bring(child, from: layout, to: repository)
        }
        try await put(.init(bytes: bytes, mediaType: image.mediaType), as: "\(image.digest)", in: repository)
        return sent
    }

    private func bring(
        _ blob: Descriptor, from source: Place, to repository: RepositoryName, through folder: FilePath
    ) async throws -> Int64 {
        if try await hasBlob(blob.digest, in: repository), try await isServed(blob, in: repository) { return 0 }
        if source.client.host == host, try await mount(blob, from: source.repository, to: repository),
            try await isServed(blob, in: repository)
        {
            return 0
        }
        // Several may carry the same blob at once.
        let file = folder.appending("\(blob.digest.hex)-\(UInt64.random(in: .min ... .max))")
        do {
            try await source.client.download(blob, from: source.repository, to: file)
            _ = try await upload(blob, from: file, to: repository, mountingFrom: nil)
            try file.remove()
        } catch {
            file.removeQuietly()
            throw error
        }
        guard try await isServed(blob, in: repository) else {
            throw RegistryError.mismatch("\(host)/\(repository.text)", expected: blob.digest, found: "nothing")
        }
        return blob.size
    }

    /// Lets a tag stand for an image that is there, and sees that it does.
    public func name(_ image: ServedManifest, _ tag: ImageTag, in repository: RepositoryName) async throws {
        try await put(image.stored, as: tag.text, in: repository)
        let found = try await digest(of: tag.text, in: repository)
        guard found == image.digest else {
            throw RegistryError.mismatch(
                "\(host)/\(repository.text):\(tag)", expected: image.digest, found: found.map { "\($0)" } ?? "nothing")
        }
    }
}

extension RegistryClient.ServedManifest {
    fileprivate var stored: RegistryClient.ManifestBytes { .init(bytes: bytes, mediaType: mediaType) }

    /// A manifest that was read before, and compared with its digest.
    public init(known bytes: [UInt8], digest: Digest, mediaType: String) {
        self.init(bytes: bytes, digest: digest, mediaType: mediaType)
    }
}
