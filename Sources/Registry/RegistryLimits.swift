/// How long registries are waited for, and how much is asked of one at once.
///
/// A value, so that tests can use small ones.
public struct RegistryLimits: Sendable {
    public var timeouts = Timeouts()
    public var retries = Retries()
    /// Blobs of one image that are sent at once.
    public var uploads = 6
    /// Requests to one host that are on their way at once, of all services together.
    public var requests = 16

    public init() {}

    /// How long each part of a request may take.
    public struct Timeouts: Sendable {
        public var connect = Duration.seconds(5)
        /// What TLS may take beyond the connection itself.
        public var handshake = Duration.seconds(10)
        /// From the end of a request without a body to the first byte of its reply.
        public var firstByte = Duration.seconds(30)
        /// How long nothing may move, in either direction.
        public var idle = Duration.seconds(60)
        /// Bytes a second below which a transfer is given up, measured over `firstByte`.
        public var slowest = 1024
    }

    /// How often, and for how long, what failed is asked again.
    public struct Retries: Sendable {
        /// From the first failure of a request to its last attempt.
        public var budget = Duration.seconds(300)
        public var shortest = Duration.milliseconds(200)
        public var longest = Duration.seconds(30)
        /// How often a host is asked that was never reached.
        public var strangers = 4
        /// How long a registry may take to serve what it has accepted.
        public var settling = Duration.seconds(10)
        /// How long writers of one index of referrers may get in each other's way.
        public var contention = Duration.seconds(60)
    }
}

extension RegistryLimits.Retries {
    /// A random pause before an attempt, longer from one to the next: those who failed together do not return together.
    func pause(after failures: Int) -> Duration {
        let factor = 1 << min(max(failures, 0), 16)
        let ceiling = min(shortest * factor, longest)
        return ceiling * Double.random(in: 0.25...1)
    }
}

extension Duration {
    /// A length of time in words, whole seconds where it has any.
    var text: String {
        let (seconds, attoseconds) = components
        guard seconds == 0 else { return "\(seconds + (attoseconds >= 500_000_000_000_000_000 ? 1 : 0)) s" }
        return "\(attoseconds / 1_000_000_000_000_000) ms"
    }
}
