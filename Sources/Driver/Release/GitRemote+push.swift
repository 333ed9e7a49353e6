import Execution
import Pipeline

/// What is pushed at once: all of it, or nothing.
struct Push: Equatable, Sendable {
    var tags: [Tag]
    var branch: Branch?

    /// A tag that must not be there yet.
    struct Tag: Equatable, Sendable {
        let name: GitRefName
        let object: ObjectID
    }

    /// A branch that must still be where it was seen.
    struct Branch: Equatable, Sendable {
        let name: GitRefName
        let object: ObjectID
        let expected: ObjectID
    }

    /// The arguments of git: objects, so that no ref of the clone is needed, and leases, which hold only without a `+`.
    func arguments(to address: String) -> [String] {
        var leases = tags.map { "--force-with-lease=\($0.name.asTag):" }
        var moves = tags.map { "\($0.object):\($0.name.asTag)" }
        if let branch {
            leases.append("--force-with-lease=\(branch.name.asBranch):\(branch.expected)")
            moves.append("\(branch.object):\(branch.name.asBranch)")
        }
        let form = ["push", "--atomic", "--porcelain", "--no-follow-tags", "--recurse-submodules=no"]
        return form + leases + ["--", address] + moves
    }
}

/// What became of a push.
enum PushOutcome: Equatable, Sendable {
    /// All of it is there, by this push or by an earlier one whose answer was lost.
    case pushed
    /// Somebody else was first: what is there now.
    case taken([GitRemote.Ref])
    /// The branch is no longer where it was seen; nil when it is gone.
    case branchMoved(to: ObjectID?)
    /// The server does not want it: a hook, a protected name, a name that is a folder of others.
    case rejected(String)
}

extension GitRemote {
    /// How often a push is tried when another one held the lock of the ref, and was gone when we looked.
    private static let attempts = 5

    /// Pushes tags, and a branch with them, in one step.
    ///
    /// What the remote says afterwards decides, not the answer, which may get lost. Throws when the remote could not be
    /// asked; nothing was changed then, unless the error is `.unsettled`.
    func push(_ push: Push) async throws -> PushOutcome {
        var outcome = PushOutcome.rejected("nothing was tried")
        for _ in 0..<Self.attempts {
            let answer = try await git.ask(GitProgram.Question(push.arguments(to: address)))
            if answer.ending == .exited(0) { return .pushed }
            let refusal = Self.refusal(in: answer)
            outcome = try await settle(push, answer, refusal)
            guard case .rejected = outcome, Self.isContended(answer) else { return outcome }
        }
        return outcome
    }

    /// What the remote makes of a push that did not simply succeed.
    private func settle(_ push: Push, _ answer: Inquiry.Answer, _ refusal: String?) async throws -> PushOutcome {
        let there: [Ref]
        do {
            there = try await refs()
        } catch let error as GitCommandError {
            // Whoever is refused has changed nothing: all or nothing.
            let first = GitCommandError(askingOf: name, answer.reason)
            if case .denied = first { throw first }
            if refusal != nil { throw error }
            throw GitCommandError.unsettled(name, reason: answer.reason)
        }
        let objects = Dictionary(there.map { ($0.name, $0) }) { first, _ in first }
        let found = push.tags.compactMap { tag in objects[tag.name.asTag].map { (tag: tag, ref: $0) } }
        let taken = found.filter { $0.ref.object != $0.tag.object }.map(\.ref)
        if !taken.isEmpty { return .taken(taken) }
        if !push.tags.isEmpty, found.count == push.tags.count { return .pushed }
        if let branch = push.branch {
            let now = objects[branch.name.asBranch]?.object
            if now == branch.object, push.tags.isEmpty { return .pushed }
            if now != branch.expected { return .branchMoved(to: now) }
        }
        for tag in push.tags {
            if let other = there.first(where: { $0.name.clashes(with: tag.name.asTag) }) {
                return .rejected("\(other.name) is there, and a name cannot be a folder of names, too")
            }
        }
        guard let refusal else { throw GitCommandError(askingOf: name, answer.reason) }
        return .rejected(refusal)
    }

    /// What a server that was reached said against the push; nil when git tells of no ref it had refused.
    ///
    /// A line of the answer is `! TAB <object>:<name> TAB [rejected] (why)`. Of refs that are refused only because of others
    /// nothing is said.
    static func refusal(in answer: Inquiry.Answer) -> String? {
        let lines = answer.output.split(separator: UInt8(ascii: "\n"))
            .map { $0.split(separator: UInt8(ascii: "\t"), maxSplits: 2) }
            .filter { $0.count == 3 && $0[0].elementsEqual("!".utf8) }
        guard !lines.isEmpty else { return nil }
        let reasons = lines.map { String(decoding: $0[2].prefix(200), as: UTF8.self).printable }
        let own = reasons.filter { !$0.contains("(atomic ") }
        let said = String(decoding: answer.errors, as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix("remote: ") }
            .map { String($0.dropFirst(8).prefix(200)).printable }
            .map { String($0.reversed().drop(while: \.isWhitespace).reversed()) }.filter { !$0.isEmpty }
        var unique: [String] = []
        for reason in own + said.prefix(4) where !unique.contains(reason) { unique.append(reason) }
        return (unique.isEmpty ? Array(reasons.prefix(1)) : unique).joined(separator: "; ")
    }

    /// Whether another push was in the way at that moment.
    private static func isContended(_ answer: Inquiry.Answer) -> Bool {
        let said = String(decoding: answer.output + answer.errors, as: UTF8.self)
        return ["lock", "failed to update ref", "reference already exists"].contains(where: said.contains)
    }
}
