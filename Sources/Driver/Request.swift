// The line itself: `Repository → Catalog → Plan → [Outcome] → [Image] → [Record] → Decision`.

public import Pipeline
public import SystemPackage

/// What a command asks of the line.
public struct Request: Sendable {
    /// A folder in the repository.
    public var folder: FilePath
    /// The configuration file; nil is `slipway.yaml` in the tree that is built.
    public var configuration: FilePath?
    public var selection = Selection()
    public var limits = Limits()
    /// The variables of this process.
    public var environment: [String: String]
    /// A plan that was made before and must be carried out as it is.
    public var planFile: FilePath?
    /// The private key that records are signed with; `SLIPWAY_KEY` holds one as text.
    public var key: FilePath?

    public init(folder: FilePath, environment: [String: String]) {
        (self.folder, self.environment) = (folder, environment)
    }

    /// Which services, and how far.
    public struct Selection: Sendable {
        /// Names as they were typed; empty: all.
        public var services: [String] = []
        public var base: String?
        public var isForced = false
        public var through = Step.Kind.push
        /// What a record must be worth, where that is more than here.
        public var atLeast = Scope.local
        /// Whether uncommitted work is left aside.
        public var isCommittedOnly = false

        public init() {}
    }

    /// What may be used.
    public struct Limits: Sendable {
        public var isOffline = false
        public var requiresLedger = false
        public var jobs = 1
        /// The bytes of memory of this machine; nil when nobody knows.
        public var memory: Int64?
        /// Whether the first failure ends the run.
        public var failsFast = false
        /// Whether to wait for another run in the same checkout.
        public var mayWait = true

        public init() {}
    }
}

/// A fact about a run as it happens; whoever shows it decides how.
public enum Event: Sendable {
    case planned(Plan)
    case waiting(for: String)
    case stepStarted(Step, command: [String]?)
    case stepFinished(Step, StepResult, log: String?)
    case settled(ServiceOutcome)
    case note(String)
}
