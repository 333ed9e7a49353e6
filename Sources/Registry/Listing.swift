import NIOHTTP1
public import OCI
public import Pipeline

extension RegistryClient {
    /// The tags of a repository, sorted; none where there is no such repository.
    ///
    /// Follows pages by their `Link`, whichever form it has; a registry that ignores how many were asked for sends all, and
    /// one that repeats a page has no more.
    ///
    /// Those after one only, where the registry can tell.
    public func tags(in repository: RepositoryName, after start: String? = nil) async throws -> [ImageTag] {
        let operation = "listing tags"
        var found: Set<ImageTag> = []
        var seen: Set<String> = []
        var next: String? = "/v2/\(repository.text)/tags/list?n=1000" + (start.map { "&last=\($0)" } ?? "")
        while let target = next, seen.insert(target).inserted {
            let reply = try await transport.send(
                Request(method: .GET, target: target, repository: repository, operation: operation))
            try refuseWebPage(reply, operation)
            if reply.status == 404, found.isEmpty { return [] }
            try await expect(reply, [200], repository, operation)
            let count = found.count
            found.formUnion(try Self.tags(in: reply.body, host: host))
            next = found.count > count ? Self.nextPage(reply).map { Self.address($0, of: repository) } : nil
        }
        return found.sorted()
    }

    /// The names in a reply; a list that is `null` is an empty one.
    static func tags(in body: [UInt8], host: String) throws -> [ImageTag] {
        do {
            let list = try JSON(parsing: body, profile: .lenient)["tags"]?.array ?? []
            return list.compactMap { $0.string.flatMap { ImageTag(parsing: $0) } }
        } catch {
            throw RegistryError.unusable(host, reason: "its list of tags cannot be read: \(error)")
        }
    }

    /// The place of a next page, which some registries give without a path before it.
    static func address(_ link: String, of repository: RepositoryName) -> String {
        let isWhole = link.hasPrefix("/") || link.hasPrefix("http://") || link.hasPrefix("https://")
        if isWhole { return link }
        let folder = "/v2/\(repository.text)/tags/"
        return link.hasPrefix("?") ? folder + "list" + link : folder + link
    }

    /// The size and kind of what a tag or digest stands for; nil when there is none.
    public func descriptor(of reference: String, in repository: RepositoryName) async throws -> Descriptor? {
        try await manifest(reference, in: repository).map {
            Descriptor(mediaType: $0.mediaType, digest: $0.digest, size: Int64($0.bytes.count))
        }
    }

    /// Whether a byte of a blob, or a whole manifest, can be had: a registry may say that it has what it does not serve.
    public func serves(_ blob: Descriptor, in repository: RepositoryName) async throws -> Bool {
        try await isServed(blob, in: repository)
    }
}
