import Disk
import Execution
import Git
import Pipeline
import Signing
import SystemPackage

/// Records as notes of the commits they are about (`refs/notes/stability`), an envelope a line.
///
/// Notes are sets of lines, so that those of two clones are united without a conflict.
struct NotesLedger: Sendable {
    let git: GitProgram
    /// Held while the ref moves, by whatever work tree of the clone.
    let lock: FilePath

    static let place = "notes"
    static let ref = "refs/notes/stability"

    init(_ git: GitProgram, commonFolder: FilePath) {
        self.git = git
        lock = commonFolder.appending("slipway-notes.lock")
    }

    /// Adds an envelope, and what was sealed with it, to the note of a commit, unless they are there.
    func append(_ envelope: Envelope, with companions: [Envelope] = [], to commit: ObjectID) async throws {
        try await locked {
            let known = try await note(of: commit)
            let more = ([envelope] + companions).map { Array($0.bytes.dropLast()) }.filter { !known.contains($0) }
            guard !more.isEmpty else { return }
            // In the order in which git unites them.
            let lines = (known + more).sorted { $0.lexicographicallyPrecedes($1) }
            var blob = GitProgram.Question(["hash-object", "-w", "--stdin"])
            blob.input = lines.flatMap { $0 + [UInt8(ascii: "\n")] }
            let id = try await git.line(of: blob)
            _ = try await git.output(of: try await question(["add", "--force", "-C", id, "\(commit)"]))
        }
    }

    /// A call of `git notes`, by whoever makes commits here; what signs the records is not git.
    func question(_ arguments: [String]) async throws -> GitProgram.Question {
        let who = try await author()
        var question = GitProgram.Question(
            ["-c", "core.hooksPath=/dev/null", "notes", "--ref=\(Self.ref)"] + arguments)
        for role in ["AUTHOR", "COMMITTER"] {
            question.variables["GIT_\(role)_NAME"] = who.name
            question.variables["GIT_\(role)_EMAIL"] = who.mail
        }
        return question
    }

    private func author() async throws -> (name: String, mail: String) {
        do {
            return try await git.tagger()
        } catch let error as GitCommandError {
            guard error == .nobody else { throw error }
            return ("Slipway", "slipway@localhost")
        }
    }

    /// Does something while nobody else of this clone changes the notes.
    func locked<Value>(_ body: () async throws -> Value) async throws -> Value {
        let held = try await take()
        let value = try await body()
        // Held to here.
        try held.sign("")
        return value
    }

    private func take() async throws -> FileLock {
        while true {
            if let held = try FileLock(trying: lock) { return held }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    // MARK: - Reading

    /// Whether this clone has notes of records at all.
    var isThere: Bool {
        get async throws {
            let answer = try await git.ask(GitProgram.Question(["show-ref", "--verify", "--quiet", Self.ref]))
            guard answer.ending != .exited(1) else { return false }
            guard answer.ending == .exited(0) else {
                throw GitCommandError.failed("git show-ref", reason: answer.reason)
            }
            return true
        }
    }

    /// The lines of a note; none where there is no note.
    private func note(of commit: ObjectID) async throws -> [[UInt8]] {
        let answer = try await git.ask(GitProgram.Question(["notes", "--ref=\(Self.ref)", "list", "\(commit)"]))
        // What git says when there is none.
        if answer.ending == .exited(1) { return [] }
        guard answer.ending == .exited(0) else { throw GitCommandError.failed("git notes", reason: answer.reason) }
        let id = String(decoding: answer.output.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        var question = GitProgram.Question(["cat-file", "blob", id])
        question.limit = 256 << 20
        return try await git.output(of: question).split(separator: UInt8(ascii: "\n")).map(Array.init)
    }

    func find(_ query: LedgerQuery) async throws -> LedgerFound {
        var list = GitProgram.Question(["notes", "--ref=\(Self.ref)", "list"])
        list.limit = 64 << 20
        let notes = String(decoding: try await git.output(of: list), as: UTF8.self).split(separator: "\n")
            .map { $0.split(separator: " ").map(String.init) }
            .filter { $0.count == 2 && $0[1].hasPrefix(query.commit?.lowercased() ?? "") }
        guard !notes.isEmpty else { return LedgerFound() }
        var question = GitProgram.Question(["cat-file", "--batch"])
        (question.limit, question.input) = (256 << 20, Array(notes.map { $0[0] + "\n" }.joined().utf8))
        let output = try await git.output(of: question)
        var (lines, rest) = (LedgerLines(at: Self.place), output[...])
        for note in notes {
            for (index, line) in try Self.nextBlob(&rest).split(separator: UInt8(ascii: "\n")).enumerated() {
                lines.take(Array(line), named: "\(Self.ref) of \(note[1].prefix(12)), line \(index + 1)")
            }
        }
        return lines.found(query)
    }

    /// Takes `<id> blob <size>`, that many bytes and a line feed from what git says.
    private static func nextBlob(_ rest: inout ArraySlice<UInt8>) throws -> ArraySlice<UInt8> {
        let head = String(decoding: rest.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        let words = head.split(separator: " ")
        guard words.count == 3, words[1] == "blob", let size = Int(words[2]), size >= 0 else {
            throw GitCommandError.failed("git cat-file", reason: head.prefix(80).description.printable)
        }
        let body = rest.dropFirst(head.utf8.count + 1)
        guard body.count > size else { throw GitCommandError.failed("git cat-file", reason: "it ended early") }
        rest = body.dropFirst(size + 1)
        return body.prefix(size)
    }
}
