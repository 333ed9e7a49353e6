import Disk
import Git
import Pipeline
import Registry
import Signing
import SystemPackage

extension GateRequest {
    /// Where evidence is looked for.
    public struct Places: Sendable {
        /// Ledger folders; decisions are kept in the first.
        var folders: [FilePath] = []
        /// The notes of the clone around.
        var notes: NotesLedger?
        /// Files whose lines are chained.
        var audits: [AuditFile] = []
        /// Whether the registry of the image is asked.
        var asksRegistry = false
        /// Whether somebody named the registry as a place; else images without a host are looked for elsewhere only.
        var namesRegistry = false
        /// Whether the registry is asked by plain HTTP beyond this machine, too: what it says is signed.
        public var isPlain = false
        /// Where commits are looked up.
        var clone: FilePath?
        /// Images of other services of the clone, whose deployments a way back depends on.
        var siblings: [ImageReference] = []

        public init() {}
    }

    /// Says where evidence is looked for: folders that are ledgers, files whose lines are chained, "notes" for those of the
    /// clone, and "registry" for that of the image.
    ///
    /// Without any place those are the places of the repository around, as its configuration names them, and the registry
    /// that the image names; with only files, nowhere else. Throws when a place holds no ledger: what is looked for in the
    /// wrong place would look as if nobody had recorded it.
    public mutating func look(in names: [String], around request: Request) throws {
        let home = try Home(request)
        places.clone = home.map { _ in request.folder }
        for name in names { try look(in: name, home, request) }
        if names.isEmpty, handed.records.isEmpty { try lookAround(home, request) }
        guard home != nil, places.asksRegistry, intent == .rollback else { return }
        places.siblings = try LedgerGround(request).images
    }

    private mutating func lookAround(_ home: Home?, _ request: Request) throws {
        (places.asksRegistry, places.namesRegistry) = (true, home == nil)
        guard let home else { return }
        places.folders = [home.workspace.ledger]
        guard let configuration = try LedgerGround.configuration(of: request, at: home.root) else { return }
        places.notes = configuration.notes(of: request, home.workspace, commonFolder: home.commonFolder)
        places.audits = configuration.audits(at: home.root)
    }

    private mutating func look(in name: String, _ home: Home?, _ request: Request) throws {
        let place = FilePath(name)
        switch name {
        case "registry": (places.asksRegistry, places.namesRegistry) = (true, true)
        case "notes":
            guard let home else { throw GateError.noClone }
            let git = GitProgram(at: request.folder, environment: request.environment, scratch: home.workspace.root)
            places.notes = NotesLedger(git, commonFolder: home.commonFolder)
        default:
            let isLedger = try RecordBook.isLedger(place)
            if isLedger { places.folders.append(place) }
            if let audit = try AuditFile(ifThere: place) {
                places.audits.append(audit)
            } else if !isLedger {
                throw RecordBookError.noLedger(name)
            }
        }
    }

    /// The repository around a folder, as far as it holds evidence.
    private struct Home {
        let workspace: Workspace
        let root: FilePath
        let commonFolder: FilePath

        init?(_ request: Request) throws {
            guard let repository = try GateRequest.repository(around: request.folder) else { return nil }
            root = FilePath(repository.workTree ?? repository.commonFolder)
            commonFolder = FilePath(repository.commonFolder)
            workspace = Workspace(root: root.appending(Workspace.folderName))
        }
    }

    static func repository(around folder: FilePath) throws(GitError) -> Repository? {
        do {
            return try Repository(at: folder.string)
        } catch {
            guard case .notARepository = error else { throw error }
            return nil
        }
    }
}

extension AuditFile {
    /// A file of chained lines, or the one of that kind in a folder.
    fileprivate init?(ifThere place: FilePath) throws {
        switch try place.status(followingLinks: true)?.kind {
        case .file: self.init(at: place)
        case .folder:
            self.init(in: place)
            guard try file.status(followingLinks: true)?.kind == .file else { return nil }
        default: return nil
        }
    }
}

extension LedgerGround {
    /// The repositories of the images of all services; none where no registry is configured.
    fileprivate var images: [ImageReference] {
        guard let configuration else { return [] }
        return services.flatMap(\.images).compactMap {
            ImageReference(parsing: configuration.repositoryText(of: $0.name))
        }
    }
}

// MARK: - Reading

extension GateRequest {
    /// Opens connections where a registry is asked, once for all candidates.
    func connected<Value: Sendable>(_ body: (Connections?) async throws -> Value) async throws -> Value {
        guard places.asksRegistry else { return try await body(nil) }
        return try await RegistryClient.withConnections(environment: variables) { try await body($0) }
    }

    /// The ledger beside an image; nil where that registry is not asked.
    func ledger(beside image: ImageReference, _ connections: Connections?) -> RegistryLedger? {
        guard let connections, places.namesRegistry || image.host != "docker.io" else { return nil }
        let credentials = CredentialSource(environment: variables, host: image.host, helper: .programs(variables))
        let client = RegistryClient(
            connections, host: image.apiHost, isPlain: places.isPlain, credentials: credentials)
        return RegistryLedger(client: client, path: nil)
    }

    /// Reads the places that have no index: notes and files of chained lines.
    func readWholePlaces(into reading: inout GateReading) async throws {
        var query = LedgerQuery()
        query.kinds = Set(LedgerContent.Kind.allCases)
        if let notes = places.notes {
            try await reading.asking(NotesLedger.ref) { reading in
                guard try await notes.isThere else { throw GateError.noNotes }
                try reading.take(try await notes.find(query), at: NotesLedger.ref)
            }
        }
        for audit in places.audits {
            try await reading.asking("\(audit.file)") { try $0.take(try audit.find(query), at: "\(audit.file)") }
        }
    }

    /// Reads the waivers and deployments beside the candidates, and beside what may have been deployed after them.
    func readRegistry(_ connections: Connections?, into reading: inout GateReading) async throws {
        var seen: Set<String> = []
        for image in candidates.map(\.image) + places.siblings where seen.insert(image.name).inserted {
            guard let ledger = ledger(beside: image, connections) else { continue }
            try await reading.asking(image.name) { try await $0.take(ledger, of: image.repository) }
        }
    }
}
