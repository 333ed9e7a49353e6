import Disk
import Execution
import Git
import OCI
import Pipeline
import Registry
import SystemPackage

extension Tools {
    /// The real ones for one repository.
    ///
    /// Connections are opened only where something is beyond this machine, and closed when `body` ends.
    static func withLive<Value: Sendable>(
        _ survey: Survey, report: @escaping @Sendable (Event) -> Void, _ body: (Tools) async throws -> Value
    ) async throws -> Value {
        try await withYard(survey, report: report) { tools, _ in try await body(tools) }
    }

    /// The same, and what they work on.
    static func withYard<Value: Sendable>(
        _ survey: Survey, report: @escaping @Sendable (Event) -> Void, _ body: (Tools, Yard) async throws -> Value
    ) async throws -> Value {
        let keyring = try Keyring(survey)
        if keyring.signer == nil {
            report(.note("no key (\(Keyring.variable)): records are not signed, and count for a pull request at most"))
        }
        let containers = try ContainerYard(survey, report: report)
        defer { containers.close() }
        guard survey.reachesOut else {
            let yard = Yard(survey, keyring, nil)
            return try await body(live(survey, yard, containers, report: report), yard)
        }
        let access = RegistryAccess(survey, report: report)
        return try await access.withConnections { http in
            let yard = Yard(survey, keyring, http)
            return try await body(live(survey, yard, containers, report: report), yard)
        }
    }

    private static func live(
        _ survey: Survey, _ yard: Yard, _ containers: ContainerYard, report: @escaping @Sendable (Event) -> Void
    ) -> Tools {
        Tools(
            resolve: { await yard.images.bases.resolve($0) },
            testimony: { survey, parts in try await yard.ledgers.answer(survey, parts) },
            history: { try await History($0) },
            run: { try await $0.run() },
            contain: { try await containers.run($0) },
            dismiss: { await containers.dismiss($0) },
            clearReports: { try $0.clear() },
            readReports: { place, began, exit in try place.readWithDigests(since: began, exit: exit) },
            keepNames: { names, file in try yard.keep(names, beside: file) },
            names: { try yard.ledgers.folder?.names($0) },
            assemble: { try await yard.images.assemble($0, report) },
            name: { order, image in try yard.images.name(order, image) },
            push: { order, image in try await yard.images.push(order, image) },
            edited: { try survey.edited($0) },
            evidence: { await $0.answer { try await $0.ask() } },
            tryMigrations: { await $0.carryOut() },
            seal: { record, images in try await yard.seal(record, images) },
            now: { .now },
            report: report)
    }
}

/// What belongs to one repository: its ledgers, its images, the key it signs with.
struct Yard: Sendable {
    let survey: Survey
    let keyring: Keyring
    let ledgers: Ledgers
    let images: ImageYard

    init(_ survey: Survey, _ keyring: Keyring, _ http: Connections?) {
        (self.survey, self.keyring) = (survey, keyring)
        let configuration = survey.configuration
        let registry = configuration.registryName
        let access = RegistryAccess(survey) { _ in }
        let connections = { @Sendable () -> Connections in
            guard let http else { preconditionFailure("nothing reaches out without connections") }
            return http
        }
        let client = { @Sendable (host: String) in access.reader(connections(), host) }
        let own = registry.map { (client: access.client(connections(), $0.host), path: $0.path) }
        let limits = survey.request.limits
        let layout = Layout(at: survey.workspace.images)
        ledgers = Ledgers(
            folder: configuration.keepsRecordsInFolder ? FolderLedger(root: survey.workspace.ledger) : nil,
            registry: configuration.keepsRecordsInRegistry && !limits.isOffline
                ? own.map { RegistryLedger(client: $0.client, path: $0.path) } : nil,
            notes: configuration.notes(of: survey.request, survey.workspace, commonFolder: survey.commonFolder),
            audits: configuration.audits(at: survey.root), trust: keyring.trust, layout: layout, limits: limits)
        let bases = BaseSource(workTree: survey.workTree, isOffline: limits.isOffline, client: client)
        images = ImageYard(
            workTree: survey.root, images: survey.workspace.images, bases: bases, registry: own,
            builders: BuilderDesk(
                workspace: survey.workspace, environment: survey.request.environment, bases: bases,
                shelf: PrefixShelf(images: survey.workspace.images, registry: limits.isOffline ? nil : own)))
    }

    /// Signs a record and keeps it in every ledger.
    ///
    /// Returns what could not be done, as sentences.
    func seal(_ record: Stability, _ images: [BuiltImage]) async throws -> [String] {
        let sealed = try SealedRecord(record, signedWith: keyring.signer)
        return try await ledgers.keep(sealed) { registry in
            guard let service = survey.catalog[record.service.name] else { return }
            let layout = try Layout(making: self.images.images)
            let subjects = try await published(record, as: images, by: registry.client)
            try await registry.append(sealed, of: service, using: layout, images: subjects)
        }
    }

    /// What a record in the registry refers to: the images that were pushed now, or are there from an earlier run.
    func published(
        _ record: Stability, as images: [BuiltImage], by client: RegistryClient
    ) async throws -> [RegistryLedger.Subject] {
        var subjects: [RegistryLedger.Subject] = []
        for facts in record.images where facts.pushed {
            guard let repository = client.repository(of: facts) else { continue }
            if let made = images.first(where: { $0.descriptor.digest == facts.digest }) {
                subjects.append(.init(repository: repository, image: made.descriptor))
            } else if let found = try await client.manifest("\(facts.digest)", in: repository) {
                let size = Int64(found.bytes.count)
                let image = Descriptor(mediaType: found.mediaType, digest: found.digest, size: size)
                subjects.append(.init(repository: repository, image: image))
            }
        }
        return subjects
    }
}

extension Survey {
    /// Whether anything asked for is beyond this machine.
    var reachesOut: Bool {
        if configuration.registryName != nil { return true }
        return services.values.contains { service in
            service.bases.contains { if case .registry = $0.base { true } else { false } }
        }
    }

    /// Those of some files that were changed or removed since they were looked at.
    ///
    /// Only what was touched is compared.
    func edited(_ files: [TreeFile]) throws -> [Path] {
        guard let workTree else { return [] }
        let touched = try files.filter { file in
            let place = workTree.appending(FilePath(bytes: file.path.bytes).components)
            guard let status = try place.status() else { return true }
            return status.changed >= began.seconds * 1_000_000_000
        }
        return touched.isEmpty ? [] : try Repository(at: workTree.string).edited(touched, hash: contentHash)
    }
}
