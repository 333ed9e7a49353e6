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
    public func attach(_ artifact: Artifact, in repository: RepositoryName, using layout: Layout) async throws {
        let content = try layout.add(artifact.bytes, mediaType: artifact.type)
        let empty = try layout.add(Array("{}".utf8), mediaType: MediaType.empty)
        var manifest = Manifest(config: empty, layers: [content])
        manifest.artifactType = artifact.type
        manifest.subject = artifact.subject
        let bytes = try manifest.bytes
        var descriptor = try layout.add(bytes, mediaType: MediaType.manifest)
        for blob in [content, empty] {
            _ = try await upload(blob, from: layout.file(of: blob.digest), to: repository, mountingFrom: nil)
        }
        let keepsReferrers = try await put(
            bytes, mediaType: MediaType.manifest, as: artifact.ownTag.text, in: repository)
        guard try await isServed(content, in: repository) else {
            throw RegistryError.mismatch("\(host)/\(repository.text)", expected: content.digest, found: "nothing")
        }
        for tag in artifact.movingTags {
            try await put(bytes, mediaType: MediaType.manifest, as: tag.text, in: repository)
        }
        guard let subject = artifact.subject, !keepsReferrers else { return }
        descriptor.artifactType = artifact.type
        try await addToFallback(descriptor, of: subject, in: repository)
    }

    /// Adds a referrer to the index under `sha256-<hex>`.
    ///
    /// No registry tried honours If-Match, so what was written is read back until it stays: seen once, a slow writer that
    /// read the index before may still put its own over it.
    private func addToFallback(
        _ descriptor: Descriptor, of subject: Descriptor, in repository: RepositoryName
    ) async throws {
        let tag = "sha256-\(subject.digest.hex)"
        var sightings = 0
        for _ in 0..<16 {
            let served = try await manifest(tag, in: repository)
            var index = Index(manifests: [])
            if let served {
                index = try Index(parsing: served.bytes)
                guard index.mediaType == MediaType.index else {
                    throw RegistryError.unusable(
                        "\(host)/\(repository.text):\(tag)", reason: "is no index of referrers")
                }
            }
            if index.manifests.contains(where: { $0.digest == descriptor.digest }) {
                sightings += 1
                if sightings == 3 { return }
            } else {
                sightings = 0
                index.manifests.append(descriptor)
                try await put(index.bytes, mediaType: MediaType.index, as: tag, in: repository)
            }
            try await Task.sleep(for: .milliseconds(Int64.random(in: 20...80)))
        }
        throw RegistryError.unusable("\(host)/\(repository.text):\(tag)", reason: "others write to it all the time")
    }

    /// The documents of a type that are about an image.
    public func artifacts(_ type: String, about subject: Digest, in repository: RepositoryName) async throws
        -> [[UInt8]]
    {
        let tag = "sha256-\(subject.hex)"
        let listed = try await referrers(of: subject, in: repository)
        let fallback = try await manifest(tag, in: repository).map { try Index(parsing: $0.bytes).manifests } ?? []
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
        while let target = next {
            let reply = try await transport.send(
                Request(method: .GET, target: target, repository: repository, operation: operation))
            if found.isEmpty, [400, 404, 405].contains(reply.status) { return [] }
            try expect(reply, [200], repository, operation)
            guard reply.headers.first(name: "Content-Type")?.hasPrefix(MediaType.index) == true else { return found }
            found += try Index(parsing: reply.body).manifests
            next = Self.nextPage(reply)
        }
        return found
    }

    /// The address in `Link: <…>; rel="next"` (RFC 8288).
    private static func nextPage(_ reply: Reply) -> String? {
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
