/// What a clone is like, as far as it can be told: values, and no judgement.
///
/// A part that is nil could not be looked at, because the repository cannot be opened that far.
public struct CloneFacts: Equatable, Sendable {
    public var form: Form
    public var history: History?
    public var objects: Objects?
    public var checkout: Checkout?
    public var remote: Remote?
    public var oddities = Oddities()

    public init(form: Form) {
        self.form = form
    }

    /// Where its parts are, and in which format.
    public struct Form: Equatable, Sendable {
        /// Nil for a bare repository.
        public var workTree: String?
        /// What only this work tree has: HEAD, the index.
        public var gitFolder: String
        /// What all work trees share.
        public var commonFolder: String
        public var objectFormat = "sha1"
        public var refStorage = "files"
        /// The user it belongs to, when that is another one.
        public var foreignOwner: UInt32?
        /// Whether git was told that this owner is all right.
        public var isDeclaredSafe = false

        public init(workTree: String?, gitFolder: String, commonFolder: String) {
            (self.workTree, self.gitFolder, self.commonFolder) = (workTree, gitFolder, commonFolder)
        }

        public var isLinked: Bool { gitFolder != commonFolder }
    }

    /// Commits and tags.
    public struct History: Equatable, Sendable {
        /// Nil when nothing was committed yet.
        public var head: ObjectID?
        public var committed: Timestamp?
        public var branch: String?
        /// How many generations of commits there are; nil when none was left out.
        public var depth: Int?
        /// How many commits lead to HEAD, counted in a shallow clone.
        public var commits = 0
        public var tags = 0
        public var passesOverTags = false

        public init() {}
    }

    /// What the object database lacks.
    public struct Objects: Equatable, Sendable {
        /// The remote that keeps what was left out, and what that is (`blob:none`, `tree:0`).
        public var promisor: Promisor?
        /// Object databases this one borrows from, and that are gone.
        public var lostAlternates: [String] = []
        /// Of the tree of HEAD.
        public var missingTrees = 0
        public var missingBlobs = 0

        public init() {}

        public struct Promisor: Equatable, Sendable {
            public var remote: String
            public var filter: String

            public init(remote: String, filter: String) {
                (self.remote, self.filter) = (remote, filter)
            }

            public var leavesOutTrees: Bool { filter.contains("tree:") }
        }
    }

    /// What of HEAD lies in the work tree, and how the index keeps it.
    public struct Checkout: Equatable, Sendable {
        public var index = Index.plain
        /// Whether git was told to have index files split.
        public var isSplitConfigured = false
        public var isSparse = false
        /// Files that a sparse checkout leaves out.
        public var leftOut: [Path] = []
        public var submodules: [Path] = []
        /// Files of git-lfs whose content nobody fetched.
        public var pointers: [Path] = []

        public init() {}

        public enum Index: Equatable, Sendable {
            case plain, split, sparse
            case unreadable(String)
        }
    }

    /// What is known of `origin` and the branch that work is merged into.
    public struct Remote: Equatable, Sendable {
        /// The branch that work is merged into, as its name is there.
        public var target: String
        public var isThere = false
        /// Whether a plain `git fetch` brings it.
        public var isCovered = false
        /// Whether the last fetch brought it; nil when there was none since the clone.
        public var wasFetched: Bool?
        /// When git last brought anything.
        public var fetched: Timestamp?

        public init(target: String) {
            self.target = target
        }
    }

    /// What git honours and Slipway does not, or only here.
    public struct Oddities: Equatable, Sendable {
        public var replacements = 0
        public var grafts = 0
        /// `core.autocrlf`, unless it says false.
        public var lineEndings: String?
        /// Attributes that have git convert files in a way nobody else knows.
        public var conversions: [String] = []
        public var foldsCase = false
        /// Whether git ignores the folder in which Slipway keeps its own.
        public var ignoresWorkspace = true

        public init() {}
    }
}
