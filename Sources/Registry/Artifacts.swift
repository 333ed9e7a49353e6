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
        // Whoever looks a document up by its tag has it with one request.
        var manifest = Manifest(config: config, layers: [content.embedding(artifact.bytes)])
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
        try await put(stored, as: Self.tag(of: descriptor.digest, about: subject.digest), in: repository)
        try await addToFallback(descriptor, of: subject, in: repository)
    }

    /// The tag by which one referrer of a subject is found where the registry lists none.
    ///
    /// Nobody else writes to it: an index that several write to can lose an entry, and this brings it back.
    private static func tag(of referrer: Digest, about subject: Digest) -> String {
        "\(fallbackTag(of: subject)).\(referrer.hex.prefix(32))"
    }

    private static func fallbackTag(of subject: Digest) -> String { "sha256-\(subject.hex)" }

    /// Adds a referrer to the index under `sha256-<hex>`.
    ///
    /// No registry tried honours If-Match, so it is read back. A slow writer may still put its own index over it later;
    /// the next writer restores what was lost, and our readers look at the tags of the referrers as well.
    private func addToFallback(
        _ descriptor: Descriptor, of subject: Descriptor, in repository: RepositoryName
    ) async throws {
        let tag = Self.fallbackTag(of: subject.digest)
        let end = ContinuousClock.now + transport.limits.retries.contention
        var seen = [descriptor]
        var rounds: Int64 = 0
        while ContinuousClock.now < end {
            let present = try await fallback(tag, in: repository)
            let listed = present ?? []
            if listed.contains(where: { $0.digest == descriptor.digest }) { return }
            seen += listed.filter { other in !seen.contains { $0.digest == other.digest } }
            if present != nil, rounds == 0 {
                for other in try await tagged(about: subject.digest, in: repository).map(\.descriptor)
                where !seen.contains(where: { $0.digest == other.digest }) { seen.append(other) }
            }
            let known = Set(listed.map(\.digest))
            let index = Index(manifests: listed + seen.filter { !known.contains($0.digest) })
            let manifest = ManifestBytes(bytes: try index.bytes, mediaType: MediaType.index, hasSubject: true)
            if rounds > 0 {
                try await Task.sleep(for: .milliseconds(Int64.random(in: 20...80 + 20 * min(rounds, 20))))
            }
            try await put(manifest, as: tag, in: repository)
            rounds += 1
        }
        throw RegistryError.unusable("\(host)/\(repository.text):\(tag)", reason: "others write to it all the time")
    }

    /// The referrers of an image that have a tag of their own for it.
    private func tagged(
        about subject: Digest, in repository: RepositoryName
    ) async throws -> [(descriptor: Descriptor, manifest: Manifest)] {
        let start = Self.fallbackTag(of: subject)
        var found: [(Descriptor, Manifest)] = []
        for tag in try await tags(in: repository, after: start) where tag.text.hasPrefix("\(start).") {
            guard let served = try await manifest(tag.text, in: repository) else { continue }
            let manifest = try Manifest(parsing: served.bytes)
            var descriptor = Descriptor(
                mediaType: served.mediaType, digest: served.digest, size: Int64(served.bytes.count))
            descriptor.artifactType = manifest.artifactType ?? manifest.config.mediaType
            found.append((descriptor, manifest))
        }
        return found
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
        let listed = try await referrers(of: subject, in: repository)
        let fallback = try await fallback(Self.fallbackTag(of: subject), in: repository) ?? []
        let tagged = listed == nil ? try await tagged(about: subject, in: repository) : []
        var manifests = Dictionary(tagged.map { ($0.descriptor.digest, $0.manifest) }) { first, _ in first }
        let all = (listed ?? []) + fallback + tagged.map(\.descriptor)
        var documents: [[UInt8]] = []
        for digest in Set(all.filter { $0.artifactType == type }.map(\.digest)).sorted() {
            if manifests[digest] == nil, let served = try await manifest("\(digest)", in: repository) {
                manifests[digest] = try Manifest(parsing: served.bytes)
            }
            guard let content = manifests[digest]?.layers.first else { continue }
            documents.append(try await blob(content, in: repository))
        }
        return documents
    }

    /// What the registry lists itself, page by page; nil when it has no such interface.
    ///
    /// Throws on every other refusal: evidence that was not seen must not look as if there were none.
    private func referrers(of subject: Digest, in repository: RepositoryName) async throws -> [Descriptor]? {
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
            if found.isEmpty, [400, 404, 405, 406].contains(reply.status) { return nil }
            try await expect(reply, [200], repository, operation)
            guard reply.headers.first(name: "Content-Type")?.hasPrefix(MediaType.index) == true else {
                return found.isEmpty ? nil : found
            }
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
        if let bytes = content.embedded { return bytes }
        return try await blob(content, in: repository)
    }
}
