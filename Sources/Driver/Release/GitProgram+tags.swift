import Disk
import Execution
import Pipeline
import SystemPackage

/// A release tag that is to be made.
struct TagDraft: Equatable, Sendable {
    var name: GitRefName
    var commit: ObjectID
    var message: TagMessage
    var signing: TagSigning
    var time: Timestamp
}

extension GitProgram {
    /// Who makes tags, instead of who git says: `Name <mail>`.
    static let taggerVariable = "SLIPWAY_TAGGER"

    /// Makes the object of an annotated tag in the clone, signed by git as the user's git signs; no ref names it yet.
    ///
    /// git can only sign a tag that gets a name. It gets one in a repository of its own that has no objects but the clone's,
    /// so that whatever is killed when, no clone has a tag that no remote has.
    func make(_ draft: TagDraft) async throws -> ObjectID {
        let place = scratch.appending("tag-\(RecordID.new())")
        let question = try await question(for: draft, in: place)
        defer { place.removeQuietly() }
        try Self.makeEmptyRepository(at: place)
        let answer = try await ask(question)
        guard answer.ending == .exited(0) else {
            throw draft.signing == .none
                ? GitCommandError.failed(question.command, reason: answer.reason)
                : GitCommandError.unsigned(draft.signing, reason: answer.reason)
        }
        let named = Question(["--git-dir=\(place)", "rev-parse", "--verify", "\(draft.name.asTag)"])
        guard let id = ObjectID(parsing: try await line(of: named)) else {
            throw GitCommandError.failed(question.command, reason: "it made no object that Slipway can name")
        }
        let tag = try await tag(id)
        // git 2.39 makes a tag without a signature when the file of an SSH key is not there, and says that all is well.
        if draft.signing != .none, !tag.isSigned {
            throw GitCommandError.unsigned(draft.signing, reason: answer.reason)
        }
        // What could not be read again must not be pushed.
        guard tag.target == draft.commit, tag.isOfCommit, tag.name == draft.name, try tag.release() == draft.message
        else {
            throw GitCommandError.unusable(id, reason: "it is not what was to be made")
        }
        return id
    }

    private func question(for draft: TagDraft, in place: FilePath) async throws -> Question {
        let tagger = try await tagger()
        let how = [draft.signing == .none ? "--no-sign" : "--sign", "--annotate", "--cleanup=verbatim", "--file=-"]
        var question = Question(
            ["--git-dir=\(place)", "-c", "core.hooksPath=/dev/null"] + (try await signingSettings(draft.signing))
                + ["tag"] + how + ["--", draft.name.text, "\(draft.commit)"])
        question.input = try draft.message.bytes
        question.variables = [
            "GIT_OBJECT_DIRECTORY": try await line(
                of: Question(["rev-parse", "--path-format=absolute", "--git-path", "objects"])),
            "GIT_COMMITTER_NAME": tagger.name, "GIT_COMMITTER_EMAIL": tagger.mail,
            "GIT_COMMITTER_DATE": "\(draft.time.seconds) +0000",
        ]
        return question
    }

    private static func makeEmptyRepository(at place: FilePath) throws {
        for folder in ["refs", "objects"] { try place.appending(folder).makeFolders() }
        try place.appending("HEAD").create(Array("ref: refs/heads/none\n".utf8))
        try place.appending("config").create(Array("[core]\n\trepositoryformatversion = 0\n\tbare = true\n".utf8))
    }

    /// The settings of the clone by which git signs, for a repository that has none.
    private func signingSettings(_ signing: TagSigning) async throws -> [String] {
        guard signing != .none else { return [] }
        let answer = try await ask(Question(["config", "--null", "--get-regexp", "^(user\\.signingkey|gpg\\..*)$"]))
        let settings = String(decoding: answer.output, as: UTF8.self).split(separator: "\0").compactMap { entry in
            entry.firstIndex(of: "\n").map { "\(entry[..<$0])=\(entry[entry.index(after: $0)...])" }
        }
        let format = "gpg.format=" + (signing == .ssh ? "ssh" : "openpgp")
        return (settings + [format]).flatMap { ["-c", $0] }
    }

    // MARK: - Who

    /// Name and address of whoever makes tags here.
    func tagger() async throws -> (name: String, mail: String) {
        if let text = environment[Self.taggerVariable], !text.isEmpty {
            guard let person = Self.person(text, isWhole: true) else { throw GitCommandError.badTagger(text) }
            return person
        }
        // Not by guessing from the names of the machine and its user.
        let answer = try await ask(Question(["-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT"]))
        let said = String(decoding: answer.output, as: UTF8.self)
        guard answer.ending == .exited(0), let person = Self.person(said, isWhole: false) else {
            throw GitCommandError.nobody
        }
        return person
    }

    /// Reads `Name <mail>`, and nothing behind it when it is the whole.
    private static func person(_ text: String, isWhole: Bool) -> (name: String, mail: String)? {
        let parts = text.split(separator: "<", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let end = parts[1].firstIndex(of: ">") else { return nil }
        let (name, mail) = (parts[0].drop(while: \.isWhitespace), parts[1][..<end])
        let plain = String(name.reversed().drop(while: \.isWhitespace).reversed())
        guard !plain.isEmpty, !mail.isEmpty, plain.printable == plain, String(mail).printable == mail,
            !plain.contains(">"), !mail.contains("<"), !isWhole || parts[1].index(after: end) == parts[1].endIndex
        else { return nil }
        return (plain, String(mail))
    }

    // MARK: - Objects and local tags

    /// Whether objects are in the clone, all of them.
    func has(_ ids: [ObjectID]) async throws -> Bool {
        var question = Question(["cat-file", "--batch-check=%(objectname)"])
        question.input = Array(ids.map { "\($0)\n" }.joined().utf8)
        // Of one that is not there it says so, in another form.
        return try await output(of: question) == question.input
    }

    /// Reads a tag object of the clone.
    func tag(_ id: ObjectID) async throws -> TagObject {
        var question = Question(["cat-file", "tag", "\(id)"])
        question.limit = TagObject.limit
        do {
            return try TagObject(parsing: try await output(of: question), id: id)
        } catch let error as ReleaseTagError {
            throw GitCommandError.unusable(id, reason: "\(error)")
        } catch let error as ExecutionError {
            throw GitCommandError.unusable(id, reason: "\(error)")
        }
    }

    /// Lets the clone see tags that are on the remote, in place of others of their names.
    func keep(_ tags: [Push.Tag]) async throws {
        guard !tags.isEmpty else { return }
        var question = Question(["update-ref", "--stdin", "-z"])
        question.input = tags.flatMap { Array("update \($0.name.asTag)\0\($0.object)\0\0".utf8) }
        _ = try await output(of: question)
    }
}
