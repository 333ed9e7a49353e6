public import Pipeline

/// What a person asks of a release.
public struct ReleaseWish: Sendable {
    /// The number: what it must be, how far it may go.
    public var number = VersionQuestion.Wish()
    /// Whether initial development ends: 1.0.0.
    public var graduates = false
    /// What is let pass, by code; it is written down.
    public var accepts: Set<String> = []
    /// The remote that decides which tags there are; nil is `origin`, and where there is none this clone.
    public var remote: String?
    /// Whether it is to be done, and not only said.
    public var isReal = false
    public var task = Task.cut

    /// What is to be done.
    public enum Task: Sendable {
        /// New releases.
        case cut
        /// Finishing those whose tag is there.
        case resume
        /// Putting the moving names of images where they belong.
        case repair
    }

    public init() {}
}

extension ReleaseWish {
    /// The wish for one service.
    func number(for service: VersionAnswer?) -> VersionQuestion.Wish {
        var wish = number
        wish.acceptsLess = wish.acceptsLess || accepts.contains(VersionProblem.Code.releaseAsBelowEvidence.rawValue)
        guard graduates, service?.current?.isInitialDevelopment != false else { return wish }
        wish.target = SemanticVersion(parsing: "1.0.0").map(ReleaseAs.Target.version)
        return wish
    }
}

/// Why no release could be begun at all.
enum ReleaseError: Failure, Equatable {
    case shallow([ServiceName])
    case nothingAsked
    case dirty(String)

    var fault: Fault {
        switch self {
        case .shallow: .history
        case .nothingAsked: .usage
        case .dirty: .input
        }
    }

    var hint: String? {
        switch self {
        case .shallow: "git fetch --unshallow --tags"
        case .nothingAsked: "slipway release status shows what there is to release; name services, or say --all"
        case .dirty: "commit or stash it: releases are made of commits"
        }
    }

    var description: String {
        switch self {
        case .shallow(let names):
            "this clone is too shallow to tell the version of \(names.map(\.text).joined(separator: ", "))"
        case .nothingAsked: "which services shall be released?"
        case .dirty(let path): "there is uncommitted work (\(path.printable))"
        }
    }
}
