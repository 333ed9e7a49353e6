import Disk
import OCI
import Pipeline
import Registry

/// What the ledgers say about the keys of a survey.
struct LedgerAnswer: Sendable {
    var accepted: [ServiceName: SealedRecord] = [:]
    /// Records of services that have no accepted one, but whose image is that of their image key.
    var images: [ServiceName: SealedRecord] = [:]
    /// Why records of the very keys do not count.
    var rejected: [ServiceName: [String]] = [:]
    /// Records of services that have no accepted one, the newest first.
    var known: [ServiceName: [SealedRecord]] = [:]
    /// The same, as far as they passed: what tests of now are compared with.
    var passing: [ServiceName: [Stability]] = [:]
    /// Services whose key was red before.
    var failedBefore: Set<ServiceName> = []
    /// Services with records that the catalog does not have, with the commits of those.
    var strangers: [ServiceName: [ObjectID]] = [:]
    var notes: [Plan.Note] = []
    /// Of the very keys, the newest record that found something wrong with them.
    private var newestRed: [ServiceName: Stability] = [:]

    /// The newest record of a service that is known.
    func newest(of name: ServiceName) -> SealedRecord? { known[name]?.first ?? accepted[name] }

    /// The commits at which services were recorded, the newest first.
    var recorded: [ServiceName: [ObjectID]] { known.mapValues { $0.map(\.record.source.commit) } }
}

/// All ledgers of a repository, read as one.
struct Ledgers: Sendable {
    let folder: FolderLedger?
    let registry: RegistryLedger?
    let notes: NotesLedger?
    let audits: [AuditFile]
    let trust: Trust
    let layout: Layout
    let limits: Request.Limits

    /// How many records of a service are read to find one from an ancestor.
    private static let depth = 20

    func answer(_ survey: Survey, _ parts: [ServiceName: KeyParts]) async throws -> LedgerAnswer {
        var answer = LedgerAnswer()
        let noted = try await noted(into: &answer)
        for service in survey.catalog.services {
            guard let parts = parts[service.name] else { continue }
            let acceptance = survey.acceptance(of: service, parts, trusting: trust)
            try readFolder(service, acceptance, into: &answer)
            for sealed in noted[service.name] ?? [] where sealed.record.inputs.key == parts.key {
                answer.take(sealed, for: service.name, acceptance)
            }
        }
        let isReachable = try await unlessUnreachable(&answer) { answer in
            try await readRegistry(survey, parts, into: &answer)
            answer.dropOutdated()
            try await dropVanishedImages(&answer)
        }
        if !isReachable {
            answer.dropOutdated()
            answer.accepted = answer.accepted.filter { !$0.value.record.images.contains(where: \.pushed) }
        }
        for service in survey.catalog.services where answer.accepted[service.name] == nil {
            let found = try folder?.newest(of: service.name, limit: Self.depth) ?? .init()
            answer.known[service.name] =
                found.records.isEmpty ? Array((noted[service.name] ?? []).prefix(Self.depth)) : found.records
            answer.note(found.damaged)
            try findPassing(service.name, into: &answer)
        }
        // Without the registry nobody knows whether an image is still there.
        if isReachable {
            _ = try await unlessUnreachable(&answer) { try await findImages(survey, parts, into: &$0) }
        }
        for name in try folder?.services() ?? [] where survey.catalog[name] == nil {
            let found = try folder?.newest(of: name, limit: Self.depth) ?? .init()
            answer.strangers[name] = found.records.map(\.record.source.commit)
        }
        return answer
    }

    /// Does what may need a registry; false, with a note, when there is one that cannot be reached and need not be.
    private func unlessUnreachable(
        _ answer: inout LedgerAnswer, _ body: (inout LedgerAnswer) async throws -> Void
    ) async throws -> Bool {
        do {
            try await body(&answer)
            return true
        } catch let error as RegistryError where !limits.requiresLedger {
            answer.notes.append(Plan.Note(.ledgerUnreachable, "\(error); what only it knows is built again"))
            return false
        }
    }

    private func readFolder(
        _ service: Service, _ acceptance: Acceptance, into answer: inout LedgerAnswer
    ) throws {
        guard let found = try folder?.records(withKey: acceptance.key) else { return }
        answer.note(found.damaged)
        for sealed in found.records.filter({ $0.record.service.name == service.name }) {
            answer.take(sealed, for: service.name, acceptance)
        }
    }

    /// Asks the registry for the keys that the folder has no good record of, several at a time.
    private func readRegistry(
        _ survey: Survey, _ parts: [ServiceName: KeyParts], into answer: inout LedgerAnswer
    ) async throws {
        guard let registry, !limits.isOffline else { return }
        let missing = survey.catalog.services.filter { answer.accepted[$0.name] == nil }
        let found =
            try await missing.concurrentMap(limit: 8) { service in
                guard let key = parts[service.name]?.key else { return (service.name, (record: nil, damage: nil)) }
                return (service.name, try await registry.record(withKey: key, of: service))
            } as [(ServiceName, (record: SealedRecord?, damage: String?))]
        for (name, (sealed, damage)) in found {
            answer.note([damage].compactMap(\.self))
            guard let sealed, let parts = parts[name], let service = survey.catalog[name],
                sealed.record.service.name == name
            else { continue }
            answer.take(sealed, for: name, survey.acceptance(of: service, parts, trusting: trust))
        }
    }

