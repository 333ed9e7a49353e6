/// What a gate is asked.
public struct GateQuestion: Sendable {
    public var service: ServiceName
    public var image: Digest
    public var environment: String
    public var intent = Decision.Intent.deploy
    public var policy: Policy
    public var trust: Trust
    public var policyDigest: Digest
    public var trustDigest: Digest
    public var now: Timestamp
    /// SHA-256, by which records name what was sealed with them.
    public var hash: HashFunction

    public init(
        service: ServiceName, image: Digest, environment: String, policy: (Policy, Digest), trust: (Trust, Digest),
        now: Timestamp, hash: @escaping HashFunction
    ) {
        (self.service, self.image, self.environment, self.now) = (service, image, environment, now)
        self.hash = hash
        (self.policy, policyDigest) = policy
        (self.trust, trustDigest) = trust
    }
}
