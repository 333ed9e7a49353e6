import Disk
import Git
public import Pipeline
import Signing
public import SystemPackage

/// "May these digests go to that environment?", with where the evidence is.
public struct GateRequest: Sendable {
    public var candidates: [Candidate]
    public var environment: String
    public var intent = Decision.Intent.deploy
    public var policy: FilePath
    public var trust: FilePath
    /// What the trust file is held against.
    public var anchor = TrustFile.Anchor()
    public var places = Places()
    public var handed = Handed()
    public var variables: [String: String]

    /// One image of one service.
    public struct Candidate: Sendable {
        public var service: ServiceName
        public var image: ImageReference

        public init(_ service: ServiceName, _ image: ImageReference) {
            (self.service, self.image) = (service, image)
        }

        func digest() throws -> Digest {
            guard let digest = image.digest else { throw GateError.noDigest("\(image)") }
            return digest
        }
    }

    /// Where evidence is looked for.
    public struct Places: Sendable {
        /// Ledger folders; decisions are kept in the first.
        var folders: [FilePath] = []
        /// Whether the registry of the image is asked.
        var asksRegistry = false
        /// Whether somebody named the registry as a place; else images without a host are looked for in folders only.
        var namesRegistry = false
        /// Whether the registry is asked by plain HTTP beyond this machine, too: what it says is signed.
        public var isPlain = false
        /// Where commits are looked up.
        var clone: FilePath?

        public init() {}
    }

    /// Files that somebody hands over.
    public struct Handed: Sendable {
        public var records: [FilePath] = []
        public var waivers: [FilePath] = []
        /// What runs.
        public var deployed: FilePath?
        /// What databases say, by service; without a name of the service that is asked for.
        public var databases: [(service: ServiceName?, file: FilePath)] = []

        public init() {}
    }

    public init(
        of candidates: [Candidate], environment: String, policy: FilePath, trust: FilePath, variables: [String: String]
    ) {
        (self.candidates, self.environment) = (candidates, environment)
        (self.policy, self.trust, self.variables) = (policy, trust, variables)
    }

    /// Says where evidence is looked for: folders that are ledgers, and "registry" for that of the image.
    ///
    /// Without any place that is the ledger of the repository around `folder`, and the registry that the image names; with
    /// only files, nowhere else. Throws when a place holds no ledger: what is looked for in the wrong place would look as
    /// if nobody had recorded it.
    public mutating func look(in places: [String], orAround folder: FilePath) throws {
        let ledger = try Self.ledger(around: folder)
        self.places.clone = ledger == nil ? nil : folder
        if places.isEmpty {
            guard handed.records.isEmpty else { return }
            self.places.folders = [ledger].compactMap(\.self)
            (self.places.asksRegistry, self.places.namesRegistry) = (true, ledger == nil)
            return
        }
        self.places.asksRegistry = places.contains("registry")
        self.places.namesRegistry = self.places.asksRegistry
        self.places.folders = places.filter { $0 != "registry" }.map { FilePath($0) }
        for place in self.places.folders where try !RecordBook.isLedger(place) {
            throw RecordBookError.noLedger(place.string)
        }
    }

    private static func ledger(around folder: FilePath) throws -> FilePath? {
        guard let repository = try repository(around: folder) else { return nil }
        return RecordBook.folder(of: repository)
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

/// What keeps a gate from judging at all.
enum GateError: Failure, Equatable {
    case noDigest(String)
    case unreadable(String, String)
    case noLedger

    var fault: Fault {
        switch self {
        case .noDigest, .noLedger: .usage
        case .unreadable: .input
        }
    }

    var hint: String? {
        switch self {
        case .noDigest: "resolve it first: docker buildx imagetools inspect, or slipway image inspect"
        case .unreadable: nil
        case .noLedger: "name one: --records .slipway/ledger"
        }
    }

    var description: String {
        switch self {
        case .noDigest(let image): "a gate decides about digests, and \"\(image.printable)\" has none"
        case .unreadable(let file, let problem): "\(file.printable): \(problem.printable)"
        case .noLedger: "there is no ledger folder whose decisions could be judged again"
        }
    }
}
