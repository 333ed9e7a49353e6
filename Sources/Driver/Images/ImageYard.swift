import Disk
import OCI
import Pipeline
import Registry
import SystemPackage

/// Where images are made and from where they leave.
struct ImageYard: Sendable {
    let workTree: FilePath
    let images: FilePath
    let bases: BaseSource
    /// The registry that is pushed to, and the path below which all images are.
    let registry: (client: RegistryClient, path: RepositoryName?)?

    /// Makes an image in the local layout.
    func assemble(_ order: ImageOrder) async throws -> BuiltImage {
        let layout = try Layout(making: images)
        let base = try await bases.fetch(order.stage.base, order.base, context: order.source.context, into: layout)
        let context = workTree.appending(FilePath(bytes: order.source.context.bytes).components)
        var builder = try ImageBuilder(order.stage, context: context, base: base, marks: order.marks, layout: layout)
        return try builder.build()
    }

    /// Lets an image be found in the local layout by its tags.
    ///
    /// Callers take turns.
    func name(_ order: ImageOrder, _ image: BuiltImage) throws {
        // Other processes may name images here, too.
        try FileLock.holding(images.appending(".lock")) {
            try Layout(at: images).name(order.tags.map { ("\(order.source.name):\($0)", image.descriptor) })
        }
    }

    func repository(of order: ImageOrder) -> RepositoryName? {
        registry?.path.map { $0.appending(order.source.name) } ?? RepositoryName(parsing: order.source.name)
    }

    /// Publishes an image.
    ///
    /// Another build of ours of the same commit gets a tag of its own; a release never.
    func push(_ order: ImageOrder, _ image: BuiltImage) async throws -> [ImageTag] {
        guard let registry, let repository = repository(of: order) else { return [] }
        let shipment = RegistryClient.Shipment(
            layout: Layout(at: images), image: image.descriptor, manifest: image.manifest,
            baseRepository: mountSource(of: order.stage.base, on: registry.client.host))
        var tags = order.tags
        while true {
            do {
                return try await registry.client.push(shipment, to: repository, tags: tags).tags
            } catch let error as RegistryError {
                guard case .tagTaken(let taken, _, let existing, _) = error, existing.isOurs, !order.version.isStable,
                    let index = tags.firstIndex(of: taken),
                    let other = order.alternativeTag(for: image.descriptor.digest), !tags.contains(other)
                else { throw error }
                tags[index] = other
            }
        }
    }

    private func mountSource(of base: Stage.Base, on host: String) -> RepositoryName? {
        guard case .registry(let reference) = base, reference.host == host else { return nil }
        return reference.repository
    }
}
