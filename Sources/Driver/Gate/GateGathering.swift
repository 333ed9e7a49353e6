import Git
import OCI
import Pipeline
import Registry
import Signing
import SystemPackage

/// An envelope, and the record it must hold when an index names one.
private typealias FoundEnvelope = (origin: String, id: String?, bytes: [UInt8])

extension GateRequest {
    /// All that is known about one candidate, but for the decisions that were kept.
    func evidence(
        about candidate: Candidate, _ question: GateQuestion, from library: GateLibrary
    ) async throws -> GateEvidence {
        let found = try await envelopes(about: candidate)
        var evidence = GateEvidence(exhibits: found.map { Self.exhibit($0, trusting: question.trust) })
        try refuseOwnTree(of: evidence.exhibits)
        evidence.deployments = library.deployments
        evidence.waivers = library.waivers.filter { $0.isHanded || $0.content.service == question.service }
        evidence.unreadableWaivers = library.unreadableWaivers
        (evidence.databases, evidence.stated) = (library.databases, library.stated)
        evidence.troubles = library.troubles
        // A registry may hold what a folder only names.
        evidence.past = found.compactMap { GateShelf.past(in: $0.bytes, of: question.service) }
        addHistory(to: &evidence, question)
        addNeighbours(to: &evidence, question)
        if !evidence.waivers.isEmpty { addCommitters(to: &evidence, question) }
        return evidence
    }

    // MARK: - The digest

    private func envelopes(about candidate: Candidate) async throws -> [FoundEnvelope] {
        let digest = try candidate.digest()
        var found: [FoundEnvelope] = try handed.records.map { ($0.string, nil, try configurationBytes(of: $0)) }
        for folder in places.folders { found += try FolderLedger(root: folder).envelopes(about: digest) }
        let image = candidate.image
        guard places.asksRegistry, places.namesRegistry || image.host != "docker.io" else { return found }
        return try await RegistryClient.withConnections(environment: variables) { http in
            let credentials = CredentialSource(environment: variables, host: image.host, helper: .programs(variables))
            let client = RegistryClient(http, host: image.apiHost, isPlain: places.isPlain, credentials: credentials)
            let ledger = RegistryLedger(client: client, path: nil)
            let more = try await ledger.envelopes(about: digest, in: image.repository)
            return found + more.map { ("\(image.host)", nil, $0) }
        }
    }

    private static func exhibit(_ found: FoundEnvelope, trusting trust: Trust) -> Exhibit {
        let digest = Digest.sha256(found.bytes)
        do {
            let sealed = try SealedRecord(parsing: found.bytes)
            if let id = found.id, id != sealed.id {
                return Exhibit(
                    origin: found.origin, digest: digest, content: .unreadable("holds record \(sealed.id), not \(id)"))
            }
            let content = Exhibit.Content.statement(sealed.statement, sealed.signatures(trusting: trust))
            return Exhibit(origin: found.origin, digest: digest, content: content)
        } catch {
            let hint = (error as? any Failure)?.hint.map { " (\($0))" } ?? ""
            return Exhibit(origin: found.origin, digest: digest, content: .unreadable("\(error)\(hint)"))
        }
    }

    // MARK: - The service before

    /// Records about other digests: how they are chained, and those that are needed whole.
    private func addHistory(to evidence: inout GateEvidence, _ question: GateQuestion) {
        let running = evidence.deployments.filter { $0.content.service == question.service }.map(\.content.to.image)
        let wanted = running + [evidence.stated?.image].compactMap(\.self)
        do {
            for folder in places.folders {
                let shelf = GateShelf(folder)
                let past = try shelf.past(of: question.service)
                evidence.past += past
                let ids = past.wanted(
                    for: question.image, deployed: wanted, consecutive: question.policy.tests.consecutive)
                for id in ids {
                    guard let bytes = try shelf.bytes(of: id) else { continue }
                    evidence.history.append(Self.exhibit((folder.string, id, bytes), trusting: question.trust))
                }
            }
        } catch {
            evidence.troubles[.history] = "\(error)"
        }
    }

    /// Migrations of the services whose migrations these wait for, and of those behind them.
    private func addNeighbours(to evidence: inout GateEvidence, _ question: GateQuestion) {
        var open = evidence.exhibits.compactMap(\.migrations).flatMap(\.needed)
        var seen: Set<ServiceName> = [question.service]
        do {
            while let name = open.popLast() {
                guard seen.insert(name).inserted else { continue }
                for folder in places.folders {
                    let newest = try FolderLedger(root: folder).newest(of: name, limit: 1).records.first
                    guard let facts = newest?.record.migrations else { continue }
                    evidence.neighbours[name] = facts
                    open += facts.needed
                    break
                }
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

extension Exhibit {
    fileprivate var record: Stability? {
        guard case .statement(let statement, _) = content else { return nil }
        return statement.predicate
    }

    fileprivate var migrations: MigrationFacts? { record?.migrations }
}

extension MigrationFacts {
    /// The services whose migrations these wait for.
    fileprivate var needed: [ServiceName] { (runBefore + added.flatMap { $0.needs ?? [] }).map(\.service) }
}
