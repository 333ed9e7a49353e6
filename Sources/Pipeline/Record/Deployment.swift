/// The predicate `urn:slipway:deployment:v1`: who put which image where, in place of which, and how its migrations ran.
///
/// Its subject is the image that runs now. The newest of an environment and a service is the deployed state.
public struct Deployment: Predicate {
    /// The minor version of the format; the major is in the predicate type.
    public var schema: String
    public var crit: [String]?
    public var id: String
    public var at: Timestamp
    public var service: ServiceName
    public var environment: String
    /// What runs now.
    public var to: State
    /// What ran before; nil for the first.
    public var from: State?
    /// Who did it: a person, a job.
    public var by: String
    public var intent: Decision.Intent
    /// The decision that allowed it; nil where none was asked.
    public var decision: Digest?
    public var migrations: Migrations?

    /// One image of the service.
    public struct State: Equatable, Sendable, Codable {
        public var image: Digest
        public var version: SemanticVersion?
        /// The sequence of the record that spoke for it.
        public var sequence: Int64?

        public init(image: Digest, version: SemanticVersion?, sequence: Int64?) {
            (self.image, self.version, self.sequence) = (image, version, sequence)
        }
    }

    /// How the migrations of the image ran.
    public struct Migrations: Equatable, Sendable, Codable {
        public var result: Result
        /// The version the database is at; nil when that is not known.
        public var headVersion: String?
        public var job: String?

        public enum Result: String, Codable, Sendable {
            case success, failed, none
        }

        public init(result: Result, headVersion: String?, job: String?) {
            (self.result, self.headVersion, self.job) = (result, headVersion, job)
        }
    }

    public static let currentSchema = "1.0"
    public static let predicateType = "urn:slipway:deployment:v1"
    public static let knownMembers: Set<String> = [
        "schema", "crit", "id", "at", "service", "environment", "to", "from", "by", "intent", "decision", "migrations",
    ]
}