    /// Looks for images that can stand for what would be built: only what tests see has changed since they were made.
    private func findImages(
        _ survey: Survey, _ parts: [ServiceName: KeyParts], into answer: inout LedgerAnswer
    ) async throws {
        let open = survey.catalog.services.filter { !$0.images.isEmpty && answer.accepted[$0.name] == nil }
        let candidates =
            try await open.concurrentMap(limit: 8) { [known = answer.known] service in
                guard let parts = parts[service.name], let image = parts.image else { return nil }
                var acceptance = survey.acceptance(of: service, parts, trusting: trust)
                acceptance.isAboutImages = true
                var records = known[service.name] ?? []
                if records.allSatisfy({ acceptance.objection(to: $0) != nil }), let registry, !limits.isOffline {
                    records = try await [registry.record(withImageKey: image, of: service).record].compactMap(\.self)
                }
                let good = records.first {
                    $0.record.service.name == service.name && acceptance.objection(to: $0) == nil
                }
                guard let good, !good.record.images.isEmpty, try await vanished(of: good.record) == nil else {
                    return nil
                }
                return (service.name, good)
            } as [(ServiceName, SealedRecord)?]
        for (name, sealed) in candidates.compactMap(\.self) { answer.images[name] = sealed }
    }

    /// A record whose image is gone vouches for nothing that could be deployed.
    private func dropVanishedImages(_ answer: inout LedgerAnswer) async throws {
        let records = answer.accepted.map { (name: $0.key, record: $0.value.record) }
        let gone = try await records.concurrentMap(limit: 8) { name, record in
            try await vanished(of: record).map { (name, $0) }
        }
        for (name, digest) in gone.compactMap(\.self) {
            let id = answer.accepted.removeValue(forKey: name)?.id ?? ""
            answer.rejected[name, default: []].append("the image of record \(id) is gone: \(digest)")
        }
    }

    /// The first image of a record that is not there any more.
    private func vanished(of record: Stability) async throws -> Digest? {
        for image in record.images where try await !isThere(image) { return image.digest }
        return nil
    }

    private func isThere(_ image: Stability.ImageFacts) async throws -> Bool {
        guard image.pushed else { return try layout.contains(image.digest) }
        guard let registry, !limits.isOffline else { return true }
        return try await registry.client.manifest(of: image) != nil
    }
}

extension Survey {
    fileprivate func acceptance(of service: Service, _ parts: KeyParts, trusting trust: Trust) -> Acceptance {
        Acceptance(
            trust: trust, scope: max(scope, request.selection.atLeast), key: parts.key, image: parts.image,
            wanted: service.steps(pushing: isPushing, through: request.selection.through),
            repositories: service.images.map { configuration.repositoryText(of: $0.name) }, now: began)
    }
}

extension RegistryClient {
    /// The manifest of a recorded image; nil when it is not, or not here.
    func manifest(of image: Stability.ImageFacts) async throws -> ServedManifest? {
        guard let repository = repository(of: image) else { return nil }
        return try await manifest("\(image.digest)", in: repository)
    }

    /// Where a recorded image is; nil when that is not in this registry.
    func repository(of image: Stability.ImageFacts) -> RepositoryName? {
        guard image.repository.hasPrefix(host + "/") else { return nil }
        return RepositoryName(parsing: image.repository.dropFirst(host.count + 1))
    }
}

extension LedgerAnswer {
    fileprivate mutating func take(_ sealed: SealedRecord, for name: ServiceName, _ acceptance: Acceptance) {
        let record = sealed.record
        // Flaky once is flaky for ever: the same key had two answers.
        if record.verdict.state == .flaky { failedBefore.insert(name) }
        if record.verdict.judgesSources {
            failedBefore.insert(name)
            if (newestRed[name]?.run.sequence ?? .min) < record.run.sequence { newestRed[name] = record }
        }
        if let objection = acceptance.objection(to: sealed) {
            rejected[name, default: []].append(objection)
        } else if accepted[name].map({ $0.record.run.isOlder(than: record.run) }) ?? true {
            accepted[name] = sealed
        }
    }

    /// What was found out later counts more.
    fileprivate mutating func dropOutdated() {
        for (name, red) in newestRed {
            guard let accepted = accepted[name], accepted.record.run.sequence < red.run.sequence else { continue }
            self.accepted[name] = nil
            rejected[name, default: []].append(
                "record \(red.run.recordId) of the same key is newer and says \(red.verdict.state.rawValue)")
        }
    }

    mutating func note(_ damaged: [String]) {
        for text in damaged {
            let note = Plan.Note(.ledgerCorrupt, "\(text); treated as if it were not there")
            if !notes.contains(note) { notes.append(note) }
        }
    }
}

extension Stability.Run {
    /// Whether another one was written later; of one second the one with the higher sequence.
    fileprivate func isOlder(than other: Stability.Run) -> Bool {
        (sealedAt, sequence) < (other.sealedAt, other.sequence)
    }
}
