/// The gate's answer to "may this digest go to that environment?", with all that is needed to judge it again later.
public struct Decision: Equatable, Sendable, Codable {
    public let decision: Answer
    public let exit: Int32
    public let service: ServiceName
    public let image: Digest
    public let environment: String
    public let intent: Intent
    public let mode: Policy.Mode
    /// What ran there when it was made, as long as which it holds; nil when nobody knew of anything.
    public let deployedFrom: Deployment.State?
    public let candidate: Candidate?
    public let items: [Item]
    /// Items that would have blocked had they been enforced.
    public let wouldBlock: [Item.ID]
    /// The waivers without which the answer would be another.
    public let waived: [WaiverUse]
    /// Waivers that were handed over and changed nothing, and why.
    public let unusedWaivers: [UnusedWaiver]
    /// Whether the same question may have another answer soon without anybody building anything.
    public let retry: Bool
    /// From when on it is worth asking again, where that is known.
    public let retryAfter: Timestamp?
    public let policy: Digest
    public let trust: Digest
    /// The digests of the envelopes that were looked at.
    public let inputs: [Digest]
    /// What was looked at, and where it was; nil in decisions of versions that did not say.
    public let origins: [Origin]?
    public let verifier: Stability.Builder
    public let at: Timestamp
    public let validUntil: Timestamp

    public enum Answer: String, Codable, Sendable {
        case allowed, blocked, unverifiable
        case notYet = "not-yet"
    }

    public enum Intent: String, Codable, CaseIterable, Sendable {
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

    /// A waiver that covered something.
    public struct WaiverUse: Equatable, Sendable, Codable {
        public let id: String
        public let items: [Item.ID]
        public let approver: Waiver.Person
        public let reason: String
        public let expires: Timestamp
    }

    /// A waiver that covered nothing.
    public struct UnusedWaiver: Equatable, Sendable, Codable {
        public let id: String
        public let why: String

        public init(id: String, why: String) {
            (self.id, self.why) = (id, why)
        }
    }
}
