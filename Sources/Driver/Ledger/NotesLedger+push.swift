import Execution
import Pipeline

/// Notes of a clone and of a remote, after they were united.
public struct NotesPush: Equatable, Sendable {
    public let remote: String
    /// How often somebody else was first.
    public let rounds: Int
}

extension NotesLedger {
    /// How often it is tried when others push at the same time: each round one of them is done.
    private static let rounds = 60

    /// Unites the notes of this clone with those of a remote, and pushes them.
    ///
    /// Whoever was faster is fetched and united, until it goes through: nothing of anybody is lost. Nil when there are no
    /// notes on either side.
    func push(to remote: GitRemote) async throws -> NotesPush? {
        for round in 0..<Self.rounds {
            let theirs = try await self.theirs(remote)
            guard let ours = try await unite(with: theirs) else { return nil }
            if ours == theirs { return NotesPush(remote: remote.name, rounds: round) }
            let form = ["push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no", "--", remote.address]
            let answer = try await git.ask(GitProgram.Question(form + ["\(ours):\(Self.ref)"]))
            if answer.ending == .exited(0) { return NotesPush(remote: remote.name, rounds: round) }
            guard let refusal = GitRemote.refusal(in: answer) else {
                throw GitCommandError(askingOf: remote.name, answer.reason)
            }
            guard Self.isOvertaken(refusal + answer.reason) else {
                throw GitCommandError.denied(remote.name, reason: refusal)
            }
            try await Task.sleep(for: .milliseconds(Int64.random(in: 5...40 * Int64(min(round + 1, 10)))))
        }
        throw GitCommandError.unreachable(remote.name, reason: "others push notes all the time")
    }

    /// Whether somebody else was faster, or is at it.
    private static func isOvertaken(_ refusal: String) -> Bool {
        ["fetch first", "non-fast-forward", "stale info", "lock", "failed to update ref", "reference already exists"]
            .contains(where: refusal.contains)
    }

    /// Brings the notes of a remote into the object database; nil when it has none.
    private func theirs(_ remote: GitRemote) async throws -> String? {
        let answer = try await git.ask(GitProgram.Question(["ls-remote", "--quiet", "--", remote.address, Self.ref]))
        guard answer.ending == .exited(0) else { throw GitCommandError(askingOf: remote.name, answer.reason) }
        let id = String(decoding: answer.output.prefix { $0 != UInt8(ascii: "\t") }, as: UTF8.self)
        guard ObjectID(parsing: id) != nil else { return nil }
        let fetch = GitProgram.Question([
            "fetch", "--quiet", "--no-tags", "--no-prune", "--no-write-fetch-head", "--no-auto-maintenance",
            "--no-recurse-submodules", "--refmap=", "--", remote.address, Self.ref,
        ])
        let fetched = try await git.ask(fetch)
        guard fetched.ending == .exited(0) else { throw GitCommandError(askingOf: remote.name, fetched.reason) }
        return id
    }

    /// Unites the notes of this clone with others; returns what they are then.
    private func unite(with theirs: String?) async throws -> String? {
        try await locked {
            guard let theirs else { return try await tip() }
            if try await tip() == nil {
                _ = try await git.output(of: GitProgram.Question(["update-ref", Self.ref, theirs]))
            } else {
                let merge = ["merge", "--quiet", "--strategy=cat_sort_uniq", theirs]
                _ = try await git.output(of: try await question(merge))
            }
            return try await tip()
        }
    }

    private func tip() async throws -> String? {
        let answer = try await git.ask(GitProgram.Question(["rev-parse", "--quiet", "--verify", Self.ref]))
        guard answer.ending == .exited(0) else { return nil }
        return String(decoding: answer.output.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
