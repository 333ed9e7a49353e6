import Git
import OCI
import Pipeline
import Registry
import Signing
import SystemPackage

/// A bundle, and the record it must hold when an index names one.
private typealias FoundBundle = (origin: String, id: String?, bytes: [UInt8])

extension GateRequest {
    /// All that is known about one candidate, but for the decisions that were kept; and what could not be asked.
    func evidence(
        about candidate: Candidate, _ question: GateQuestion, from library: GateLibrary, _ connections: Connections?
    ) async throws -> (GateEvidence, missed: [MissedPlace]) {
        var missed = library.reading.missed
        var found = try local(question, library)
        do {
            found += try await remote(question.image, candidate.image, connections)
        } catch let error as RegistryError {
            missed.append(MissedPlace(place: candidate.image.name, error: error))
        }
        var evidence = GateEvidence(exhibits: found.map { Self.exhibit($0, trusting: question.trust) })
        try refuseOwnTree(of: evidence.exhibits)
        evidence.deployments = library.deployments
        evidence.waivers = library.waivers.filter { $0.isHanded || $0.content.service == question.service }
        evidence.unreadableWaivers = library.reading.unreadableWaivers
        (evidence.databases, evidence.stated) = (library.databases, library.stated)
        (evidence.damage, evidence.troubles) = (library.reading.damage, library.troubles)
        // A registry may hold what a folder only names.
        evidence.past = found.compactMap { GateShelf.past(in: $0.bytes, of: question.service) }
        addHistory(to: &evidence, question, library)
        do {
            try await addRange(to: &evidence, question, candidate, connections)
        } catch let error as RegistryError {
            missed.append(MissedPlace(place: candidate.image.name, error: error))
        }
        addNeighbours(to: &evidence, question, library)
        if !evidence.waivers.isEmpty { addCommitters(to: &evidence, question) }
        return (evidence, missed)
    }

    // MARK: - The digest

    private func local(_ question: GateQuestion, _ library: GateLibrary) throws -> [FoundBundle] {
        var found: [FoundBundle] = try handed.records.flatMap { file in
            try Self.bundles(in: configurationBytes(of: file), about: question.image).map { (file.string, nil, $0) }
        }
        for folder in places.folders { found += try FolderLedger(root: folder).envelopes(about: question.image) }
        return found
            + library.reading.records.filter { $0.isAbout(question.image) }.map { ($0.origin, $0.id, $0.bytes) }
    }

    /// A file as it is; of one that holds several records those about an image.
    private static func bundles(in bytes: [UInt8], about image: Digest) -> [[UInt8]] {
        do {
            let records = try RecordBundle.records(in: bytes)
            return records.count < 2 ? [bytes] : records.filter { $0.statement.isAbout(image) }.map(\.bytes)
        } catch {
            // Why it cannot be read is said where it is judged.
            return [bytes]
        }
    }

    private func remote(
        _ digest: Digest, _ image: ImageReference, _ connections: Connections?
    ) async throws -> [FoundBundle] {
        guard let ledger = ledger(beside: image, connections) else { return [] }
        return try await ledger.envelopes(about: digest, in: image.repository).map { (image.name, nil, $0) }
    }

    private static func exhibit(_ found: FoundBundle, trusting trust: Trust) -> Exhibit {
        let digest = Digest.sha256(found.bytes)
        do {
            let opened = try RecordBundle.envelopes(in: found.bytes).map { $0.opened(trusting: trust.keys) }
            let exhibit = Exhibit(origin: found.origin, digest: digest, content: .bundle(opened))
            // What keeps it from being read is an error of whoever tries.
            let id = try exhibit.record?.run.recordId ?? SealedRecord(parsing: found.bytes).id
            guard let wanted = found.id, id != wanted else { return exhibit }
            return Exhibit(
                origin: found.origin, digest: digest, content: .unreadable("holds record \(id), not \(wanted)"))
        } catch {
            let hint = (error as? any Failure)?.hint.map { " (\($0))" } ?? ""
            return Exhibit(origin: found.origin, digest: digest, content: .unreadable("\(error)\(hint)"))
        }
    }

    // MARK: - The service before

