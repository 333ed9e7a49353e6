import Disk
import OCI
public import Pipeline
import Registry
import SystemPackage

extension Request {
    /// Gives images that are there another name, byte for byte: a tag beside the one they have, or a place elsewhere.
    ///
    /// What was refused is told in the answer; the others are done all the same.
    public func promote(_ sources: [String], to destination: String) async throws -> ImagePromotion {
        try await ImageShelf.with(self, naming: sources + [destination].filter { $0.contains("/") }) { shelf in
            try await Self.withFolder(shelf) { folder in
                let images = try await sources.concurrentMap(limit: 6) { source in
                    try await shelf.promote(source, to: destination, isOneOfMany: sources.count > 1, through: folder)
                }
                return ImagePromotion(images: images)
            }
        }
    }

    /// A folder for blobs on their way between registries, gone at the end.
    private static func withFolder<Value>(
        _ shelf: ImageShelf, _ body: (FilePath) async throws -> Value
    ) async throws -> Value {
        let parent = shelf.environment["TMPDIR"].map { FilePath($0) } ?? FilePath("/tmp")
        let folder = parent.appending("slipway-promote-\(RecordID.new())")
        try folder.makeFolders()
        do {
            let value = try await body(folder)
            try folder.remove()
            return value
        } catch {
            folder.removeQuietly()
            throw error
        }
    }
}

extension ImageShelf {
    fileprivate func promote(
        _ source: String, to destination: String, isOneOfMany: Bool, through folder: FilePath
    ) async throws -> ImagePromotion.Promoted {
        let found = try await find(source)
        let (target, tag) = try target(destination, of: found, isOneOfMany)
        let served = RegistryClient.ServedManifest(
            known: found.bytes, digest: found.digest, mediaType: found.mediaType)
        var outcome = ImagePromotion.Promoted(
            source: "\(found.place)@\(found.digest)", destination: "\(target.name):\(tag)", digest: found.digest,
            state: .promoted)
        let move = try await move(of: tag, in: target, to: found)
        outcome.before = move.existing?.digest
        switch move.judgement {
        case .done:
            outcome.state = .already
            return outcome
        case .refused(let rule):
            outcome.state = .refused
            let existing = move.existing.map { "\(target.name):\(tag) is \($0.text); " } ?? ""
            outcome.reason = "\(existing)this is \(move.new.text); \(tag) \(rule)"
            return outcome
        case .move: break
        }
        switch found.store {
        case .layout(let layout):
            let image = Descriptor(mediaType: found.mediaType, digest: found.digest, size: Int64(found.bytes.count))
            outcome.sent = try await target.client.bring(image, from: layout, to: target.repository)
        case .registry(let origin) where target.name != origin.name:
            outcome.sent = try await target.client.bring(
                served, from: origin, to: target.repository, through: folder)
        case .registry: break
        }
        try await target.client.name(served, tag, in: target.repository)
        return outcome
    }

    /// `TAG`, `NAME:TAG`, `HOST/REPOSITORY:TAG`; a destination without a tag keeps that of the source.
    private func target(
        _ destination: String, of source: FoundImage, _ isOneOfMany: Bool
    ) throws -> (RegistryClient.Place, ImageTag) {
        let origin: RegistryClient.Place? = if case .registry(let place) = source.store { place } else { nil }
        if !destination.contains("/"), !destination.contains(":"), let tag = ImageTag(parsing: destination) {
            guard let origin else { throw ImageNameError.notInRegistry(source.name) }
            return (origin, tag)
        }
        guard let reference = try reference(destination), reference.digest == nil else {
            throw ImageNameError.malformed(destination)
        }
        guard let tag = try reference.tag ?? (origin == nil ? nil : self.reference(source.name)?.tag) else {
            throw ImageNameError.noImage(destination, "needs a tag: the source has none")
        }
        var repository = reference.repository
        // Several images go side by side, each under its own name.
        if isOneOfMany {
            guard let name = origin?.repository.text.split(separator: "/").last else {
                throw ImageNameError.notInRegistry(source.name)
            }
            repository = repository.appending(String(name)) ?? repository
        }
        return (RegistryClient.Place(client(reference.host), repository), tag)
    }

    private func move(
        of tag: ImageTag, in target: RegistryClient.Place, to found: FoundImage
    ) async throws -> TagMove {
        let existing = try await target.client.manifest(tag.text, in: target.repository)
        let isFloating = TagKind(tag) == .floating
        let new = try await stand(found, isFloating)
        guard let existing else { return TagMove(tag: tag, new: new, existing: nil) }
        let known = FoundImage(name: "\(target.name):\(tag)", store: .registry(target), served: existing)
        return TagMove(tag: tag, new: new, existing: try await stand(known, isFloating))
    }

    /// An image as tags go by it; its version is asked for only where a tag goes by versions.
    private func stand(
        _ image: FoundImage, _ needsVersion: Bool
    ) async throws -> TagMove.Stand {
        let json = try JSON(parsing: image.bytes, profile: .lenient)
        let annotations = json["annotations"]?.object ?? [:]
        let revision = annotations["org.opencontainers.image.revision"]?.string
        var stand = TagMove.Stand(digest: image.digest, revision: revision, version: nil)
        guard needsVersion else { return stand }
        stand.version = try await released(image)
        if stand.version == nil {
            let said = annotations["org.opencontainers.image.version"]?.string
            stand.version = said.flatMap { SemanticVersion(parsing: $0) }
        }
        return stand
    }

    /// The highest version by which a registry knows an image.
    private func released(_ image: FoundImage) async throws -> SemanticVersion? {
        guard case .registry(let place) = image.store else { return nil }
        // A promotion changes no label: the tags know better than the image what it was released as.
        let versions = try await place.client.tags(in: place.repository).compactMap {
            tag -> (ImageTag, SemanticVersion)? in
            guard case .version(let version) = TagKind(tag) else { return nil }
            return (tag, version)
        }
        for (tag, version) in versions.sorted(by: { $1.1.precedes($0.1) }).prefix(200)
        where try await place.client.digest(of: tag.text, in: place.repository) == image.digest {
            return version
        }
        return nil
    }
}

extension TagMove.Stand {
    fileprivate var text: String {
        "\(digest)" + (version.map { " (\($0))" } ?? "") + (revision.map { " of revision \($0.prefix(12))" } ?? "")
    }
}
