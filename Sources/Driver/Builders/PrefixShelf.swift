import Builders
import Disk
import OCI
import Pipeline
import Registry
import SystemPackage

/// Where bases are kept that a builder made and that see no file of ours: by key, here and in the registry.
struct PrefixShelf: Sendable {
    let images: FilePath
    /// The registry that is pushed to, and the path below which all images are.
    let registry: (client: RegistryClient, path: RepositoryName?)?

    private static let builderLabel = "slipway.builder"
    private static let keyLabel = "slipway.base-key"

    private static func name(_ key: Digest) -> String { "base-key-\(key.hex)" }

    /// What is kept on this machine under a key, if all of it is still there.
    func local(_ key: Digest, on base: BaseContent?, in layout: Layout) throws -> BuilderDesk.Extended? {
        do {
            guard let descriptor = try layout.descriptor(named: Self.name(key)) else { return nil }
            let manifest = try Manifest(parsing: layout.blob(descriptor.digest))
            for layer in manifest.layers where try !layout.contains(layer.digest) { return nil }
            return try extended(manifest, key, base, in: layout)
        } catch is ImageError {
            // Damaged: it is made anew.
            return nil
        } catch let error as DiskError where error.isAbsence {
            return nil
        }
    }

    /// What is kept in the registry under a key.
    func remote(
        _ key: Digest, of order: ImageOrder, on base: BaseContent?, into layout: Layout,
        _ report: @Sendable (Event) -> Void
    ) async throws -> BuilderDesk.Extended? {
        guard let registry, let repository = repository(of: order) else { return nil }
        do {
            guard let served = try await registry.client.manifest(Self.name(key), in: repository) else { return nil }
            let manifest = try Manifest(parsing: served.bytes)
            for blob in manifest.layers + [manifest.config] where try !layout.contains(blob.digest) {
                let file = layout.temporaryFile()
                do {
                    try await registry.client.download(blob, from: repository, to: file)
                    try layout.adopt(file, as: blob.digest)
                } catch {
                    try file.remove()
                    throw error
                }
            }
            guard let found = try extended(manifest, key, base, in: layout) else { return nil }
            let descriptor = try layout.add(served.bytes, mediaType: served.mediaType)
            try name(descriptor, key)
            return found
        } catch let error as RegistryError {
            report(.note("\(order.service.name): a base that was built before is not looked for: \(error)"))
            return nil
        }
    }

    /// Keeps one; a registry that takes nothing is no reason to fail.
    func keep(
        _ extended: BuilderDesk.Extended, as key: Digest, of order: ImageOrder, in layout: Layout,
        _ report: @Sendable (Event) -> Void
    ) async throws {
        let notes = [Self.builderLabel: extended.builder, Self.keyLabel: "\(key)"]
        let descriptor = try extended.content.keep(in: layout, annotations: notes)
        try name(descriptor, key)
        guard let registry, let repository = repository(of: order), let tag = ImageTag(parsing: Self.name(key)) else {
            return
        }
        let manifest = try Manifest(parsing: layout.blob(descriptor.digest))
        let shipment = RegistryClient.Shipment(
            layout: layout, image: descriptor, manifest: manifest, baseRepository: nil)
        do {
            _ = try await registry.client.push(shipment, to: repository, tags: [tag])
        } catch let error as RegistryError {
            // Another machine may have been first; both are of use.
            if case .tagTaken = error { return }
            report(.note("\(order.service.name): what was built for its image is kept here only: \(error)"))
        }
    }

    private func name(_ descriptor: Descriptor, _ key: Digest) throws {
        try FileLock.holding(images.appending(".lock")) {
            try Layout(at: images).name([(Self.name(key), descriptor)])
        }
    }

    private func repository(of order: ImageOrder) -> RepositoryName? {
        registry?.path.map { $0.appending(order.source.name) } ?? RepositoryName(parsing: order.source.name)
    }

    /// What a manifest stands for; nil when it is not of this key, or not on this base.
    private func extended(
        _ manifest: Manifest, _ key: Digest, _ base: BaseContent?, in layout: Layout
    ) throws -> BuilderDesk.Extended? {
        guard manifest.annotations?[Self.keyLabel] == "\(key)",
            let builder = manifest.annotations?[Self.builderLabel]
        else { return nil }
        let configuration = try JSON(parsing: layout.blob(manifest.config.digest), profile: .lenient)
        let image = base?.image ?? BaseImage(ref: "scratch", digest: manifest.config.digest)
        let content = BaseContent(image: image, manifest: manifest, configuration: configuration)
        guard Array(content.diffIDs.prefix(base?.diffIDs.count ?? 0)) == base?.diffIDs ?? [],
            content.diffIDs.count == manifest.layers.count
        else { return nil }
        return BuilderDesk.Extended(content: content, builder: builder)
    }
}
