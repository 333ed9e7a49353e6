/// A commit message, read after Conventional Commits 1.0.0 (https://www.conventionalcommits.org/en/v1.0.0/) and after
/// what git, its forges and people make of it.
///
/// Reading is about form only; what a message is worth says a `MessagePolicy`.
public struct CommitMessage: Equatable, Sendable {
    /// The first line that is not blank; empty when there is none.
    public let subject: String
    /// Nil when the subject is not conventional.
    public let header: Header?
    /// The commits a squash was made of, as far as they are conventional.
    public let bullets: [Bullet]
    public let revert: Revert?
    public let footers: Footers
    /// Each once, in the order in which they were met.
    public let lints: [VersionLint]

    /// What a squash says about one of its commits.
    public struct Bullet: Equatable, Sendable {
        public let header: Header
        /// The breaking changes announced below it.
        public internal(set) var breakingNotes: [String] = []

        public var isBreaking: Bool { header.isBreaking || !breakingNotes.isEmpty }
    }

    /// What is said below the subject, in lines that begin with a word of their own.
    public struct Footers: Equatable, Sendable {
        /// The texts behind `BREAKING CHANGE:`, empty ones too.
        public internal(set) var breakingNotes: [String] = []
        public internal(set) var releaseAs: [ReleaseAs] = []
        /// Names as they were written behind `Release-Service:`.
        public internal(set) var releaseServices: [String] = []
        public internal(set) var skipsRelease = false
        /// The ids of the commits this one repeats.
        public internal(set) var cherryPickedFrom: [String] = []
    }

    /// Takes the bytes of a commit object and the encoding its header names, if any.
    public init(bytes: some Collection<UInt8>, encoding: String? = nil) {
        self.init(MessageLines(Self.plain(bytes, encoding)))
    }

    public init(_ text: String) { self.init(bytes: Array(text.utf8)) }

    static func plain(_ bytes: some Collection<UInt8>, _ encoding: String?) -> MessageBytes {
        let text = MessageEncoding(named: encoding).utf8(bytes)[...]
        return text.starts(with: [0xEF, 0xBB, 0xBF]) ? text.dropFirst(3) : text
    }

    init(_ lines: MessageLines) {
        let title = MessageTitle(lines.title)
        var reader = BodyReader(title)
        reader.read(lines.body)
        subject = lines.title.text
        header = title.header
        bullets = reader.bullets
        footers = reader.footers
        revert = reader.revert
        lints = reader.lints
    }

    /// Whether the subject or a footer announces a break; bullets may besides.
    public var isBreaking: Bool { header?.isBreaking == true || !breakingNotes.isEmpty }

    /// Whether it belongs to another commit until somebody rebases: `fixup!`, `squash!` or `amend!`.
    public var isAutosquash: Bool { ["fixup! ", "squash! ", "amend! "].contains(where: subject.hasPrefix) }

    public var isEmpty: Bool { subject.isEmpty }

    public var breakingNotes: [String] { footers.breakingNotes }
    public var releaseAs: [ReleaseAs] { footers.releaseAs }
    public var releaseServices: [String] { footers.releaseServices }
    public var skipsRelease: Bool { footers.skipsRelease }
    public var cherryPickedFrom: [String] { footers.cherryPickedFrom }
}
