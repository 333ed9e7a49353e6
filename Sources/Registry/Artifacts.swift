import NIOHTTP1
public import OCI
public import Pipeline

extension RegistryClient {
    /// A document that is kept beside images: what it is, its bytes, the image it is about, the tags it is found by.
    public struct Artifact: Sendable {
        public var type: String
        public var bytes: [UInt8]
        public var subject: Descriptor?
        /// A tag of its own, which keeps it alive when the registry collects what nobody names.
        public var ownTag: ImageTag
        /// Tags that move to the newest document.
        public var movingTags: [ImageTag]

        public init(type: String, bytes: [UInt8], subject: Descriptor?, ownTag: ImageTag, movingTags: [ImageTag]) {
            (self.type, self.bytes, self.subject) = (type, bytes, subject)
            (self.ownTag, self.movingTags) = (ownTag, movingTags)
        }
    }

    /// Stores a document as a referrer of its subject
    /// (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-api); where the registry keeps no
    /// referrers, in the index under the fallback tag as well.
    ///
    /// A registry that knows nothing of `artifactType` gets the older form: the type as that of the configuration.
    public func attach(_ artifact: Artifact, in repository: RepositoryName, using layout: Layout) async throws {
        let content = try layout.add(artifact.bytes, mediaType: artifact.type)
        var config = try layout.add(Array("{}".utf8), mediaType: MediaType.empty)
        for blob in [content, config] {
            _ = try await upload(blob, from: layout.file(of: blob.digest), to: repository, mountingFrom: nil)
        }
        var manifest = Manifest(config: config, layers: [content])
        manifest.artifactType = artifact.type
        manifest.subject = artifact.subject
        var stored = ManifestBytes(
            bytes: try manifest.bytes, mediaType: MediaType.manifest, hasSubject: artifact.subject != nil)
        var reply = try await store(stored, as: artifact.ownTag.text, in: repository)
        if reply.status == 400 || reply.status == 415, !Self.missesBlobs(reply) {
            config.mediaType = artifact.type
            (manifest.config, manifest.artifactType) = (config, nil)
            stored = ManifestBytes(
                bytes: try manifest.bytes, mediaType: MediaType.manifest, hasSubject: artifact.subject != nil)
            reply = try await store(stored, as: artifact.ownTag.text, in: repository)
        }
        try await expect(reply, [201, 202], repository, "storing \(artifact.ownTag)")
        guard try await settled({ try await isServed(content, in: repository) ? true : nil }) != nil else {
            throw RegistryError.notServed("\(host)/\(repository.text)", content.digest)
        }
        for tag in artifact.movingTags { try await put(stored, as: tag.text, in: repository) }
        var descriptor = try layout.add(stored.bytes, mediaType: MediaType.manifest)
        guard let subject = artifact.subject, !reply.headers.contains(name: "OCI-Subject") else { return }
        descriptor.artifactType = artifact.type
        try await addToFallback(descriptor, of: subject, in: repository)
    }

    /// Adds a referrer to the index under `sha256-<hex>`.
    ///
    /// No registry tried honours If-Match, so what was written is read back until it stays: seen once, a slow writer that
    /// read the index before may still put its own over it. What others had written and lost on the way is put back too.
    private func addToFallback(
        _ descriptor: Descriptor, of subject: Descriptor, in repository: RepositoryName
    ) async throws {
        let tag = "sha256-\(subject.digest.hex)"
        let end = ContinuousClock.now + transport.limits.retries.contention
        var seen = [descriptor]
        var sightings = 0
        var rounds: Int64 = 0
        while ContinuousClock.now < end {
            let listed = try await fallback(tag, in: repository) ?? []
            seen += listed.filter { other in !seen.contains { $0.digest == other.digest } }
            if listed.contains(where: { $0.digest == descriptor.digest }) {
                sightings += 1
                if sightings == 3 { return }
            } else {
                (sightings, rounds) = (0, rounds + 1)
                let known = Set(listed.map(\.digest))
                let index = Index(manifests: listed + seen.filter { !known.contains($0.digest) })
                let manifest = ManifestBytes(bytes: try index.bytes, mediaType: MediaType.index, hasSubject: true)
                try await put(manifest, as: tag, in: repository)
            }
            try await Task.sleep(for: .milliseconds(Int64.random(in: 20...80 + 20 * min(rounds, 20))))
        }
        throw RegistryError.unusable("\(host)/\(repository.text):\(tag)", reason: "others write to it all the time")
    }

    /// What the index under a fallback tag lists; nil when there is no such tag.
    ///
    /// Throws when something else has that name: it is not ours to overwrite.
    private func fallback(_ tag: String, in repository: RepositoryName) async throws -> [Descriptor]? {
        guard let served = try await manifest(tag, in: repository, by: transport) else { return nil }
        guard MediaType.isIndex(served.mediaType) else {
            throw RegistryError.unusable(
                "\(host)/\(repository.text):\(tag)",
                reason: "is no index of referrers, and is left as it is: give that image another name")
        }
        return try Index(parsing: served.bytes).manifests
    }

    /// The documents of a type that are about an image.
    public func artifacts(_ type: String, about subject: Digest, in repository: RepositoryName) async throws
        -> [[UInt8]]
    {
        let tag = "sha256-\(subject.hex)"
        let listed = try await referrers(of: subject, in: repository)
        let fallback = try await fallback(tag, in: repository) ?? []
        let wanted = Set((listed + fallback).filter { $0.artifactType == type }.map(\.digest))
        var documents: [[UInt8]] = []
        for digest in wanted.sorted() {
            if let document = try await artifact("\(digest)", in: repository) { documents.append(document) }
        }
        return documents
    }

    /// What the registry lists itself, page by page; nothing when it has no such interface.
    ///
    /// Throws on every other refusal: evidence that was not seen must not look as if there were none.
    private func referrers(of subject: Digest, in repository: RepositoryName) async throws -> [Descriptor] {
        let operation = "listing referrers"
        var found: [Descriptor] = []
        var next: String? = "/v2/\(repository.text)/referrers/\(subject)"
        var pages = 0
        while let target = next {
            pages += 1
            guard pages <= 1000 else {
                throw RegistryError.unusable("\(host)/\(repository.text)", reason: "its list of referrers has no end")
            }
            let reply = try await transport.send(
                Request(method: .GET, target: target, repository: repository, operation: operation))
            if found.isEmpty, [400, 404, 405, 406].contains(reply.status) { return [] }
            try await expect(reply, [200], repository, operation)
            guard reply.headers.first(name: "Content-Type")?.hasPrefix(MediaType.index) == true else { return found }
            found += try Index(parsing: reply.body).manifests
            next = Self.nextPage(reply)
        }
        return found
    }

    /// The address in `Link: <…>; rel="next"` (RFC 8288).
    static func nextPage(_ reply: Reply) -> String? {
        guard let link = reply.headers.first(name: "Link"), link.contains("rel=\"next\"") || link.contains("rel=next"),
            let start = link.firstIndex(of: "<"), let end = link.firstIndex(of: ">"), start < end
        else { return nil }
        return String(link[link.index(after: start)..<end])
    }

    /// The one document of an artifact manifest; nil when there is none of that name.
    public func artifact(_ reference: String, in repository: RepositoryName) async throws -> [UInt8]? {
        guard let served = try await manifest(reference, in: repository) else { return nil }
        guard let content = try Manifest(parsing: served.bytes).layers.first else { return nil }
        return try await blob(content, in: repository)
    }
}
