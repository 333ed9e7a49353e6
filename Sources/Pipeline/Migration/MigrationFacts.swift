/// The database migrations of a service at one commit, and what of them is new since its last release.
///
/// The gate unites these of every record between what is deployed and the candidate.
public struct MigrationFacts: Equatable, Sendable, Codable {
    /// What applies them.
    public var engine: Engine
    /// Where they were found.
    public var folders: [Path]
    /// The version of the last versioned migration, as its file name has it; nil when there is none.
    public var headVersion: String?
    /// The SHA-256 over the path and the digest of every migration, in the order in which they are applied.
    public var setDigest: Digest
    /// What it was compared with; nil when there was no release before: then all of them are new.
    public var base: ReleasedBase?
    /// New since the base, in the order in which they are applied; repeatable ones that changed are applied again.
    public var added: [Migration]
    /// Edited since the base, though they were released.
    public var changed: [Edit]
    /// Released, and gone.
    public var removed: [Path]
    /// What is wrong with the set as a whole: two of one version, one that comes too late, a name the engine overlooks.
    public var findings: [MigrationFinding]
    /// Migrations of other services that must have run before.
    public var runBefore: [Requirement]
    /// How they are applied in the cluster, when that is declared.
    public var job: Job?
    /// Why nobody can tell what applies them, although manifests are declared; nil where they tell.
    public var jobProblem: String?
    /// What a trial on a scratch database found; nil when none was made.
    public var trial: Trial?

    public enum Engine: String, Codable, Sendable {
        case flyway
    }

    /// A released migration whose content is another now.
    public struct Edit: Equatable, Sendable, Codable {
        public var path: Path
        public var from: Digest
        public var to: Digest
        /// Whether the engine would not see it: only white space differs.
        public var isInvisible: Bool

        public init(path: Path, from: Digest, to: Digest, isInvisible: Bool) {
            (self.path, self.from, self.to, self.isInvisible) = (path, from, to, isInvisible)
        }
    }

    /// Another service's migrations up to a version.
    public struct Requirement: Hashable, Sendable, Codable {
        public var service: ServiceName
        /// The migration that must have been applied; nil: whichever is the last that service has released.
        public var version: String?

        public init(service: ServiceName, version: String?) {
            (self.service, self.version) = (service, version)
        }
    }

    /// The job of the cluster that applies them.
    public struct Job: Equatable, Sendable, Codable {
        public var manifest: Path
        public var name: String
        /// Nil in older records.
        public var kind: Kind?
        /// The image it runs, as the manifest has it: with a tag, a digest or something to fill in.
        public var image: String?
        /// What it runs in the image, where the manifest says it.
        public var args: [String]?

        public enum Kind: String, Codable, Sendable {
            case job
            /// A job that Helm starts before or after it installs.
            case hook
            /// A container that runs in each new pod before the service does.
            case initContainer
        }

        public init(manifest: Path, name: String) {
            (self.manifest, self.name) = (manifest, name)
        }
    }
}

/// The release that a comparison started from.
public struct ReleasedBase: Equatable, Sendable, Codable {
    public var version: SemanticVersion
    public var commit: ObjectID

    public init(version: SemanticVersion, commit: ObjectID) {
        (self.version, self.commit) = (version, commit)
    }
}

/// One migration.
public struct Migration: Equatable, Sendable, Codable {
    public var path: Path
    /// As the file name has it; nil for one that is repeated.
    public var version: String?
    public var sha256: Digest
    /// The checksum that the engine compares with the one it stored: CRC-32 of the lines.
    public var engineChecksum: Int32?
    public var kind: Kind
    public var phase: Phase
    /// The tables it touches, as `schema.table` or `table`, sorted.
    public var tables: [String]
    /// What it creates (`table`, `table.column`, `type`, …): what it takes away again later hurts nobody.
    public var creates: [String]
    public var findings: [MigrationFinding]
    /// The version from which on nothing needs any more what this takes away, as its author declares.
    public var contractOf: SemanticVersion?
    /// Migrations of other services that must have run before this one; nil for none.
    public var needs: [MigrationFacts.Requirement]?

    public enum Kind: String, Codable, Sendable {
        case sql, code, repeatable, undo
    }

    /// What it does to those who use the schema.
    public enum Phase: String, Codable, Sendable {
        case expand, contract, data, mixed, unknown
    }

    public init(path: Path, version: String?, sha256: Digest, kind: Kind) {
        (self.path, self.version, self.sha256, self.kind) = (path, version, sha256, kind)
        (phase, tables, creates, findings) = (.unknown, [], [], [])
        (engineChecksum, contractOf, needs) = (nil, nil, nil)
    }
}

/// One statement of a migration, or one state of the set, that somebody must know of.
public struct MigrationFinding: Hashable, Sendable, Codable {
    /// A stable name, such as `drop-column`.
    public var rule: String
    public var tier: Tier
    /// A further tier it belongs to, such as a lock beside a break.
    public var also: Tier?
    public var path: Path?
    public var line: Int?
    /// What is hit, such as `invoices.total`.
    public var object: String?
    /// Twelve hexadecimal digits over rule, object and normalised statement: a waiver names it.
    public var fingerprint: String
    /// What happens, and the safe form, in a sentence.
    public var text: String
    /// What the author wrote beside it; never a waiver.
    public var acknowledgement: String?

    public enum Tier: String, Codable, Sendable, CaseIterable {
        /// Breaks the version that is running.
        case coexistence = "C"
        /// Breaks a rollback.
        case rollback = "R"
        /// Locks or an outage.
        case lock = "L"
        case data = "D"
        /// Order and hygiene.
        case order = "O"
        /// Nobody can tell.
        case unknown = "U"
    }

    public init(_ rule: String, _ tier: Tier, fingerprint: String, text: String) {
        (self.rule, self.tier, self.fingerprint, self.text) = (rule, tier, fingerprint, text)
    }
}
