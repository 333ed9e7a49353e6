/// What is asked about the version of a service.
public struct VersionQuestion: Sendable {
    public let name: ServiceName
    public var initial: SemanticVersion
    public var policy: VersionPolicy
    /// The maintenance line that is built, if it is one.
    public var line: ReleaseLine?
    /// The pre-release channel, if releases are candidates here.
    public var channel: String?
    public var wish = Wish()

    /// What a person asks for on the command line, or lets pass.
    public struct Wish: Equatable, Sendable {
        /// The version or level it shall be.
        public var target: ReleaseAs.Target?
        /// Whether less than what the evidence demands will do.
        public var acceptsLess = false
        /// Whether a line may go on without its newest release.
        public var allowsDiverged = false
        /// The channel it shall be on, whatever the branch says; `.some(nil)` is a stable release.
        public var channel: String??

        public init() {}
    }

    public init(
        name: ServiceName, initial: SemanticVersion = .first, policy: VersionPolicy = VersionPolicy(),
        line: ReleaseLine? = nil, channel: String? = nil
    ) {
        (self.name, self.initial, self.policy) = (name, initial, policy)
        (self.line, self.channel) = (line, channel)
    }
}
