/// A commit message, read after Conventional Commits 1.0.0 (https://www.conventionalcommits.org/en/v1.0.0/) and after
/// what git, its forges and people make of it.
///
/// Reading is about form only; what a message is worth says a `MessagePolicy`.
public struct CommitMessage: Equatable, Sendable {
    /// The first line that is not blank; empty when there is none.
    public private(set) var subject: String
    /// Nil when the subject is not conventional.
    public private(set) var header: Header?
    /// The commits a squash was made of, as far as they are conventional.
    public let bullets: [Bullet]
    public let revert: Revert?
    public private(set) var footers: Footers
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
        /// What says that the commit makes no release, as it is usually written; nil when nothing does.
        public internal(set) var skipMark: String?
        /// The first line that is almost a breaking change marker.
        public internal(set) var nearBreak: String?
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

    /// The same message under another title, which says nothing of skipping.
    func titled(_ text: String) -> CommitMessage {
        var copy = self
        (copy.subject, copy.header) = (text, MessageTitle(Array(text.utf8)[...]).header)
        copy.footers.skipMark = nil
        return copy
    }

    /// The same message with the announcement of a break.
    func breaking(_ note: String) -> CommitMessage {
        var copy = self
        copy.footers.breakingNotes.append(note)
        return copy
    }

    /// Whether the subject or a footer announces a break; bullets may besides.
    public var isBreaking: Bool { header?.isBreaking == true || !breakingNotes.isEmpty }

    /// Whether it belongs to another commit until somebody rebases: `fixup!`, `squash!` or `amend!`.
    public var isAutosquash: Bool { ["fixup! ", "squash! ", "amend! "].contains(where: subject.hasPrefix) }

    public var isEmpty: Bool { subject.isEmpty }

    public var breakingNotes: [String] { footers.breakingNotes }
    public var releaseAs: [ReleaseAs] { footers.releaseAs }
    public var releaseServices: [String] { footers.releaseServices }
    public var skipsRelease: Bool { footers.skipMark != nil }
    public var cherryPickedFrom: [String] { footers.cherryPickedFrom }
}
