import OCI
public import Pipeline
import Registry
import SystemPackage

extension Request {
    /// Whether the tags of services, or of one repository, are what records say, and whether their bytes can be had.
    public func audit(_ names: [String]) async throws -> TagAudits {
        try await ImageShelf.with(self, naming: names) { shelf in
            let records =
                try shelf.workspace.map { try FolderLedger(root: $0.ledger).all().records.map(\.record) } ?? []
            var audits: [TagAudit] = []
            for place in try shelf.places(names, records) {
                audits.append(try await shelf.audit(place, records))
            }
            return TagAudits(repositories: audits)
        }
    }

    /// Deletes an image with all tags that stand for it, or only says what that would be.
    public func delete(_ name: String, isReal: Bool, takesReleases: Bool) async throws -> ImageDeletion {
        try await ImageShelf.with(self, naming: [name]) { shelf in
            guard try shelf.reference(name) != nil, !name.hasPrefix("oci:") else {
                throw ImageNameError.notInRegistry(name)
            }
            let found = try await shelf.find(name)
            guard case .registry(let place) = found.store else { throw ImageNameError.notInRegistry(name) }
            let tags = try await shelf.tags(of: place).filter { $0.digest == found.digest }.map(\.tag)
            var deletion = ImageDeletion(
                repository: place.name, digest: found.digest, tags: tags,
                records: try shelf.records(about: [found.digest]), takesReleases: takesReleases)
            guard isReal, deletion.state == .planned else { return deletion }
            guard try await place.client.delete(found.digest, in: place.repository) else {
                throw RegistryError.notFound("\(place.name)@\(found.digest)")
            }
            deletion.state = .deleted
            return deletion
        }
    }
}

extension ImageShelf {
    /// The repositories that names are about: of services as their records say, or as they are named.
    fileprivate func places(_ names: [String], _ records: [Stability]) throws -> [RegistryClient.Place] {
        var repositories: [String] = []
        for name in names {
            let ofService = records.filter { $0.service.name.text == name }.flatMap(\.images).filter(\.pushed)
                .map(\.repository)
            if ofService.isEmpty {
                guard let reference = try reference(name) else {
                    throw ImageNameError.unknown(name, "is no service of which a record says that its image was pushed")
                }
                repositories.append("\(reference.host)/\(reference.repository.text)")
            }
            repositories += ofService
        }
        if names.isEmpty { repositories = records.flatMap(\.images).filter(\.pushed).map(\.repository) }
        return try Set(repositories).sorted().map { name in
            guard let reference = ImageReference(parsing: name) else { throw ImageNameError.malformed(name) }
            return RegistryClient.Place(client(reference.host), reference.repository)
        }
    }

    /// Every tag with what it stands for.
    fileprivate func tags(
        of place: RegistryClient.Place
    ) async throws -> [(tag: ImageTag, digest: Digest?)] {
        try await place.client.tags(in: place.repository).concurrentMap(limit: 6) { tag in
            (tag, TagKind(tag) == .ledger ? nil : try await place.client.digest(of: tag.text, in: place.repository))
        }
    }

    fileprivate func audit(_ place: RegistryClient.Place, _ local: [Stability]) async throws -> TagAudit {
        let tags = try await tags(of: place)
        var served: [Digest: Bool] = [:]
        for digest in Set(tags.compactMap(\.digest)) { served[digest] = try await isServed(digest, in: place) }
        let seen = tags.map { tag, digest in
            TagAudit.Seen(tag: tag, digest: digest, isServed: digest.map { served[$0] ?? false } ?? false)
        }
        var records = local
        let known = Set(local.flatMap(\.images).map(\.digest))
        for digest in served.keys.sorted() where !known.contains(digest) {
            records += try await remoteRecords(about: digest, in: place)
        }
        return TagAudit(repository: place.name, seen: seen, records: records)
    }

    /// What other machines wrote down about an image, beside it.
    private func remoteRecords(about image: Digest, in place: RegistryClient.Place) async throws -> [Stability] {
        try await RegistryLedger(client: place.client, path: nil).envelopes(about: image, in: place.repository)
            .compactMap { bytes in
                do { return try SealedRecord(parsing: bytes).record } catch { return nil }
            }
    }

    /// Whether all an image is made of can be had: its configuration whole, a byte of each layer.
    private func isServed(_ image: Digest, in place: RegistryClient.Place) async throws -> Bool {
        guard let served = try await place.client.manifest("\(image)", in: place.repository) else { return false }
        if MediaType.isIndex(served.mediaType) {
            for child in try Index(parsing: served.bytes).manifests
            where try await !isServed(child.digest, in: place) { return false }
            return true
        }
        let manifest = try Manifest(parsing: served.bytes)
        let blobs = manifest.layers + [manifest.config]
        return try await blobs.concurrentMap(limit: 6) { try await place.client.serves($0, in: place.repository) }
            .allSatisfy(\.self)
    }
}
