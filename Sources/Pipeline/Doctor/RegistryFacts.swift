/// What was seen of a registry by asking it things in a repository for trials.
public struct RegistryFacts: Equatable, Sendable {
    public var host: String
    public var repository: String
    /// Who was known to us, and from where; nil for nobody.
    public var user: String?
    /// What whoever has no password meets.
    public var doors = Doors()
    public var push = Push.untried
    /// Where an upload was told to go on, when that is not where it began.
    public var strangeLocation: String?
    public var capabilities: [RegistryCapability] = []
    /// What the trial could not take away again.
    public var left: [String] = []

    public init(host: String, repository: String, user: String?) {
        (self.host, self.repository, self.user) = (host, repository, user)
    }

    /// How each kind of request is answered to a stranger.
    public struct Doors: Equatable, Sendable {
        public var ping = Door.open
        public var read = Door.open
        public var write = Door.open

        public init() {}
    }

    public enum Door: Equatable, Sendable {
        case open, basic
        /// A token is asked for, and given to nobody in particular.
        case token
        /// A token is asked for, and refused to strangers.
        case login
        /// 405: nobody writes.
        case closed
        case other(status: UInt)
    }

    /// What became of an image that was pushed as the user that is known.
    public enum Push: Equatable, Sendable {
        case untried, done
        case denied(status: UInt)
        case readOnly
        /// 413, and who said so.
        case tooLarge(server: String)
        /// It was accepted, and is not handed out.
        case unserved(String)
        case failed(String)
    }
}

/// One thing that a registry can do, or cannot.
public struct RegistryCapability: Equatable, Sendable, Codable {
    public var name: Name
    /// Nil when it could not be tried.
    public var has: Bool?
    public var note: String?

    public init(_ name: Name, _ has: Bool?, note: String? = nil) {
        (self.name, self.has, self.note) = (name, has, note)
    }

    public enum Name: String, Codable, Sendable, CaseIterable {
        /// Layers of another repository are taken over without sending them.
        case mount
        /// Parts of a blob can be read.
        case range
        /// An upload goes on where it was cut.
        case resume
        case referrers
        case deletion
        /// A tag that is there cannot be given to another image.
        case immutableTags = "immutable-tags"
        case publicRead = "public-read"
        /// A tag is written only if nobody else was faster.
        case conditionalPut = "conditional-put"
        case paging
        /// It says so when it is asked too much.
        case throttling
    }

    /// What it means for whoever builds with Slipway.
    public var meaning: String {
        switch (name, has) {
        case (_, nil): "could not be tried" + (note.map { " (\($0))" } ?? "")
        case (.mount, true?): "layers of base images are not sent again"
        case (.mount, _): "layers of base images are sent to each repository"
        case (.range, true?): "one byte of each layer is read back after a push"
        case (.range, _): "layers are read back whole after a push"
        case (.resume, true?): "an upload that is cut goes on"
        case (.resume, _): "an upload that is cut begins again"
        case (.referrers, true?): "records are listed beside their image"
        case (.referrers, _): "records are found by tags of their own, and by an index under sha256-…"
        case (.deletion, true?): "slipway image delete works"
        case (.deletion, _): "images stay: storage.delete.enabled is not set"
        case (.immutableTags, true?): "it guards tags itself"
        case (.immutableTags, _):
            "nobody but Slipway keeps a version from being moved: slipway image verify finds who did"
        case (.publicRead, true?): "clusters pull without a password"
        case (.publicRead, _): "clusters need a password to pull"
        case (.conditionalPut, true?): "two writers of a tag are told apart"
        case (.conditionalPut, _): "two writers of a tag overwrite each other: lock the release stage"
        case (.paging, true?): "long lists of tags come in pages"
        case (.paging, _): "lists of tags come whole"
        case (.throttling, true?): "it asked for a pause" + (note.map { " of \($0) s" } ?? "")
        case (.throttling, _): "it asked for no pause"
        }
    }
}
