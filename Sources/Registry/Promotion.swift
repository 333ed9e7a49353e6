import NIOHTTP1
import OCI
public import Pipeline

extension RegistryClient {
    /// The tags that an image is to have as a release.
    public struct Promotion: Sendable {
        public var image: Digest
        /// Never moved: refused when it stands for something else.
        public var exact: ImageTag
        /// Moved on from wherever they are.
        public var moving: [ImageTag]

        public init(image: Digest, exact: ImageTag, moving: [ImageTag]) {
            (self.image, self.exact, self.moving) = (image, exact, moving)
        }
    }

    /// Gives an image that is there more names: what was tested is what is released, byte for byte.
    ///
    /// The name that never moves comes first. Returns those that moved, and from where; nothing for what was done before.
    public func promote(_ promotion: Promotion, in repository: RepositoryName) async throws -> [MovedTag] {
        try await promote(promotion, from: repository, to: repository)
    }

    /// The same into another repository of the registry, whose blobs are mounted there: nothing is sent.
    public func promote(
        _ promotion: Promotion, from source: RepositoryName, to repository: RepositoryName
    ) async throws -> [MovedTag] {
        guard let served = try await manifest("\(promotion.image)", in: source, by: transport) else {
            throw RegistryError.unusable("\(host)/\(source.text)@\(promotion.image)", reason: "is not there any more")
        }
        if source != repository { try await carry(served, from: source, to: repository) }
        let manifest = ManifestBytes(bytes: served.bytes, mediaType: served.mediaType)
        let naming = Naming(manifest: manifest, annotations: nil)
        if try await !refuseTaken(promotion.exact, by: naming, in: repository) {
            try await place(promotion.exact, on: naming, in: repository)
        }
        var moved: [MovedTag] = []
        for tag in promotion.moving {
            let existing = try await digest(of: tag.text, in: repository)
            guard existing != promotion.image else { continue }
            try await put(manifest, as: tag.text, in: repository)
            moved.append(MovedTag(tag: tag.text, from: existing))
        }
        return moved
    }

    /// Makes all that a manifest names known in another repository, the manifest last; those of an index first.
    private func carry(
        _ served: ServedManifest, from source: RepositoryName, to repository: RepositoryName, depth: Int = 0
    ) async throws {
        let name = "\(host)/\(source.text)@\(served.digest)"
        if MediaType.isIndex(served.mediaType) {
            guard depth < 2 else {
                throw RegistryError.unusable(name, reason: "is an index of indexes of indexes, which nobody can run")
            }
            for child in try Index(parsing: served.bytes).manifests {
                guard let manifest = try await manifest("\(child.digest)", in: source, by: transport) else {
                    throw RegistryError.notFound("\(host)/\(source.text)@\(child.digest)")
                }
                try await carry(manifest, from: source, to: repository, depth: depth + 1)
            }
        } else {
            let manifest = try Manifest(parsing: served.bytes)
            _ = try await eachOf((manifest.layers + [manifest.config]).filter { !$0.isForeign }) { blob in
                if try await hasBlob(blob.digest, in: repository) { return true }
                guard try await mount(blob, from: source, to: repository) else {
                    throw RegistryError.unusable(
                        "\(host)/\(repository.text)", reason: "\(blob.digest) cannot be mounted from \(source.text)")
                }
                return true
            }
        }
        try await put(
            ManifestBytes(bytes: served.bytes, mediaType: served.mediaType), as: "\(served.digest)", in: repository)
    }

    /// Whether the registry lends a blob of another repository; whatever else it says, the blob can still be sent.
    func mount(_ blob: Descriptor, from source: RepositoryName, to repository: RepositoryName) async throws -> Bool {
        var request = Request(
            method: .POST,
            target: "/v2/\(repository.text)/blobs/uploads/?mount=\(blob.digest)&from=\(source.text)",
            repository: repository, operation: "mounting \(blob.digest)", headers: [("Content-Length", "0")],
            scope: .push)
        request.alsoReading = source
        let reply = try await transport.send(request)
        if reply.status == 202, let session = reply.headers.first(name: "Location"),
            let address = Origin.resolve(session, against: transport.address(request.target))
        {
            request.method = .DELETE
            await transport.forget(address, for: request)
        }
        return reply.status == 201
    }
}
