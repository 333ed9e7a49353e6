import Pipeline

/// What the git program could not do.
enum GitCommandError: Failure, Equatable {
    case noGit
    /// Any command on the clone itself.
    case failed(String, reason: String)
    case noSuchRemote(String)
    /// One push cannot be all or nothing on several servers.
    case severalAddresses(String)
    case unreachable(String, reason: String)
    /// The server knows who asks, or wants to, and says no.
    case denied(String, reason: String)
    /// The answer to a push was lost, and so was the question what had become of it.
    case unsettled(String, reason: String)
    /// A tag is no longer what it was a moment ago.
    case moved(GitRefName)
    /// A tag object that calls itself otherwise, or is no tag that Slipway wrote.
    case unusable(ObjectID, reason: String)
    /// Nobody to write the tag as.
    case nobody
    case badTagger(String)
    case unsigned(TagSigning, reason: String)

    var fault: Fault {
        switch self {
        case .noSuchRemote, .badTagger: .usage
        case .severalAddresses, .nobody: .input
        case .unusable: .unverifiable
        case .noGit, .failed, .unreachable, .denied, .unsettled, .moved, .unsigned: .environment
        }
    }

    var hint: String? {
        switch self {
        case .noGit: "install git"
        case .failed, .unusable: nil
        case .noSuchRemote: "git remote -v lists them"
        case .severalAddresses(let name): "keep one: git remote set-url --push \(name) URL"
        case .unreachable: "is the address right, and the server up? nothing was changed"
        case .denied: "does git ls-remote work here without a question? give this user the right to push tags"
        case .unsettled: "run it again: it finds out what became of the push"
        case .moved: "run it again"
        case .nobody: "git config user.name and user.email, or set SLIPWAY_TAGGER='Name <mail>'"
        case .badTagger: "write it as SLIPWAY_TAGGER='Name <mail>'"
        case .unsigned(.gpg, _): "git config user.signingkey names the key; an agent has to hold its passphrase"
        case .unsigned: "git config user.signingkey names the file of the key; an agent has to hold its passphrase"
        }
    }

    var description: String {
        switch self {
        case .noGit: "git: there is no such program here"
        case .failed(let command, let reason): "\(command): \(reason)"
        case .noSuchRemote(let name): "\(name.printable): no such remote in this clone"
        case .severalAddresses(let name): "\(name): pushes go to several addresses, and cannot be all or nothing there"
        case .unreachable(let name, let reason): "\(name): not reachable: \(reason)"
        case .denied(let name, let reason): "\(name): access denied: \(reason)"
        case .unsettled(let name, let reason): "\(name): it is not known whether the tags were pushed: \(reason)"
        case .moved(let name): "\(name): was changed while it was read"
        case .unusable(let id, let reason): "tag object \(id.short): \(reason)"
        case .nobody: "git does not know who makes this tag"
        case .badTagger(let text):
            "SLIPWAY_TAGGER is \"\(text.prefix(80).description.printable)\", which is no name and mail"
        case .unsigned(let signing, let reason): "the tag could not be signed (\(signing.rawValue)): \(reason)"
        }
    }

    /// Why a server could not be asked: git tells it in words only.
    init(askingOf remote: String, _ reason: String) {
        let words = [
            "permission denied", "authentication failed", "could not read username", "could not read password",
            "access denied", "not authorized", "error: 401", "error: 403", "denied to",
        ]
        let said = reason.lowercased()
        self =
            words.contains(where: said.contains)
            ? .denied(remote, reason: reason) : .unreachable(remote, reason: reason)
    }
}
