import Disk
import Git
import OCI
import Pipeline
import Registry
import Signing
import SystemPackage

/// All places where signed statements of a repository lie, as its configuration names them, for people who look and write.
///
/// A folder that is a ledger itself is the only place then.
struct LedgerDesk: Sendable {
    let folder: FolderLedger
    let notes: NotesLedger?
    let audits: [AuditFile]
    let registry: RegistryLedger?
    /// Those whose repositories the registry is asked for.
    let services: [Service]
    let keyring: Keyring
    /// Where artifacts lie before they are uploaded.
    let images: FilePath
    /// The folder of Slipway that is to be made before anything is written; nil where there is none around the ledger.
    private let home: (workspace: Workspace, commonFolder: FilePath)?

    /// Opens them; connections only where a registry is one of them and may be asked.
    static func with<Value: Sendable>(
        _ request: Request, _ body: (LedgerDesk) async throws -> Value
    ) async throws -> Value {
        if try FolderLedger(root: request.folder).isThere {
            return try await body(LedgerDesk(FolderLedger(root: request.folder), request))
        }
        let ground = try LedgerGround(request)
        guard let configuration = ground.configuration, let name = configuration.registryName,
            configuration.keepsRecordsInRegistry, !request.limits.isOffline
        else { return try await body(LedgerDesk(ground, request, registry: nil)) }
        let access = RegistryAccess(
            configuration, at: ground.root, environment: request.environment, ownHost: name.host, report: { _ in })
        return try await access.withConnections { connections in
            let registry = RegistryLedger(client: access.client(connections, name.host), path: name.path)
            return try await body(LedgerDesk(ground, request, registry: registry))
        }
    }

    private init(_ folder: FolderLedger, _ request: Request) throws {
        self.folder = folder
        (notes, audits, registry, services) = (nil, [], nil, [])
        keyring = try Keyring(request, nil, at: folder.root)
        images = folder.root
        home = nil
    }

    private init(_ ground: LedgerGround, _ request: Request, registry: RegistryLedger?) throws {
        folder = FolderLedger(root: ground.workspace.ledger)
        notes = ground.configuration?.notes(of: request, ground.workspace, commonFolder: ground.commonFolder)
        audits = ground.configuration?.audits(at: ground.root) ?? []
        (self.registry, services) = (registry, ground.services)
        keyring = try Keyring(request, ground.configuration, at: ground.root)
        images = ground.workspace.images
        home = (ground.workspace, ground.commonFolder)
    }

    // MARK: - Looking

    /// What all places have, each statement once; and which places could not be asked.
    func find(_ query: LedgerQuery, of image: ImageReference? = nil) async throws -> LedgerListing {
        var listing = LedgerListing()
        var found = LedgerFound()
        try await listing.asking(FolderLedger.place) { found = found + (try folder.find(query)) }
        if let notes { try await listing.asking(NotesLedger.place) { found = found + (try await notes.find(query)) } }
        for audit in audits { try await listing.asking(AuditFile.place) { found = found + (try audit.find(query)) } }
        if let registry {
            if let image, image.host != registry.client.host, image.host != "docker.io" {
                listing.miss(RegistryLedger.place, "\(image.host) is not the configured registry")
            }
            try await listing.asking(RegistryLedger.place) {
                let places = repositories(for: query, image, registry)
                let parts = try await places.concurrentMap(limit: 4) { try await registry.find(query, in: $0) }
                found = parts.reduce(found, +)
            }
        }
        listing.take(found.united, query, trusting: keyring.trust)
        return listing
    }

    private func repositories(
        for query: LedgerQuery, _ image: ImageReference?, _ registry: RegistryLedger
    ) -> [RepositoryName] {
        if let image, image.host == registry.client.host { return [image.repository] }
        let wanted = services.filter { query.service == nil || $0.name == query.service }
        return Set(wanted.compactMap { registry.repository(of: $0) }).sorted { $0.text < $1.text }
    }

    // MARK: - Writing

    /// Writes what a person signed to every place that can hold it.
    ///
    /// Returns what could not be done, as sentences. Throws when no place has it.
    func keep(_ item: LedgerItem, of image: ImageReference) async throws -> [String] {
        if let home { try home.workspace.prepare(commonFolder: home.commonFolder) }
        var keeping = LedgerKeeping("\(item.content.kind.rawValue) \(item.id)")
        try await keeping.place(FolderLedger.place) { try folder.put(item) }
        for audit in audits { try await keeping.place(AuditFile.place) { try audit.append(item.envelope) } }
        if let registry, let digest = image.digest {
            try await keeping.place(RegistryLedger.place) {
                guard image.host == registry.client.host else {
                    throw LedgerError.otherRegistry("\(image)", registry.client.host)
                }
                let layout = try Layout(making: images)
                try await registry.append(item, about: digest, in: image.repository, using: layout)
            }
        }
        return try keeping.sentences()
    }
}

/// Where the places of a repository's ledger are.
struct LedgerGround {
    let configuration: Configuration?
    let services: [Service]
    let root: FilePath
    let workspace: Workspace
    let commonFolder: FilePath

    /// Reads the configuration as it lies in the work tree: what is kept where must not depend on what is committed.
    init(_ request: Request) throws {
        let repository = try Self.repository(at: request.folder)
        let root = FilePath(repository.workTree ?? repository.commonFolder)
        (self.root, commonFolder) = (root, FilePath(repository.commonFolder))
        workspace = Workspace(root: root.appending(Workspace.folderName))
        guard let configuration = try Self.configuration(of: request, at: root) else {
            (self.configuration, self.services) = (nil, [])
            return
        }
        let catalog = try Catalog(
            configuration.file, document: configuration.document, fileName: configuration.fileName
        ) { folder in
            let place = root.appending(FilePath(bytes: folder.bytes).components)
            guard try place.status(followingLinks: true)?.kind == .folder else { return nil }
            return try place.names().map { ($0.bytes, try place.appending($0).status()?.kind == .folder) }
        }
        (self.configuration, self.services) = (configuration, catalog.services)
    }

    /// The configuration as it lies at the root of a work tree; nil when there is none.
    static func configuration(of request: Request, at root: FilePath) throws -> Configuration? {
        let file = request.configuration ?? root.appending(ConfigurationFile.standardName)
        let isNamed = request.configuration != nil
        let bytes = try isNamed ? configurationBytes(of: file) : file.contentsIfPresent(limit: 1 << 20)
        return try bytes.map { try Configuration(parsing: $0, fileName: file.string) }
    }

    private static func repository(at folder: FilePath) throws -> Repository {
        do {
            return try Repository(at: folder.string)
        } catch {
            guard case .notARepository = error else { throw error }
            throw LedgerError.noPlace(folder.string)
        }
    }
}

extension Configuration {
    /// The notes of the clone, where records are to be kept in them.
    func notes(of request: Request, _ workspace: Workspace, commonFolder: FilePath) -> NotesLedger? {
        guard keepsRecordsInNotes else { return nil }
        let git = GitProgram(at: request.folder, environment: request.environment, scratch: workspace.root)
        return NotesLedger(git, commonFolder: commonFolder)
    }

    /// The files that are only ever added to.
    func audits(at root: FilePath) -> [AuditFile] {
        auditFolders.map { name in
            let place = FilePath(name)
            return AuditFile(in: place.isAbsolute ? place : root.appending(place.components))
        }
    }
}
