public import Pipeline

// Opens repositories and answers in values; no pointer leaves, no policy enters, nothing suspends.

/// What git could not do.
public enum GitError: Failure, Equatable {
    /// No repository at or above this folder.
    case notARepository(String)
    /// A repository in a form that libgit2 1.5 cannot read.
    case unsupported(String, reason: String, fix: String)
    /// A repository without any commit.
    case empty(String)
    /// A name that leads to no commit.
    case unknownRevision(String)
    /// An object that history or a tree names is not in this clone.
    case missing(object: String, clone: Clone)
    /// Any other call that failed.
    case call(String, code: Int32, message: String)

    /// Why a clone may lack objects.
    public enum Clone: Equatable, Sendable {
        case complete
        case shallow
        case partial(filter: String)
    }

    public var fault: Fault {
        switch self {
        case .notARepository, .unsupported, .empty, .unknownRevision: .input
        case .missing(_, clone: .complete): .environment
        case .missing: .history
        case .call: .environment
        }
    }

    public var hint: String? {
        switch self {
        case .notARepository: "run it inside a git repository, or name one with --repo"
        case .unsupported(_, _, let fix): fix
        case .empty: "make a first commit"
        case .unknownRevision: "fetch it first, or check the spelling"
        case .missing(_, clone: .shallow): "fetch the rest: git fetch --unshallow --tags"
        case .missing(_, clone: .partial): "fetch whole trees: git fetch --refetch --filter=blob:none"
        case .missing(_, clone: .complete): "check the clone: git fsck"
        case .call: nil
        }
    }

    public var description: String {
        switch self {
        case .notARepository(let path): "\(path): not in a git repository"
        case .unsupported(let path, let reason, _): "\(path): \(reason)"
        case .empty(let path): "\(path): the repository has no commit yet"
        case .unknownRevision(let name): "\(name): no such commit in this clone"
        case .missing(let object, clone: .complete): "\(object): missing or damaged in this clone"
        case .missing(let object, clone: .shallow): "\(object): beyond the boundary of this shallow clone"
        case .missing(let object, clone: .partial(let filter)): "\(object): left out of this clone (filter \(filter))"
        case .call(let name, let code, let message): "\(name): \(message) (libgit2 error \(code))"
        }
    }
}
