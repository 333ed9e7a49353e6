import OCI
import Pipeline
import Registry

/// Records, waivers and deployments in a registry, as people look for them; each has a tag of its own.
extension RegistryLedger {
    static let place = "registry"

    /// The type of the artifact that holds a statement.
    static func artifactType(of kind: LedgerContent.Kind) -> String {
        switch kind {
        case .record: artifactType
        case .waiver: "application/vnd.slipway.waiver.v1+jsonl"
        case .deployment: "application/vnd.slipway.deployment.v1+jsonl"
        }
    }

    private static func prefix(of kind: LedgerContent.Kind) -> String {
        switch kind {
        case .record: "stability-"
        case .waiver: "waiver-"
        case .deployment: "deployment-"
        }
    }

    /// Stores what a person wrote about an image as its referrer.
    func append(
        _ item: LedgerItem, about image: Digest, in repository: RepositoryName, using layout: Layout
    ) async throws {
        guard let tag = ImageTag(parsing: Self.prefix(of: item.content.kind) + item.id) else { return }
        let subject = try await client.descriptor(of: "\(image)", in: repository)
        let artifact = RegistryClient.Artifact(
            type: Self.artifactType(of: item.content.kind), bytes: item.bytes, subject: subject, ownTag: tag,
            movingTags: [])
        try await client.attach(artifact, in: repository, using: layout)
    }

    /// What is looked for in one repository: the referrers of the image, else whatever has a tag of its own.
    func find(_ query: LedgerQuery, in repository: RepositoryName) async throws -> LedgerFound {
        if let image = query.image { return try await find(query, about: image, in: repository) }
        let tags = try await client.tags(in: repository).map(\.text).filter { tag in
            query.kinds.contains { kind in
                let prefix = Self.prefix(of: kind)
                return tag.hasPrefix(prefix) && RecordID.isWellFormed(String(tag.dropFirst(prefix.count)))
            }
        }
        return try await tags.concurrentMap(limit: 8) { tag in
            var found = LedgerFound()
            let name = "\(client.host)/\(repository.text):\(tag)"
            do {
                guard let bytes = try await client.artifact(tag, in: repository) else { return found }
                found.take(bytes, at: Self.place, named: name, query)
            } catch let error as RegistryError {
                guard error.isDamage else { throw error }
                found.damaged.append("\(name): \(error)")
            } catch let error as JSONError {
                found.damaged.append("\(name): \(error)")
            }
            return found
        }.reduce(LedgerFound(), +)
    }

    private func find(
        _ query: LedgerQuery, about image: Digest, in repository: RepositoryName
    ) async throws -> LedgerFound {
        var found = LedgerFound()
        for kind in LedgerContent.Kind.allCases where query.kinds.contains(kind) {
            let type = Self.artifactType(of: kind)
            for bytes in try await client.artifacts(type, about: image, in: repository) {
                let name = "\(client.host)/\(repository.text)@\(image): a \(kind.rawValue)"
                found.take(bytes, at: Self.place, named: name, query)
            }
        }
        return found
    }
}

extension RegistryError {
    /// Whether something is there and is not what it should be, as opposed to a registry that does not answer.
    fileprivate var isDamage: Bool {
        switch self {
        case .notFound, .mismatch, .notServed, .unusable: true
        default: false
        }
    }
}