    /// Records about other digests: how they are chained, and those that are needed whole.
    private func addHistory(to evidence: inout GateEvidence, _ question: GateQuestion, _ library: GateLibrary) {
        let running = evidence.deployments.filter { $0.content.service == question.service }.map(\.content.to.image)
        let wanted = running + [evidence.stated?.image].compactMap(\.self)
        func ids(_ past: [PastRecord]) -> Set<String> {
            Set(past.wanted(for: question.image, deployed: wanted, consecutive: question.policy.tests.consecutive))
        }
        do {
            for folder in places.folders {
                let shelf = GateShelf(folder)
                let past = try shelf.past(of: question.service)
                evidence.past += past
                for id in ids(past).sorted() {
                    guard let bytes = try shelf.bytes(of: id) else { continue }
                    evidence.history.append(Self.exhibit((folder.string, id, bytes), trusting: question.trust))
                }
            }
        } catch {
            evidence.troubles[.history] = "\(error)"
        }
        let whole = library.reading.records.filter { $0.content.service == question.service }
        let past = whole.compactMap { GateShelf.past(in: $0.envelope.bytes, of: question.service) }
        let named = ids(evidence.past + past)
        evidence.past += past
        for item in whole where named.contains(item.id) {
            evidence.history.append(Self.exhibit((item.origin, item.id, item.bytes), trusting: question.trust))
        }
        var seen: Set<Digest> = []
        evidence.past = evidence.past.filter { seen.insert($0.payload).inserted }
    }

    /// What a registry says of the image that runs, and of the releases between it and the candidate.
    private func addRange(
        to evidence: inout GateEvidence, _ question: GateQuestion, _ candidate: Candidate, _ connections: Connections?
    ) async throws {
        guard let ledger = ledger(beside: candidate.image, connections) else { return }
        var next = evidence.running(for: question)
        var asked: Set<Digest> = [question.image]
        while let image = next, asked.insert(image).inserted {
            for found in try await remote(image, candidate.image, connections) {
                evidence.history.append(Self.exhibit(found, trusting: question.trust))
            }
            let tag = evidence.missingRelease(for: question).flatMap { ImageTag($0) }
            guard let tag else { return }
            next = try await ledger.client.descriptor(of: tag.text, in: candidate.image.repository)?.digest
        }
    }

    /// Migrations of the services whose migrations these wait for, and of those behind them.
    private func addNeighbours(to evidence: inout GateEvidence, _ question: GateQuestion, _ library: GateLibrary) {
        var open = evidence.exhibits.compactMap(\.record?.migrations).flatMap(\.needed)
        var seen: Set<ServiceName> = [question.service]
        do {
            while let name = open.popLast() {
                guard seen.insert(name).inserted else { continue }
                var newest = try places.folders.compactMap { folder in
                    try FolderLedger(root: folder).newest(of: name, limit: 1).records.first?.record
                }
                newest += library.reading.records.lazy.compactMap(\.content.record).filter { $0.service.name == name }
                    .prefix(1)
                guard let facts = newest.lazy.compactMap(\.migrations).first else { continue }
                evidence.neighbours[name] = facts
                open += facts.needed
            }
        } catch {
            evidence.troubles[.migrationsOrder] = "\(error)"
        }
    }

    // MARK: - People

    private func addCommitters(to evidence: inout GateEvidence, _ question: GateQuestion) {
        guard let clone = places.clone else { return }
        let records = evidence.exhibits.compactMap(\.record)
        guard let candidate = records.max(by: { $0.run.sequence < $1.run.sequence }) else { return }
        let running =
            evidence.stated?.image
            ?? evidence.deployments.map(\.content)
            .filter { $0.service == question.service && $0.environment == question.environment }
            .max { $0.at < $1.at }?.to.image
        let known = evidence.history.compactMap(\.record)
        let base = running.flatMap { digest in known.first { $0.has(digest) } }?.source.commit
        do {
            evidence.committers = try Committers.between(
                base, and: candidate.source.commit, touching: candidate.service.path,
                in: Repository(at: clone.string))
        } catch {
            // Then nobody knows, and no waiver counts.
            evidence.committers = nil
        }
    }
}

extension LedgerItem {
    /// Where it was found, for people.
    fileprivate var origin: String { places.joined(separator: " and ") }

    /// Whether it is a record that speaks for an image.
    fileprivate func isAbout(_ image: Digest) -> Bool { content.record.map { Statement($0).isAbout(image) } ?? false }
}

extension MigrationFacts {
    /// The services whose migrations these wait for.
    fileprivate var needed: [ServiceName] { (runBefore + added.flatMap { $0.needs ?? [] }).map(\.service) }
}
