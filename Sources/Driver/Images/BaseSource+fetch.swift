import Disk
import OCI
import Pipeline
import Registry
import SystemPackage

/// Brings bases into our own layout, so that what is built on them is whole.
extension BaseSource {
    /// A base and the folder and layout it is for.
    struct Errand {
        let source: ImagePlan.Source
        let context: Path
        let into: Layout
    }

    /// Fetches one base: pinned to what it stood for when the plan was made, whatever its tag says by now.
    func fetch(_ errand: Errand, _ image: BaseImage?, own: OwnBase?) async throws -> BaseContent {
        let base = errand.source.base
        switch (base, own) {
        case (_, .made(let name)?):
            guard let descriptor = try errand.into.descriptor(named: name) else {
                throw ImageError.base(base.text, "is made in this repository, and is not here as \(name)")
            }
            return try content(errand, descriptor.digest, in: errand.into)
        case (_, .recorded(let facts)?):
            if try errand.into.contains(facts.digest) { return try content(errand, facts.digest, in: errand.into) }
            guard facts.pushed, let reference = ImageReference(parsing: facts.repository) else {
                throw ImageError.base(base.text, "was made by another run, and is neither here nor in a registry")
            }
            return try await pulled(errand, facts.digest, reference)
        case (.layout(let folder, let name), nil):
            let (other, descriptor) = try layout(folder, name, context: errand.context)
            guard image == nil || image?.digest == descriptor.digest else {
                throw ImageError.base(base.text, "is not what it was when the plan was made")
            }
            return try content(errand, descriptor.digest, in: other)
        case (.registry(let reference), nil):
            guard let digest = image?.digest ?? reference.digest else {
                throw ImageError.base(base.text, "was not resolved when the plan was made")
            }
            return try await pulled(errand, digest, reference)
        case (.scratch, nil): throw ImageError.base(base.text, "has no files")
        }
    }

    /// A base that lies in a layout, copied when that is another one.
    private func content(_ errand: Errand, _ digest: Digest, in other: Layout) throws -> BaseContent {
        let manifest = try Self.manifest(errand, digest) { try other.blob($0, limit: Manifest.maximumBytes) }
        for blob in manifest.layers + [manifest.config] where try !errand.into.contains(blob.digest) {
            if MediaType.isForeign(blob.mediaType), try !other.contains(blob.digest) { continue }
            try errand.into.copy(blob.digest, from: other)
        }
        return try Self.content(errand, digest, manifest)
    }

    private func pulled(_ errand: Errand, _ digest: Digest, _ reference: ImageReference) async throws -> BaseContent {
        let client = client(reference.apiHost)
        func served(_ digest: Digest) async throws -> [UInt8] {
            guard let served = try await client.manifest("\(digest)", in: reference.repository) else {
                throw RegistryError.notFound("\(reference)")
            }
            return served.bytes
        }
        var bytes = try await served(digest)
        if let inner = try Self.inner(errand, bytes) { bytes = try await served(inner) }
        let manifest = try Self.manifest(errand, bytes)
        for blob in manifest.layers + [manifest.config] where try !errand.into.contains(blob.digest) {
            if MediaType.isForeign(blob.mediaType) { continue }
            let file = errand.into.temporaryFile()
            do {
                try await client.download(blob, from: reference.repository, to: file)
                try errand.into.adopt(file, as: blob.digest)
            } catch {
                file.removeQuietly()
                throw error
            }
        }
        return try Self.content(errand, digest, manifest)
    }

    private static func content(_ errand: Errand, _ digest: Digest, _ manifest: Manifest) throws -> BaseContent {
        let text = errand.source.base.text
        for layer in manifest.layers where !MediaType.isForeign(layer.mediaType) {
            // Some registries take a size that is not that of the content.
            guard try errand.into.file(of: layer.digest).status()?.size == layer.size else {
                throw ImageError.base(text, "states another size for layer \(layer.digest.short) than it has")
            }
        }
        let configuration = try JSON(parsing: errand.into.blob(manifest.config.digest), profile: .lenient)
        return BaseContent(
            image: BaseImage(ref: text, digest: digest), manifest: manifest, configuration: configuration)
    }

    // MARK: - Manifests

    private static func manifest(
        _ errand: Errand, _ digest: Digest, _ read: (Digest) throws -> [UInt8]
    ) throws -> Manifest {
        let bytes = try read(digest)
        return try manifest(errand, inner(errand, bytes).map(read) ?? bytes)
    }

    /// What an index has for the platform; nil for what is no index.
    private static func inner(_ errand: Errand, _ bytes: [UInt8]) throws -> Digest? {
        let text = errand.source.base.text
        guard let kind = try kind(of: bytes, text), MediaType.isIndex(kind) else { return nil }
        let index = try Index(parsing: bytes)
        guard let own = index.manifest(for: errand.source.platform) else {
            let list = index.platforms.isEmpty ? "none at all" : "only \(index.platforms.joined(separator: ", "))"
            throw ImageError.base(text, "has no \(errand.source.platform), \(list)")
        }
        guard !MediaType.isIndex(own.mediaType) else {
            throw ImageError.base(text, "has for \(errand.source.platform) another index, not an image")
        }
        return own.digest
    }

    private static func manifest(_ errand: Errand, _ bytes: [UInt8]) throws -> Manifest {
        let text = errand.source.base.text
        let known = [MediaType.manifest, MediaType.dockerManifest]
        guard let kind = try kind(of: bytes, text), known.contains(kind) else {
            throw ImageError.base(text, "is no image manifest of a kind that is known")
        }
        return try Manifest(parsing: bytes)
    }

    /// What a manifest says it is; where it says nothing, what it looks like.
    private static func kind(of bytes: [UInt8], _ text: String) throws -> String? {
        guard bytes.count <= Manifest.maximumBytes else {
            throw ImageError.base(text, "has a manifest of \(bytes.count) bytes, and 4 MiB are what registries take")
        }
        let json = try JSON(parsing: bytes, profile: .lenient.limited(to: Manifest.maximumBytes))
        if case .integer(1)? = json["schemaVersion"] {
            throw ImageError.base(text, "has a manifest of schema 1, which nothing can prove: push it again")
        }
        if let stated = json["mediaType"]?.string { return stated }
        if json["manifests"] != nil { return MediaType.index }
        return json["config"] != nil ? MediaType.manifest : nil
    }
}
