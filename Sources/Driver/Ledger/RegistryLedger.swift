import OCI
import Pipeline
import Registry
import Signing

/// Records in a registry: artifacts beside the images of a service, found by key with one request.
struct RegistryLedger: Sendable {
    let client: RegistryClient
    let path: RepositoryName?

    static let artifactType = "application/vnd.slipway.stability.v1+jsonl"

    /// The repository that holds the records of a service: that of its image, or one of its name.
    func repository(of service: Service) -> RepositoryName? {
        let name = service.image?.name ?? service.name.text.lowercased()
        return path.map { $0.appending(name) } ?? RepositoryName(parsing: name)
    }

    /// An image that a record is about, as the registry has it.
    struct Subject: Sendable {
        let repository: RepositoryName
        let image: Descriptor
    }

    /// Stores a record under a tag of its own and under that of its key; as a referrer of each of its images.
    ///
    /// Whoever asks for one of several images finds it in the repository of that one.
    func append(
        _ sealed: SealedRecord, of service: Service, using layout: Layout, images: [Subject]
    ) async throws {
        guard let repository = repository(of: service),
            let ownTag = ImageTag(parsing: "stability-\(sealed.id)"),
            let keyTag = ImageTag(parsing: Self.keyTag(sealed.record.inputs.key))
        else { return }
        // A record that is worth less must not hide a green one of the same key from whoever looks for something to reuse.
        let known = try await record(withKey: sealed.record.inputs.key, of: service).record
        let isWorse = known.map { Self.isWorse(sealed, than: $0) } ?? false
        func attach(to subject: Descriptor?, in repository: RepositoryName, movingTags: [ImageTag]) async throws {
            let artifact = RegistryClient.Artifact(
                type: Self.artifactType, bytes: sealed.bytes, subject: subject, ownTag: ownTag, movingTags: movingTags)
            try await client.attach(artifact, in: repository, using: layout)
        }
        for subject in images where subject.repository != repository {
            try await attach(to: subject.image, in: subject.repository, movingTags: [])
        }
        // Last, what makes it count for later runs.
        try await attach(
            to: images.first { $0.repository == repository }?.image, in: repository,
            movingTags: (isWorse ? [] : [keyTag]) + Self.imageTags(sealed.record))
    }

    private static func isWorse(_ new: SealedRecord, than known: SealedRecord) -> Bool {
        guard known.record.verdict.state.isPassing else { return false }
        let isWeaker = new.envelope.signatures.isEmpty && !known.envelope.signatures.isEmpty
        return !new.record.verdict.state.isPassing || isWeaker || new.record.scope < known.record.scope
            || new.record.steps.planned.count < known.record.steps.planned.count
    }

    private static func keyTag(_ key: Digest) -> String { "key-\(key.hex)" }

    /// What finds the image of a good record when only tests have changed since.
    private static func imageTags(_ record: Stability) -> [ImageTag] {
        guard record.verdict.state.isPassing, !record.images.isEmpty, record.images.allSatisfy(\.pushed),
            let key = record.inputs.image
        else {
            return []
        }
        return [ImageTag(parsing: "image-key-\(key.hex)")].compactMap(\.self)
    }

    /// The newest good record whose image was made of an image key.
    func record(withImageKey key: Digest, of service: Service) async throws -> (record: SealedRecord?, damage: String?)
    {
        try await record(tagged: "image-key-\(key.hex)", of: service)
    }

    /// The best known record of a key, when the registry has one; or what is wrong with it.
    func record(withKey key: Digest, of service: Service) async throws -> (record: SealedRecord?, damage: String?) {
        try await record(tagged: Self.keyTag(key), of: service)
    }

    /// The record of an id, when the registry has it.
    func record(id: String, of service: Service) async throws -> (record: SealedRecord?, damage: String?) {
        try await record(tagged: "stability-\(id)", of: service)
    }

    private func record(tagged tag: String, of service: Service) async throws -> (
        record: SealedRecord?, damage: String?
    ) {
        guard let repository = repository(of: service), let bytes = try await client.artifact(tag, in: repository)
        else { return (nil, nil) }
        do {
            return (try SealedRecord(parsing: bytes), nil)
        } catch {
            return (nil, "\(client.host)/\(repository.text):\(tag): \(error)")
        }
    }

    /// All envelopes about an image, as they are.
    func envelopes(about image: Digest, in repository: RepositoryName) async throws -> [[UInt8]] {
        try await client.artifacts(Self.artifactType, about: image, in: repository)
    }
}
