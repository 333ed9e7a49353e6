/// The version of one service: what it has, what its commits make of it, and why.
public struct VersionAnswer: Equatable, Sendable, Codable {
    public let name: ServiceName
    /// The highest stable version whose tag leads to HEAD; nil before the first release.
    public let current: SemanticVersion?
    /// What a release of HEAD would be called; nil when there is nothing to release.
    public let next: SemanticVersion?
    public let bump: Bump
    public let outcome: Outcome
    public let reason: Reason?
    /// The tag of `current`.
    public let tag: String?
    /// What a build of HEAD is called: a snapshot that sorts below the next version, also where HEAD carries a tag.
    public let snapshot: SemanticVersion
    /// The commits since `tag` that touch the service, newest first.
    public let evidence: [Evidence]

    public enum Bump: String, Codable, Sendable {
        case major, minor, patch, none, initial
    }

    public enum Outcome: String, Codable, Sendable {
        case release, none
    }

    public enum Reason: String, Codable, Sendable {
        case alreadyReleased = "already-released"
        case noReleasableCommits = "no-releasable-commits"
    }

    /// One commit and what it asks for.
    public struct Evidence: Equatable, Sendable, Codable {
        public let kind: Kind
        public let commit: ObjectID
        public let level: Level
        public let rule: Rule
        public let text: String

        public enum Kind: String, Codable, Sendable {
            case commit
        }

        public enum Rule: String, Codable, Sendable {
            case breaking, type
            /// Follows no convention.
            case unconventional
            /// Changes only paths that are not part of what is delivered.
            case noShippedChange = "no-shipped-change"
            /// `fixup!`, `squash!` and `amend!` belong to another commit.
            case autosquash
        }
    }
}

extension VersionAnswer {
    /// What is asked of a service's history.
    public struct Question: Sendable {
        public let name: ServiceName
        public let initial: SemanticVersion
        /// The base release, if there is one.
        public let base: (version: SemanticVersion, tag: String)?
        /// Whether HEAD itself carries the tag of the base.
        public let isReleased: Bool

        public init(
            name: ServiceName, initial: SemanticVersion, base: (version: SemanticVersion, tag: String)?,
            isReleased: Bool
        ) {
            (self.name, self.initial, self.base, self.isReleased) = (name, initial, base, isReleased)
        }
    }

    /// A commit since the base, and whether it changes what the service delivers.
    public typealias Touch = (commit: Commit, ships: Bool)

    /// What commits since the base come to, when nobody asks which.
    public struct Tally: Equatable, Sendable {
        public var count = 0
        public var level = Level.none

        public init() {}
    }

    public init(_ question: Question, touches: [Touch], snapshot: Snapshot) {
        let evidence = touches.map { Evidence($0.commit, ships: $0.ships) }
        var tally = Tally()
        (tally.count, tally.level) = (touches.count, evidence.map(\.level).max() ?? .none)
        self.init(question, tally: tally, evidence: evidence, snapshot: snapshot)
    }

    /// The rule: the bump is the highest level any commit asks for; below 1.0.0 breaking changes move the minor.
    public init(_ question: Question, tally: Tally, evidence: [Evidence] = [], snapshot: Snapshot) {
        name = question.name
        current = question.base?.version
        tag = question.base?.tag
        self.evidence = evidence
        let level = tally.level
        let target: SemanticVersion
        switch question.base {
        case .some(let base) where question.isReleased:
            (outcome, reason, bump, next) = (.none, .alreadyReleased, .none, nil)
            // A version is released by promoting an image that was tested before, never by building one of its name.
            self.snapshot = snapshot.version(before: base.version.bumped(.patch), commits: 0)
            return
        case .some(let base):
            let effective = base.version.isInitialDevelopment && level == .major ? Level.minor : level
            target = base.version.bumped(max(effective, .patch))
            bump = Bump(rawValue: effective.rawValue) ?? .none
        case nil:
            target = question.initial
            bump = level == .none ? .none : .initial
        }
        (outcome, reason) = level == .none ? (.none, .noReleasableCommits) : (.release, nil)
        next = level == .none ? nil : target
        self.snapshot = snapshot.version(before: target, commits: tally.count)
    }
}

extension VersionAnswer.Evidence {
    fileprivate init(_ commit: Commit, ships: Bool) {
        kind = .commit
        self.commit = commit.id
        text = commit.subject
        let judged = Self.judged(commit.message)
        (level, rule) = ships || judged.1 == .autosquash ? judged : (.none, .noShippedChange)
    }

    private static func belongsToAnother(_ subject: String) -> Bool {
        ["fixup!", "squash!", "amend!"].contains(where: subject.hasPrefix)
    }

    /// What a message asks for, of a commit that changes what is delivered.
    fileprivate static func judged(_ message: String) -> (Level, Rule) {
        let subject = message.drop(while: \.isNewline).prefix { !$0.isNewline }
        if belongsToAnother(String(subject)) { return (.none, .autosquash) }
        guard let conventional = ConventionalCommit(parsing: message) else { return (.none, .unconventional) }
        return (conventional.level, conventional.isBreaking ? .breaking : .type)
    }
}

// MARK: - Grades

extension VersionAnswer {
    /// What a message asks for at most, in one byte: for walks over many commits.
    ///
    /// Most messages are one plain line, and are read as bytes; all others as the rule says.
    public static func grade(message: [UInt8]) -> UInt8 {
        UInt8(Level.allCases.firstIndex(of: plainLevel(message) ?? level(of: message)) ?? 0)
    }

    public static func level(graded grade: UInt8) -> Level { Level.allCases[Int(grade) % Level.allCases.count] }

    private static func level(of message: [UInt8]) -> Level {
        Evidence.judged(String(decoding: message, as: UTF8.self)).0
    }

    /// Of a message that is told by its first line: one that is no header, or one in which nothing could speak of a break.
    ///
    /// Nil for all others.
    private static func plainLevel(_ message: [UInt8]) -> Level? {
        let line = message.drop { $0 == 0x0A }.prefix { $0 != 0x0A }
        guard line.allSatisfy({ (0x20...0x7E).contains($0) }), line.contains(where: { $0 != 0x20 }) else { return nil }
        // A header begins with a type, and that with a letter.
        let type = line.prefix { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") }
        guard let first = type.first, first.isLetter, let next = line.dropFirst(type.count).first else {
            return Level.none
        }
        guard next == UInt8(ascii: ":") || next == UInt8(ascii: "(") || next == UInt8(ascii: "!") else {
            return Level.none
        }
        let rest = line.dropFirst(type.count + 1)
        guard next == UInt8(ascii: ":"), rest.first == 0x20, rest.contains(where: { $0 != 0x20 }),
            !message.contains(UInt8(ascii: "B"))
        else { return nil }
        return ConventionalCommit.level(ofType: String(decoding: type, as: UTF8.self).lowercased())
    }
}
