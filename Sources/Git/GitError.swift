public import Pipeline

// Opens repositories and answers in values; no pointer leaves, no policy enters, nothing suspends.

/// What git could not do.
public enum GitError: Failure, Equatable {
    /// No repository at or above this folder.
    case notARepository(String)
    /// What git calls a repository at this folder, without a part that each one has.
    case damaged(String, lacks: String)
    /// A repository in a form that libgit2 1.5 cannot read.
    case unsupported(String, reason: String, fix: String)
    /// A repository without any commit.
    case empty(String)
    /// A name that leads to no commit.
    case unknownRevision(String)
    /// An object that history or a tree names is not in this clone.
    case missing(object: String, clone: Clone)
    /// An index from which nobody can tell what is uncommitted.
    case index(Index)
    /// Any other call that failed.
    case call(String, code: Int32, message: String)

    /// Why a clone may lack objects.
    public enum Clone: Equatable, Sendable {
        case complete
        case shallow
        case partial(filter: String)
    }

    /// What keeps an index from being read.
    public enum Index: Equatable, Sendable {
        /// In two files.
        case split
        /// With folders in place of their files.
        case sparse
        case damaged(String)
    }

    public var fault: Fault {
        switch self {
        case .notARepository, .unsupported, .empty, .unknownRevision: .input
        case .missing, .index, .damaged: .history
        case .call: .environment
        }
    }

    public var hint: String? {
        switch self {
        case .notARepository: "run it inside a git repository, or name one with --repo"
        case .damaged: "clone it anew, or look closer: slipway doctor"
        case .unsupported(_, _, let fix): fix
        case .empty: "make a first commit"
        case .unknownRevision: "fetch it first, or check the spelling"
        case .missing(_, clone: .shallow): "fetch the rest: git fetch --unshallow --tags"
        // A filter that leaves out files does not bring them.
        case .missing(let object, clone: .partial) where object.hasPrefix("blob"):
            "fetch what was left out: git fetch --refetch --no-filter"
        case .missing(_, clone: .partial): "fetch whole trees: git fetch --refetch --filter=blob:none"
        case .missing(_, clone: .complete): "fetch it again (git fetch --refetch), or look closer: slipway doctor"
        case .index(.split): "git update-index --no-split-index, or leave uncommitted work aside: plan --committed"
        case .index(.sparse):
            "git sparse-checkout reapply --no-sparse-index, or leave uncommitted work aside: plan --committed"
        case .index(.damaged): "make it anew: rm -f \"$(git rev-parse --git-path index)\" && git reset"
        case .call: nil
        }
    }

    public var description: String {
        switch self {
        case .notARepository(let path): "\(path): not in a git repository"
        case .damaged(let path, let part): "\(path): a damaged repository, \(part) is missing"
        case .unsupported(let path, let reason, _): "\(path): \(reason)"
        case .empty(let path): "\(path): the repository has no commit yet"
        case .unknownRevision(let name): "\(name): no such commit in this clone"
        case .missing(let object, clone: .complete): "\(object): missing or damaged in this clone"
        case .missing(let object, clone: .shallow): "\(object): beyond the boundary of this shallow clone"
        case .missing(let object, clone: .partial(let filter)): "\(object): left out of this clone (filter \(filter))"
        case .index(.split): "the index is split, which is not read"
        case .index(.sparse): "the index is sparse, and with uncommitted work that is not read"
        case .index(.damaged(let message)): "the index cannot be read: \(message)"
        case .call(let name, let code, let message): "\(name): \(message) (libgit2 error \(code))"
        }
    }
}
