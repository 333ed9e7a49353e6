import NIOHTTP1
import OCI
import Pipeline

extension RegistryClient {
    /// Bytes that are to be a manifest, with what they are.
    struct ManifestBytes: Sendable {
        let bytes: [UInt8]
        let mediaType: String
        /// Whether it is about another one: then the reply to it says something that is found nowhere else.
        var hasSubject = false

        var digest: Digest { Digest(bytes: Array(RegistryClient.hash(bytes))) }
    }

    /// Stores a manifest under a tag or its digest.
    ///
    /// Returns whether the registry keeps referrers itself.
    @discardableResult
    func put(_ manifest: ManifestBytes, as reference: String, in repository: RepositoryName) async throws -> Bool {
        let reply = try await store(manifest, as: reference, in: repository)
        try await expect(reply, [201, 202], repository, "storing \(reference)", size: Int64(manifest.bytes.count))
        return reply.headers.contains(name: "OCI-Subject")
    }

    /// The same, and what the registry answered.
    func store(
        _ manifest: ManifestBytes, as reference: String, in repository: RepositoryName
    ) async throws -> Reply {
        guard manifest.bytes.count <= Manifest.maximumBytes else {
            throw RegistryError.unusable(
                "\(host)/\(repository.text):\(reference)",
                reason: "has a manifest of \(RegistryError.size(Int64(manifest.bytes.count))), and 4 MiB is the most "
                    + "that registries take")
        }
        let request = Request(
            method: .PUT, target: "/v2/\(repository.text)/manifests/\(reference)", repository: repository,
            operation: "storing \(reference)", headers: [("Content-Type", manifest.mediaType)],
            body: .bytes(manifest.bytes), scope: .push)
        var reply = try await sendOnce(request, manifest, as: reference)
        // While another upload of the same blob ends, a registry may not see the one that is there.
        for delay in [1, 4] where Self.missesBlobs(reply) {
            try await Task.sleep(for: transport.limits.retries.shortest * delay)
            reply = try await sendOnce(request, manifest, as: reference)
        }
        return reply
    }

    /// After a lost reply it is looked at first: the manifest may be there.
    private func sendOnce(_ request: Request, _ manifest: ManifestBytes, as reference: String) async throws -> Reply {
        try await transport.send(
            request,
            unless: {
                guard !manifest.hasSubject else { return nil }
                let served = try await self.manifest(reference, in: request.repository, by: transport)
                guard served?.digest == manifest.digest else { return nil }
                return Reply(status: 201, headers: [:], body: [])
            })
    }

    /// Whether a registry says that it lacks what a manifest names.
    static func missesBlobs(_ reply: Reply) -> Bool {
        reply.status == 400 && detail(in: reply).contains("BLOB_UNKNOWN")
    }

    /// The name that an image is to have.
    struct Naming {
        let manifest: ManifestBytes
        let annotations: [String: String]?
    }

    /// Whether a tag is there, and is this image.
    ///
    /// Throws when it stands for another one.
    @discardableResult
    func refuseTaken(_ tag: ImageTag, by naming: Naming, in repository: RepositoryName) async throws -> Bool {
        guard let served = try await manifest(tag.text, in: repository, by: transport) else { return false }
        guard served.digest != naming.manifest.digest else { return true }
        throw RegistryError.tagTaken(
            tag, in: "\(host)/\(repository.text)",
            existing: .init(digest: served.digest, annotations: Self.annotations(of: served.bytes)),
            new: .init(digest: naming.manifest.digest, annotations: naming.annotations))
    }

    /// Gives an image a tag that never moves, and reads back whether it has it: no registry tells two writers apart.
    ///
    /// Some registries keep tags themselves, and refuse: that is no failure where the tag stands for the image already.
    func place(_ tag: ImageTag, on naming: Naming, in repository: RepositoryName) async throws {
        let reply = try await store(naming.manifest, as: tag.text, in: repository)
        if [400, 403, 409, 412].contains(reply.status), try await refuseTaken(tag, by: naming, in: repository) {
            return
        }
        try await expect(
            reply, [201, 202], repository, "storing \(tag)", size: Int64(naming.manifest.bytes.count))
        let isThere = try await settled { try await refuseTaken(tag, by: naming, in: repository) ? true : nil }
        guard isThere != nil else {
            throw RegistryError.notServed("\(host)/\(repository.text):\(tag)", naming.manifest.digest)
        }
    }

    /// Asks until there is an answer, for as long as a registry may take to serve what it has accepted.
    func settled<Value>(_ ask: () async throws -> Value?) async throws -> Value? {
        let retries = transport.limits.retries
        let end = ContinuousClock.now + retries.settling
        var pause = retries.shortest
        while true {
            if let value = try await ask() { return value }
            guard ContinuousClock.now + pause <= end else { return nil }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(1))
        }
    }

    private static func annotations(of bytes: [UInt8]) -> [String: String]? {
        do { return try Manifest(parsing: bytes).annotations } catch { return nil }
    }
}
