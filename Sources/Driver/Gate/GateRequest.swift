public import Pipeline
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
    /// The private key that decisions are signed with; a variable may hold one as text.
    public var key: FilePath?
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
}

/// What keeps a gate from judging at all.
enum GateError: Failure, Equatable {
    case noDigest(String)
    case unreadable(String, String)
    case unverifiable(String, String)
    case noLedger
    case noClone
    case noNotes

    var fault: Fault {
        switch self {
        case .noDigest, .noLedger, .noClone: .usage
        case .unreadable: .input
        case .unverifiable: .unverifiable
        case .noNotes: .environment
        }
    }

    var hint: String? {
        switch self {
        case .noDigest: "resolve it first: docker buildx imagetools inspect, or slipway image inspect"
        case .unreadable, .unverifiable: nil
        case .noClone: "name the clone: --repo"
        case .noNotes: "git fetch origin refs/notes/stability:refs/notes/stability, or slipway record push"
        case .noLedger: "name one: --records .slipway/ledger"
        }
    }

    var description: String {
        switch self {
        case .noDigest(let image): "a gate decides about digests, and \"\(image.printable)\" has none"
        case .unreadable(let file, let problem), .unverifiable(let file, let problem):
            "\(file.printable): \(problem.printable)"
        case .noLedger: "there is no ledger folder whose decisions could be judged again"
        case .noClone: "there is no repository here whose notes could be read"
        case .noNotes: "\(NotesLedger.ref) is not in this clone, and nobody knows what it says"
        }
    }
}
