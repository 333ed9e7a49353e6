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
    let builders: BuilderDesk

    /// Makes an image in the local layout: one for each platform, and an index of them where there are several.
    func assemble(_ order: ImageOrder, _ report: @Sendable (Event) -> Void) async throws -> BuiltImage {
        let layout = try Layout(making: images)
        let platforms = order.source.allPlatforms
        guard platforms.count > 1 else { return try await assemble(order, order.plan, in: layout, report) }
        var parts: [BuiltImage] = []
        for platform in platforms {
            parts.append(try await assemble(order, order.plan.made(for: platform), in: layout, report))
        }
        let marks = order.marks(on: parts.first?.base)
        return try BuiltImage(parts, annotations: marks.labels, in: layout)
    }

    private func assemble(
        _ order: ImageOrder, _ plan: ImagePlan, in layout: Layout, _ report: @Sendable (Event) -> Void
    ) async throws -> BuiltImage {
        var contents: [ImagePlan.Source: BaseContent] = [:]
        var notes: [String] = []
        for source in plan.images {
            let errand = BaseSource.Errand(source: source, context: order.source.context, into: layout)
            let own = order.bases.own[source.base.text]
            let pin = order.pin(of: source.base)
            contents[source] = try await bases.fetch(errand, pin, own: own)
            if own == nil, let pin { notes += await [bases.move(of: source.base, since: pin)].compactMap(\.self) }
        }
        let context = try BuildContext(root: place(order.source.context), dockerfile: place(order.source.dockerfile))
        let base = contents[plan.baseSource]
        var maker: String?
        if let work = order.work {
            let job = BuilderDesk.Job(order: order, work: work, base: base, context: context, layout: layout)
            let extended = try await builders.extend(job, report)
            (contents[plan.baseSource], maker) = (extended.content, extended.builder)
        }
        let marks = order.marks(on: base?.image)
        var builder = try ImageBuilder(plan, context: context, bases: contents, marks: marks, layout: layout)
        var image = try await builder.build().standing(on: base?.image, builder: maker)
        image.notes += notes
        return image
    }

    private func place(_ path: Path) -> FilePath { workTree.appending(FilePath(bytes: path.bytes).components) }

    /// Lets an image be found in the local layout by its tags.
    ///
    /// Callers take turns.
    func name(_ order: ImageOrder, _ image: BuiltImage) throws {
        var names = order.tags.map { ("\(order.source.name):\($0)", image.descriptor) }
        for part in image.parts {
            guard let tag = order.tag(for: part.platform) else { continue }
            names.append(("\(order.source.name):\(tag)", part.descriptor))
        }
        // Other processes may name images here, too.
        try FileLock.holding(images.appending(".lock")) { try Layout(at: images).name(names) }
    }

    func repository(of order: ImageOrder) -> RepositoryName? {
        registry?.path.map { $0.appending(order.source.name) } ?? RepositoryName(parsing: order.source.name)
    }

    /// Publishes an image; of one for several platforms the images first, each with a tag of its own, because some
    /// registries remove what only an index names.
    func push(_ order: ImageOrder, _ image: BuiltImage) async throws -> [ImageTag] {
        var tags: [ImageTag] = []
        for part in image.parts {
            guard let tag = order.tag(for: part.platform) else { continue }
            let other = order.alternativeTag(for: part.descriptor.digest, platform: part.platform)
            tags += try await push(part, of: order, tags: [tag], other: other)
        }
        let other = order.alternativeTag(for: image.descriptor.digest)
        return try await push(image, of: order, tags: order.tags, other: other) + tags
    }

    /// Another build of ours of the same commit gets a tag of its own; a release never.
    private func push(
        _ image: BuiltImage, of order: ImageOrder, tags: [ImageTag], other: ImageTag?
    ) async throws -> [ImageTag] {
        guard let registry, let repository = repository(of: order) else { return [] }
        let shipment = RegistryClient.Shipment(
            layout: Layout(at: images), image: image.descriptor, manifest: image.manifest,
            baseRepository: mountSource(of: order.plan.base, on: registry.client.host))
        var tags = tags
        while true {
            do {
                return try await registry.client.push(shipment, to: repository, tags: tags).tags
            } catch let error as RegistryError {
                guard case .tagTaken(let taken, _, let existing, _) = error, existing.isOurs, !order.version.isStable,
                    let index = tags.firstIndex(of: taken), let other, !tags.contains(other)
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

extension BaseSource {
    /// That a tag no longer stands for what the plan found under it, as a sentence; what is built is what was planned.
    func move(of base: Stage.Base, since pin: BaseImage) async -> String? {
        guard case .registry(let reference) = base, reference.digest == nil, !isOffline else { return nil }
        do {
            let tag = reference.tag?.text ?? "latest"
            let now = try await client(reference.apiHost).digest(of: tag, in: reference.repository)
            guard let now, now != pin.digest else { return nil }
            return
                "the base \(base.text) has moved to \(now.short) since the plan, which goes on with \(pin.digest.short)"
        } catch {
            // Nothing depends on the answer.
            return nil
        }
    }
}
