import Disk
import OCI
import Pipeline
import Registry
import SystemPackage

/// What the base images of services stand for, and which of them nobody could tell.
struct BaseResolution: Sendable {
    var images: [ServiceName: BaseImage] = [:]
    var problems: [ServiceName: String] = [:]
}

/// Where base images come from.
struct BaseSource: Sendable {
    let workTree: FilePath?
    let isOffline: Bool
    /// A client for a registry host.
    let client: @Sendable (String) -> RegistryClient

    /// Asks for each base once, however many services stand on it.
    func resolve(_ survey: Survey) async -> BaseResolution {
        var resolution = BaseResolution()
        var known: [String: Result<BaseImage, Problem>] = [:]
        for service in survey.catalog.services {
            guard case .stage(let stage)? = survey.services[service.name]?.image, stage.base != .scratch,
                let context = service.image?.context
            else { continue }
            let name = stage.base.isLayout ? "\(context) \(stage.base.text)" : stage.base.text
            let result: Result<BaseImage, Problem>
            if let seen = known[name] {
                result = seen
            } else {
                result = await self.result(stage.base, context: context)
            }
            known[name] = result
            switch result {
            case .success(let image): resolution.images[service.name] = image
            case .failure(let problem): resolution.problems[service.name] = problem.text
            }
        }
        return resolution
    }

    private struct Problem: Error {
        let text: String
    }

    private func result(_ base: Stage.Base, context: Path) async -> Result<BaseImage, Problem> {
        do {
            return .success(BaseImage(ref: base.text, digest: try await digest(of: base, context: context)))
        } catch {
            return .failure(Problem(text: "\(error)"))
        }
    }

    private func digest(of base: Stage.Base, context: Path) async throws -> Digest {
        switch base {
        case .scratch: preconditionFailure("scratch stands for nothing")
        case .layout(let folder, let name): return try layout(folder, name, context: context).image.digest
        case .registry(let reference):
            if let digest = reference.digest { return digest }
            guard !isOffline else { throw ImageError.base(base.text, "not resolved offline; pin it with @sha256:…") }
            let tag = reference.tag?.text ?? "latest"
            guard let digest = try await client(reference.apiHost).digest(of: tag, in: reference.repository) else {
                throw RegistryError.notFound("\(reference)")
            }
            return digest
        }
    }

    private func layout(
        _ folder: String, _ name: String?, context: Path
    ) throws -> (layout: Layout, image: Descriptor) {
        guard let workTree else {
            throw ImageError.base(folder, "a layout needs a work tree, and this repository is bare")
        }
        let root = workTree.appending(FilePath("\(context)").components).appending(FilePath(folder).components)
        let layout = try Layout(existing: root)
        guard let image = try layout.descriptor(named: name) else {
            throw ImageError.base(folder, "the layout has no image \(name ?? "that is the only one")")
        }
        return (layout, image)
    }

    // MARK: - Content

    /// Brings a base into our own layout, so that what is built on it is whole; nil for scratch.
    func fetch(_ base: Stage.Base, _ image: BaseImage?, context: Path, into own: Layout) async throws -> BaseContent? {
        switch base {
        case .scratch: return nil
        case .layout(let folder, let name):
            let (other, descriptor) = try layout(folder, name, context: context)
            let manifest = try Manifest(parsing: other.blob(descriptor.digest))
            for blob in manifest.layers + [manifest.config] { try own.copy(blob.digest, from: other) }
            return try content(BaseImage(ref: base.text, digest: descriptor.digest), manifest, in: own)
        case .registry(let reference):
            let client = client(reference.apiHost)
            guard let digest = image?.digest ?? reference.digest else {
                throw ImageError.base(base.text, "was not resolved when the plan was made")
            }
            let manifest = try await platformManifest(digest, reference, client)
            for blob in manifest.layers + [manifest.config] where try !own.contains(blob.digest) {
                let file = own.temporaryFile()
                do {
                    try await client.download(blob, from: reference.repository, to: file)
                    try own.adopt(file, as: blob.digest)
                } catch {
                    try file.remove()
                    throw error
                }
            }
            return try content(BaseImage(ref: base.text, digest: digest), manifest, in: own)
        }
    }

    private func content(_ image: BaseImage, _ manifest: Manifest, in layout: Layout) throws -> BaseContent {
        let configuration = try JSON(parsing: layout.blob(manifest.config.digest), profile: .lenient)
        return BaseContent(image: image, manifest: manifest, configuration: configuration)
    }

    /// The manifest of this platform: that of the digest, or the one an index lists for it.
    private func platformManifest(
        _ digest: Digest, _ reference: ImageReference, _ client: RegistryClient
    ) async throws -> Manifest {
        guard let served = try await client.manifest("\(digest)", in: reference.repository) else {
            throw RegistryError.notFound("\(reference)")
        }
        guard MediaType.isIndex(served.mediaType) else { return try Manifest(parsing: served.bytes) }
        let all = try Index(parsing: served.bytes).manifests
        let own = all.first { $0.platform?.os == "linux" && $0.platform?.architecture == "amd64" }
        guard let own, let manifest = try await client.manifest("\(own.digest)", in: reference.repository) else {
            let list = all.compactMap { $0.platform.map { "\($0.os)/\($0.architecture)" } }.joined(separator: ", ")
            throw ImageError.base("\(reference)", "has no linux/amd64, only \(list)")
        }
        return try Manifest(parsing: manifest.bytes)
    }
}

extension ImageReference {
    /// Where the registry's interface is: Docker Hub's is not under its own name.
    var apiHost: String { host == "docker.io" ? "registry-1.docker.io" : host }
}
