/// What a verdict takes into account besides what the tests of one run said.
///
/// All of it is in the record, so that whoever reads it comes to the same verdict.
public struct TestContext: Equatable, Sendable, Codable {
    /// What each attempt at the tests came to, when there were several: `P` all passed, `F` some failed, `-` it showed
    /// nothing.
    public var attempts: String?
    /// Tests that were tried again, at most `TestReport.listLimit`.
    public var retried: [Retried]?
    /// Failing tests that were in quarantine.
    public var quarantined: [Quarantine.Hit]?
    /// The suites that had to run.
    public var planned: [PlannedSuite]?
    /// What became of the tests since the last passing record.
    public var since: TestComparison?
    /// The SHA-256 of the file with the names of all tests.
    public var names: Digest?

    /// A test, and what each attempt said of it: `F`, `P`, `S` for skipped, `-` where it was not among them.
    public struct Retried: Equatable, Sendable, Codable {
        public let id: String
        public let attempts: String

        public init(id: String, attempts: String) {
            (self.id, self.attempts) = (id, attempts)
        }
    }

    /// A suite that had to run, and how many of its tests did.
    public struct PlannedSuite: Equatable, Sendable, Codable {
        public let name: String
        public let executed: Int

        public init(name: String, executed: Int) {
            (self.name, self.executed) = (name, executed)
        }
    }

    public init() {}

    public var isEmpty: Bool { self == TestContext() }
}
