/// The gate's answer to "may this digest go to that environment?", with all that is needed to judge it again later.
public struct Decision: Equatable, Sendable, Codable {
    public let decision: Answer
    public let exit: Int32
    public let service: ServiceName
    public let image: Digest
    public let environment: String
    public let intent: Intent
    public let mode: Policy.Mode
    public let candidate: Candidate?
    public let items: [Item]
    /// Items that would have blocked had the environment not been advisory.
    public let wouldBlock: [Item.ID]
    public let policy: Digest
    public let trust: Digest
    /// The digests of the envelopes that were looked at.
    public let inputs: [Digest]
    public let verifier: Stability.Builder
    public let at: Timestamp
    public let validUntil: Timestamp

    public enum Answer: String, Codable, Sendable {
        case allowed, blocked, unverifiable
        case notYet = "not-yet"
    }

    public enum Intent: String, Codable, Sendable {
        case deploy, redeploy, rollback
    }

    /// The record that was judged.
    public struct Candidate: Equatable, Sendable, Codable {
        public let recordId: String
        public let sequence: Int64
        public let version: SemanticVersion?
        public let commit: ObjectID
        public let verdict: Verdict.State
    }

    /// One thing that was asked, and what the evidence says.
    public struct Item: Equatable, Sendable, Codable {
        public let id: ID
        public let state: State
        public let detail: String
        /// The smallest thing that would make it pass.
        public let toGreen: String?

        public enum ID: String, Codable, Sendable {
            case identity, prevented, source, tests, freshness, migrationsOrder, coexistence, semver, auditIndex
            case monotonic, soak, history
        }

        /// From best to worst.
        public enum State: String, Codable, Sendable {
            case pass
            /// Evidence is not there yet, or too old.
            case pending
            case fail
            /// A signature, digest, identity or form is wrong.
            case unverifiable
        }

        public init(_ id: ID, _ state: State, _ detail: String, toGreen: String? = nil) {
            (self.id, self.state, self.detail, self.toGreen) = (id, state, detail, toGreen)
        }
    }
}
