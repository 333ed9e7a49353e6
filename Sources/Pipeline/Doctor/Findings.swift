/// All that a diagnosis is made from.
public struct Findings: Equatable, Sendable {
    public var clone: CloneFacts
    public var planning: PlanningFacts
    public var machine: MachineFacts

    public init(clone: CloneFacts, planning: PlanningFacts, machine: MachineFacts) {
        (self.clone, self.planning, self.machine) = (clone, planning, machine)
    }
}

/// What became of a plan that was made to see whether one can be made.
public struct PlanningFacts: Equatable, Sendable {
    /// Why there is none.
    public var trouble: Trouble?
    public var services: [ServiceName] = []
    /// Those whose version this clone is too shallow to tell.
    public var versionless: [ServiceName] = []
    /// Those of which committed files are not in the work tree.
    public var incomplete: [ServiceName] = []
    /// Uncommitted work.
    public var dirt: [Path] = []

    public init() {}

    /// A refusal, and what it is about.
    public struct Trouble: Equatable, Sendable {
        public var subject: Subject
        public var fault: Fault
        public var message: String
        public var hint: String?

        public init(_ subject: Subject, _ fault: Fault, _ message: String, hint: String? = nil) {
            (self.subject, self.fault, self.message, self.hint) = (subject, fault, message, hint)
        }

        public enum Subject: Sendable {
            case repository, objects, index, configuration, key, other
        }
    }
}

/// What the machine has to offer.
public struct MachineFacts: Equatable, Sendable {
    /// Which server runs this, if any.
    public var host = Host.laptop
    public var now: Timestamp
    public var gitLibrary: String
    /// What can still be written where the work tree is.
    public var freeBytes: Int64?
    public var programs: [Program] = []
    /// The folder in which records are kept, and whether they can be.
    public var workspace: String?
    public var isWritable = true
    public var signing = Signing.unset

    public init(now: Timestamp, gitLibrary: String) {
        (self.now, self.gitLibrary) = (now, gitLibrary)
    }

    public enum Host: Sendable {
        case laptop, jenkins, otherServer
    }

    public enum Signing: Equatable, Sendable {
        case unset
        /// A key with this id.
        case key(String)
    }

    /// A program that steps call.
    public struct Program: Equatable, Sendable {
        public var name: String
        /// Where it was found; nil when nowhere.
        public var path: String?
        /// Who calls it.
        public var services: [ServiceName]
        /// What became of speaking to it; nil for what is only called.
        public var engine: Engine?

        public init(_ name: String, path: String?, services: [ServiceName]) {
            (self.name, self.path, self.services) = (name, path, services)
        }
    }

    /// A container engine.
    public enum Engine: Equatable, Sendable {
        case answers(version: String)
        case silent(String, hint: String?)
    }

    public var isServer: Bool { host != .laptop }
}
