import Disk
import OCI
import Pipeline
import Registry
import Signing
import SystemPackage

/// What comes after the tag: all of it can be done again, and comes to the same.
extension ReleaseDesk {
    /// Gives the images their names and writes the release down; what cannot be done now is left for `--resume`.
    func finish(_ release: inout ServiceRelease, _ made: Cut, _ view: View) async {
        do {
            try await promote(&release, view)
            try await record(release, made, view)
        } catch {
            release.state = .unfinished
            release.because.append(
                .init("unfinished", "\(error); slipway release --resume \(release.name) does the rest"))
        }
    }

    private func promote(_ release: inout ServiceRelease, _ view: View) async throws {
        guard let service = view.survey.catalog[release.name] else { return }
        // A release of somebody else may have come between: what moves is judged from the tags there are now.
        let refs = try await place.tags()
        let tags = imageTags(of: release, service, view, refs)
        guard let exact = tags.first else { return }
        for index in release.images.indices {
            let image = release.images[index]
            release.images[index].tags = tags.map(\.text)
            if let registry = view.yard.images.registry, image.name.hasPrefix(registry.client.host + "/"),
                let repository = RepositoryName(parsing: image.name.dropFirst(registry.client.host.count + 1))
            {
                let promotion = RegistryClient.Promotion(
                    image: image.digest, exact: exact, moving: Array(tags.dropFirst()))
                release.images[index].moved = try await registry.client.promote(promotion, in: repository)
            } else {
                release.images[index].moved = try Layout(at: workspace.images).promote(image, exact, tags.dropFirst())
            }
        }
    }

    /// The same evidence, bound to the release; once a release, however often it is finished.
    private func record(_ release: ServiceRelease, _ made: Cut, _ view: View) async throws {
        let ledgers = view.yard.ledgers
        let known = try await ledgers.releaseRecords(of: made.record, view.survey)
        guard !known.contains(where: { $0.record.release?.tag == made.tag.name.text }) else { return }
        var facts = Stability.ReleaseFacts(
            made.trailer, tag: made.tag.name.text, changelog: made.changelog, accepted: wish.accepts.sorted())
        facts.moved = release.images.flatMap { image in
            image.moved.map { moved in
                var moved = moved
                moved.image = release.images.count > 1 ? image.name : nil
                return moved
            }
        }
        let previous = view.prepared.ledger.newest(of: release.name) ?? made.record
        let now = Timestamp.now
        let run = Stability.Run(
            recordId: RecordID.new(), sealedAt: now,
            sequence: max(previous.record.run.sequence + 1, now.seconds), prev: [made.record.payloadDigest],
            plan: view.prepared.plan.digest, startedAt: now, timings: [:], jenkins: view.survey.surroundings.jenkins)
        let scope: Scope = view.survey.surroundings.isAgent ? .release : .local
        let record = made.record.record.released(
            facts, tags: release.images.map(\.tags), by: run, scope: scope)
        for problem in try await view.yard.seal(record, []) { report(.note(problem)) }
    }
}

extension Layout {
    /// Names of a release for an image that is in the layout.
    fileprivate func promote(
        _ image: ServiceRelease.Image, _ exact: ImageTag, _ moving: ArraySlice<ImageTag>
    ) throws -> [MovedTag] {
        guard let descriptor = try index().manifests.first(where: { $0.digest == image.digest }) else {
            throw RegistryError.unusable("\(image.name)@\(image.digest)", reason: "is not in the local layout any more")
        }
        if let existing = try self.descriptor(named: "\(image.name):\(exact)"), existing.digest != image.digest {
            throw RegistryError.unusable(
                "\(image.name):\(exact)", reason: "is \(existing.digest), and a published version never changes")
        }
        let moved = try moving.compactMap { tag -> MovedTag? in
            let existing = try self.descriptor(named: "\(image.name):\(tag)")?.digest
            return existing == image.digest ? nil : MovedTag(tag: tag.text, from: existing)
        }
        try name(([exact] + moving).map { ("\(image.name):\($0)", descriptor) })
        return moved
    }
}

extension Ledgers {
    /// The records of these ids.
    func records(_ ids: [String], of service: ServiceName, _ survey: Survey) async throws -> [SealedRecord] {
        var found: [SealedRecord] = []
        for id in ids where RecordID.isWellFormed(id) {
            if let record = try folder?.record(id: id) {
                found.append(record)
            } else if let registry, let known = survey.catalog[service],
                let record = try await registry.record(id: id, of: known).record
            {
                found.append(record)
            }
        }
        return found
    }

    /// What was written about releases of an image.
    func releaseRecords(of record: SealedRecord, _ survey: Survey) async throws -> [SealedRecord] {
        guard let image = record.record.image else {
            return try folder?.newest(of: record.record.service.name, limit: 50).records ?? []
        }
        var envelopes = try folder?.envelopes(about: image.digest).map(\.bytes) ?? []
        if let registry, let service = survey.catalog[record.record.service.name],
            let repository = registry.repository(of: service)
        {
            envelopes += try await registry.envelopes(about: image.digest, in: repository)
        }
        return envelopes.compactMap { bytes in
            do { return try SealedRecord(parsing: bytes) } catch { return nil }
        }
    }
}
