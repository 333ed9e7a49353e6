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

        /// What is stored in the registry, each once: layers that may not be given away stay where they are.
        var blobs: [Descriptor] {
            var seen: Set<Digest> = []
            return (manifest.layers + [manifest.config]).filter { !$0.isForeign && seen.insert($0.digest).inserted }
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
    /// Stopping anywhere leaves no tag on unverified content. A tag that is there was set by somebody who had verified.
    public func push(
        _ shipment: Shipment, to repository: RepositoryName, tags: [ImageTag]
    ) async throws -> Receipt {
        let bytes = try shipment.layout.blob(shipment.image.digest)
        let manifest = ManifestBytes(
            bytes: bytes, mediaType: shipment.image.mediaType, hasSubject: shipment.manifest.subject != nil)
        let naming = Naming(manifest: manifest, annotations: shipment.manifest.annotations)
        var missing: [ImageTag] = []
        for tag in tags where try await !refuseTaken(tag, by: naming, in: repository) { missing.append(tag) }
        guard tags.isEmpty || !missing.isEmpty else {
            if try await hasConfiguration(of: shipment, in: repository, by: transport) {
                return Receipt(uploaded: [], tags: tags)
            }
            missing = tags
            return try await publish(shipment, naming, to: repository, tags: tags, missing: missing)
        }
        return try await publish(shipment, naming, to: repository, tags: tags, missing: missing)
    }

    private func publish(
        _ shipment: Shipment, _ naming: Naming, to repository: RepositoryName, tags: [ImageTag], missing: [ImageTag]
    ) async throws -> Receipt {
        var uploaded = try await upload(shipment, to: repository)
        let name = "\(naming.manifest.digest)"
        if try await self.manifest(name, in: repository, by: transport) == nil {
            let reply = try await store(naming.manifest, as: name, in: repository)
            if Self.missesBlobs(reply) {
                // It said that it has what it does not have: all of it once more, without asking first.
                uploaded = try await upload(shipment, to: repository, askingFirst: false)
                try await put(naming.manifest, as: name, in: repository)
            } else {
                let size = Int64(naming.manifest.bytes.count)
                try await expect(reply, [201, 202], repository, "storing \(name)", size: size)
            }
        }
        try await prove(shipment, uploaded, in: repository)
        for tag in missing { try await place(tag, on: naming, in: repository) }
        return Receipt(uploaded: uploaded.map(\.digest), tags: tags)
    }

    // MARK: - Blobs

    /// Brings every blob there that is not, several at once; returns those whose bytes were sent.
    private func upload(
        _ shipment: Shipment, to repository: RepositoryName, askingFirst: Bool = true
    ) async throws -> [Descriptor] {
        let sent = try await eachOf(shipment.blobs) { blob in
            try await upload(blob, of: shipment, to: repository, askingFirst: askingFirst)
        }
        return zip(shipment.blobs, sent).filter(\.1).map(\.0)
    }

    private func upload(
        _ blob: Descriptor, of shipment: Shipment, to repository: RepositoryName, askingFirst: Bool
    ) async throws -> Bool {
        let file = shipment.layout.file(of: blob.digest)
        var mount = askingFirst ? shipment.baseRepository : nil
        if askingFirst, try await hasBlob(blob.digest, in: repository) {
            if try await isServed(blob, in: repository) { return false }
            // It said it has what it cannot serve: after a garbage collection its cache remembers more than its disk.
            mount = nil
        }
        return try await send(blob, from: file, to: repository, mountingFrom: mount)
    }

    /// Stores a blob from a file: nothing is sent when it is there, or can be mounted from another repository.
    ///
    /// Returns whether its bytes were sent.
    func upload(
        _ blob: Descriptor, from file: FilePath, to repository: RepositoryName, mountingFrom other: RepositoryName?
    ) async throws -> Bool {
        if try await hasBlob(blob.digest, in: repository) { return false }
        return try await send(blob, from: file, to: repository, mountingFrom: other)
    }

    private func send(
        _ blob: Descriptor, from file: FilePath, to repository: RepositoryName, mountingFrom other: RepositoryName?
    ) async throws -> Bool {
        let mount = other == repository ? nil : other
        return try await Upload(client: self, blob: blob, file: file, repository: repository, mount: mount).run()
    }

    /// Applies an effect to blobs, a few at once, keeping their order.
    ///
    /// The task group of a run deals in services; this one shares the connections of a single image among its blobs.
    func eachOf<Value: Sendable>(
        _ blobs: [Descriptor], _ body: @escaping @Sendable (Descriptor) async throws -> Value
    ) async throws -> [Value] {
        let limit = max(transport.limits.uploads, 1)
        return try await withThrowingTaskGroup(of: (Int, Value).self) { group in
            var values: [Int: Value] = [:]
            for (index, blob) in blobs.enumerated() {
                if index >= limit, let (done, value) = try await group.next() { values[done] = value }
                group.addTask { (index, try await body(blob)) }
            }
            for try await (done, value) in group { values[done] = value }
            return values.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    // MARK: - Proof

    /// Reads back what deployers will read: manifest and configuration whole, a byte of each new blob.
    ///
    /// Where strangers may read, it is read as a stranger: with our credentials we might see what the cluster does not.
    private func prove(
        _ shipment: Shipment, _ uploaded: [Descriptor], in repository: RepositoryName
    ) async throws {
        let name = "\(host)/\(repository.text)"
        let digest = shipment.image.digest
        guard try await settled({ try await manifest("\(digest)", in: repository, by: transport) }) != nil else {
            throw RegistryError.notServed(name, digest)
        }
        let eyes = try await onlooker(for: digest, in: repository)
        _ = try await eachOf(uploaded) { blob in
            let isRead = try await settled { try await isServed(blob, in: repository, by: eyes) ? true : nil }
            guard isRead != nil else { throw RegistryError.notServed(name, blob.digest) }
            return true
        }
        guard shipment.manifest.config.size > 0 else { return }
        let isThere = try await settled {
            try await hasConfiguration(of: shipment, in: repository, by: eyes) ? true : nil
        }
        guard isThere != nil else { throw RegistryError.notServed(name, shipment.manifest.config.digest) }
    }

    /// By whose eyes a repository is looked at: a stranger's where it is public.
    private func onlooker(for image: Digest, in repository: RepositoryName) async throws -> Transport {
        guard try await transport.login.credentials(for: repository).0 != nil else { return transport }
        do {
            let seen = try await manifest("\(image)", in: repository, by: stranger)
            return seen == nil ? transport : stranger
        } catch RegistryError.denied {
            return transport
        }
    }

    private func hasConfiguration(
        of shipment: Shipment, in repository: RepositoryName, by eyes: Transport
    ) async throws -> Bool {
        do {
            _ = try await blob(shipment.manifest.config, in: repository, by: eyes)
            return true
        } catch RegistryError.notFound {
            return false
        }
    }
}

extension Descriptor {
    /// Whether it is a layer that its maker does not let others keep (a base of Windows): it stays a reference.
    var isForeign: Bool { MediaType.isForeign(mediaType) }
}
