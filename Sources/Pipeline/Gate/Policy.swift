/// What one environment demands of a record.
public struct Policy: Equatable, Sendable {
    public var mode: Mode
    public var origin: Origin
    public var tests: Tests
    /// What is demanded of points 2 to 5, where the policy says so.
    public var checks: Checks
    public var progress: Progress
    public var ages: Ages
    /// Who may waive what; without a word of it nobody may.
    public var waiver: WaiverRules
    /// When missing evidence becomes a no, counted from when it was first asked for; nil: never.
    public var deadline: Seconds?

    public enum Mode: String, Codable, Sendable {
        case advisory, enforced
    }

    /// How much an item counts.
    public enum Demand: String, Codable, Sendable {
        /// It is not looked at.
        case off
        /// It is told, and blocks nothing.
        case warn
        case enforce
    }

    /// Where a record must come from, and who must have signed it.
    public struct Origin: Equatable, Sendable {
        public var allowUnsigned: Bool
        /// Globs over branch names.
        public var branches: [String]
        /// Whether records of uncommitted work are refused.
        public var clean: Bool
        /// How many distinct keys must have signed.
        public var threshold: Int
        /// How many distinct keys must have signed a decision before somebody acts on it.
        public var decisions: Int
    }

    public struct Tests: Equatable, Sendable {
        public var minimum: Verdict.State
        /// The weakest evidence that will do; nil: any, and none for a service declared test-less.
        public var evidence: TestReport.Kind?
        /// How many builds of the branch in a row must have been as good.
        public var consecutive: Int
        /// How many failing tests may be in quarantine; nil: any number.
        public var quarantineMax: Int?
        /// By how many skipped tests may have grown; nil: as the record's own verdict says.
        public var skipGrowthMax: Int?
    }

    /// Points 2 to 5; nil: warned of where the environment is advisory, enforced elsewhere.
    public struct Checks: Equatable, Sendable {
        public var migrationsOrder: Demand?
        public var coexistence: Demand?
        public var semver: Demand?
        public var auditIndex: Demand?
    }

    /// What must have happened before, and in which direction it may go.
    public struct Progress: Equatable, Sendable {
        public var requiresDeployedIn: [Soak]
        /// Whether only a higher version may replace what runs.
        public var isStrict: Bool
        /// Whether only a later record may replace what runs.
        public var hasSequence: Bool
        public var scheme: VersionScheme
        /// Whether pre-releases may go there; nil: no pre-releases, but builds that are no release at all.
        public var prerelease: Bool?
    }

    /// How old evidence may be; nil: any age.
    public struct Ages: Equatable, Sendable {
        public var record: Seconds?
        public var auditIndexState: Seconds?
        public var migrationState: Seconds?
        /// How long a decision holds.
        public var decision: Seconds
    }

    /// What is demanded of an item.
    public func demand(of item: Decision.Item.ID) -> Demand {
        let usual: Demand = mode == .advisory ? .warn : .enforce
        return switch item {
        case .prevented: .enforce
        case .migrationsOrder: checks.migrationsOrder ?? usual
        case .coexistence: checks.coexistence ?? usual
        case .semver: checks.semver ?? usual
        case .auditIndex: checks.auditIndex ?? usual
        case .identity, .source, .tests, .freshness, .monotonic, .soak, .history: usual
        }
    }
}

/// Where something must have run before, and how long.
public struct Soak: Equatable, Sendable, Decodable {
    public var environment: String
    public var minSoakMinutes: Int64

    private enum CodingKeys: String, CodingKey {
        case environment, minSoakMinutes
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        environment = try container.decode(String.self, forKey: .environment)
        minSoakMinutes = try container.decodeIfPresent(Int64.self, forKey: .minSoakMinutes) ?? 0
    }
}

/// A policy file: environments by name.
public struct PolicyFile: Equatable, Sendable, Decodable {
    public let environments: [String: Policy]
}
