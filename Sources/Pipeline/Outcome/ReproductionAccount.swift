extension Reproduction {
    /// What one run found out about one service: either side of a comparison.
    public struct Account: Equatable, Sendable {
        public var service: ServiceName
        /// Nil when only a plan tells of it.
        public var verdict: Verdict?
        /// What it was built as.
        public var version: SemanticVersion?
        /// The last step that was to be taken; nil when that is not known.
        public var through: Step.Kind?
        public var tests: TestReport?
        /// The images this very run made.
        public var images: [Stability.ImageFacts] = []
        public var inputs: KeyParts?

        public init(_ service: ServiceName, verdict: Verdict? = nil) {
            (self.service, self.verdict) = (service, verdict)
        }
    }
}

extension Reproduction.Account {
    public init(_ record: Stability) {
        self.init(record.service.name, verdict: record.verdict)
        version = record.version?.builtAs
        through = record.steps.planned.max()
        (tests, inputs) = (record.tests, record.inputs)
        // A red record may speak for an image that an earlier run made.
        let hasMadeImage = record.steps.results.contains { $0.kind == .image && $0.hasPassed }
        images = hasMadeImage ? record.images : []
    }

    /// Nil for what nothing was done for, or to be done.
    public init?(_ outcome: ServiceOutcome, planned entry: Plan.Entry? = nil) {
        guard ![.reused, .removed].contains(outcome.verdict.state) else { return nil }
        self.init(outcome.name, verdict: outcome.verdict)
        version = outcome.version
        // What stopped early does not tell how far it was to go.
        let isWhole = outcome.verdict.state.isPassing || outcome.verdict.wasNotAskedForTests
        through = entry?.steps.max() ?? (isWhole ? outcome.steps.map(\.kind).max() : nil)
        tests = outcome.tests
        images = outcome.steps.contains { $0.kind == .image && $0.hasPassed } ? outcome.images : []
    }

    /// What a plan promises, without an outcome.
    public init?(_ entry: Plan.Entry) {
        guard entry.selected else { return nil }
        self.init(entry.name)
        (version, through) = (entry.version?.snapshot, entry.steps.max())
    }

    /// How far some services went, but for what leaves this machine.
    public static func through(_ accounts: [Self]) -> Step.Kind {
        min(.image, accounts.compactMap(\.through).max() ?? .image)
    }

    /// Whether it was only built because others needed that.
    public func isHelper(below through: Step.Kind) -> Bool {
        verdict?.wasNotAskedForTests == true && through > .build
    }
}

extension Verdict {
    /// Whether all that was asked for was done, and that was not to go as far as the tests.
    var wasNotAskedForTests: Bool { state == .incomplete && reasons.allSatisfy { $0.code == .notAsked } }

    /// Whether an earlier run of the same key decided, too.
    public var blamesThePast: Bool { reasons.contains { $0.code == .failedBefore } }
}

extension VersionAnswer {
    /// The same, for a build that is called as it was called before.
    public func built(as version: SemanticVersion) -> VersionAnswer {
        var copy = self
        copy.snapshot = version
        return copy
    }

    /// What can be said of a version when no history is at hand: how it was called.
    public init(_ name: ServiceName, builtAs version: SemanticVersion) {
        self.init(
            name: name, current: nil, next: nil, bump: .none, outcome: .none, reason: nil, error: nil, tag: nil,
            promotes: nil, snapshot: version, evidence: [], lints: [], nearMisses: [], files: nil,
            conclusion: "built as \(version) before")
    }
}
