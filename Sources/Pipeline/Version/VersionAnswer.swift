/// The version of one service: what it has, what its history makes of it, and why.
public struct VersionAnswer: Equatable, Sendable, Codable {
    public let name: ServiceName
    /// The highest stable version whose tag leads to HEAD; nil before the first release.
    public let current: SemanticVersion?
    /// What a release of HEAD would be called; nil when there is nothing to release.
    public let next: SemanticVersion?
    public let bump: Bump
    public let outcome: Outcome
    public let reason: Reason?
    /// Why there is no answer, when the outcome is an error.
    public let error: VersionProblem?
    /// The tag of `current`, or of the pre-release that HEAD already is.
    public let tag: String?
    /// The tag of the candidate at HEAD that a release would promote without building anything.
    public let promotes: String?
    /// What a build of HEAD is called: a snapshot that sorts below the next version, also where HEAD carries a tag.
    public internal(set) var snapshot: SemanticVersion
    /// What is new since `tag` and touches the service, newest first; then what else speaks for a level.
    public let evidence: [VersionEvidence]
    /// What is odd about it, though it could be read.
    public let lints: [Lint]
    /// Commits that would move the version further if their messages were written otherwise.
    public internal(set) var nearMisses: [NearMiss]
    /// The files that should state the version; nil when none are declared.
    public internal(set) var files: [VersionFileState]?
    /// Why it is so, in one sentence.
    public let conclusion: String

    public enum Bump: String, Codable, Sendable {
        case major, minor, patch, none, initial
        /// The number was asked for by name.
        case override
    }

    public enum Outcome: String, Codable, Sendable {
        case release, none, error
    }

    public enum Reason: String, Codable, Sendable {
        case alreadyReleased = "already-released"
        case noReleasableCommits = "no-releasable-commits"
        /// Nothing that is worth another candidate came after the last one.
        case noReleasableSincePrerelease = "no-releasable-since-prerelease"
    }

    /// One oddity, and the commit or the tag it is about.
    public struct Lint: Equatable, Sendable, Codable {
        public let code: VersionLint
        public let commit: ObjectID?
        public let tag: String?

        public init(_ code: VersionLint, commit: ObjectID? = nil, tag: String? = nil) {
            (self.code, self.commit, self.tag) = (code, commit, tag)
        }
    }
}

/// One piece of what speaks for a version.
public struct VersionEvidence: Equatable, Sendable, Codable {
    public var kind: Kind
    /// Nil for what no commit says.
    public var commit: ObjectID?
    public var level: Level
    public var rule: Rule
    public var text: String
    /// What the version would be if this were all that speaks for one; nil when it speaks for none.
    public internal(set) var next: SemanticVersion?
    /// The lines of a changelog it makes.
    public var changes: [Judgement.Entry]

    public enum Kind: String, Codable, Sendable {
        case commit, library, floor, interface, migration
    }

    public enum Rule: String, Codable, Sendable {
        case breaking, type, mapping, squash, revert, unconventional, autosquash, skip, empty
        /// Changes only paths that are not part of what is delivered.
        case noShippedChange = "no-shipped-change"
        /// It was taken back before it was released, or takes back what was not.
        case reverted
        /// Its author is one of those whose commits do not count.
        case ignoredAuthor = "ignored-author"
        /// Its scope names another service that it changes as well.
        case crossScope = "cross-scope"
        /// The service needs what it changes.
        case propagate
        /// A merge with changes of its own, which nobody described.
        case merge
        /// Delivered paths changed, and no commit asks for a version.
        case floor
        /// What the service offers to others has changed.
        case interface
        /// It breaks the co-existence of two versions on one database.
        case coexistence
    }

    public init(
        _ kind: Kind, commit: ObjectID? = nil, level: Level, rule: Rule, text: String, changes: [Judgement.Entry] = []
    ) {
        (self.kind, self.commit, self.level) = (kind, commit, level)
        (self.rule, self.text, self.changes) = (rule, text, changes)
    }
}

/// Why a version cannot be told, or must not be made.
public struct VersionProblem: Error, Equatable, Sendable, Codable {
    public let code: Code
    /// A sentence for people, with what to do.
    public let text: String

    public enum Code: String, Codable, CaseIterable, Sendable {
        case releaseAsNotGreater = "release-as.not-greater"
        case releaseAsTaken = "release-as.taken"
        case releaseAsInvalid = "release-as.invalid"
        case releaseAsBelowEvidence = "release-as.below-evidence"
        case maintenanceOutOfRange = "maintenance.out-of-range"
        case maintenanceDiverged = "maintenance.diverged"
        case channelNotAscending = "channel.not-ascending"
        case promoteNotCandidate = "promote.not-candidate"
        case repositoryShallow = "repo.shallow"
    }

    public init(_ code: Code, _ text: String) {
        (self.code, self.text) = (code, text)
    }
}
