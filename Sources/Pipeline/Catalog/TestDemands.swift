/// What a service demands of its tests beyond that they pass.
public struct TestDemands: Equatable, Sendable, Codable {
    /// Suites of which something must run; `*` takes any letters.
    public var suites: [String] = []
    /// Tests whose failure does not count for a while.
    public var quarantine: [Quarantine] = []
    /// How often failing tests are tried again.
    public var retries = 0
    public var ratchet = Ratchet()

    public init() {}
}
