import Disk
import Execution
import Git
import Pipeline
import SystemPackage

/// A clone that borrows the objects of another and nothing else: no hook, no filter, no setting of the user's acts in it.
struct BorrowedClone: Sendable {
    let folder: ReproductionFolder
    let lender: Lender
    /// Git in this clone, apart from whatever anybody configured.
    private let git: GitProgram

    /// The clone whose objects are borrowed.
    struct Lender: Sendable {
        /// Any folder of it.
        let folder: FilePath
        let commonFolder: FilePath
        /// Where it was cloned from.
        let remote: String?
        let environment: [String: String]
    }

    init(in folder: ReproductionFolder, of lender: Lender) {
        (self.folder, self.lender) = (folder, lender)
        var git = GitProgram(
            at: folder.root, environment: Self.apart(lender.environment), scratch: folder.workspace.root)
        git.timeout = Seconds(3600)
        self.git = git
    }

    private var gitFolder: FilePath { folder.root.appending(".git") }

    /// Variables for a git that nobody configured.
    private static func apart(_ environment: [String: String]) -> [String: String] {
        let nowhere = "/nonexistent"
        var variables = [
            "HOME": nowhere, "XDG_CONFIG_HOME": nowhere, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_SYSTEM": "/dev/null",
            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_ATTR_NOSYSTEM": "1",
        ]
        variables["PATH"] = environment["PATH"]
        let settings = [
            ("core.hooksPath", "/dev/null"), ("core.fsmonitor", "false"), ("safe.directory", "*"), ("gc.auto", "0"),
            ("init.defaultBranch", "main"),
        ]
        for (index, setting) in settings.enumerated() {
            (variables["GIT_CONFIG_KEY_\(index)"], variables["GIT_CONFIG_VALUE_\(index)"]) = setting
        }
        variables["GIT_CONFIG_COUNT"] = "\(settings.count)"
        return variables
    }

    // MARK: - Making

    /// Makes the clone in a folder that is ours, or brings the one that is there up to date.
    func make() async throws {
        _ = try await git.output(of: .init(["init", "--quiet", "--template="]))
        let objects = lender.commonFolder.appending("objects").resolvingLinks()
        let information = gitFolder.appending("objects").appending("info")
        try information.makeFolders()
        try information.appending("alternates").write(objects.bytes + [UInt8(ascii: "\n")])
        if let boundary = try lender.commonFolder.appending("shallow").contentsIfPresent() {
            try gitFolder.appending("shallow").write(boundary)
        }
        // Builds ask git for the last tag. What is printed is the very form of this file.
        let answer = try await lending(["show-ref", "--tags"], limit: 64 << 20)
        try gitFolder.appending("packed-refs").write(answer.output)
        if let remote = lender.remote {
            _ = try await git.output(of: .init(["config", "remote.origin.url", remote]))
        }
        try folder.workspace.prepare(commonFolder: gitFolder)
        // What is left of a git that was killed; the lock of the folder is ours.
        for name in ["index.lock", "HEAD.lock"] { try gitFolder.appending(name).remove() }
    }

    private func lending(_ arguments: [String], limit: Int) async throws -> Inquiry.Answer {
        let asking = GitProgram(
            at: lender.folder, environment: Self.apart(lender.environment), scratch: folder.workspace.root)
        var question = GitProgram.Question(arguments)
        question.limit = limit
        return try await asking.ask(question)
    }

    func has(_ id: ObjectID) async throws -> Bool { try await git.has([id]) }

    /// Asks `origin` of the lender for a commit, with whatever lets its user in; false when it does not give it.
    ///
    /// What comes is kept here: nothing of the lender changes.
    func fetch(_ id: ObjectID) async throws -> Bool {
        var asking = GitProgram(
            at: lender.folder, environment: lender.environment, scratch: folder.workspace.root)
        asking.timeout = Seconds(3600)
        var question = GitProgram.Question([
            "-c", "core.hooksPath=/dev/null", "fetch", "--quiet", "--no-tags", "--no-prune", "--no-write-fetch-head",
            "--no-auto-maintenance", "--no-recurse-submodules", "--refmap=", "--", "origin", "\(id)",
        ])
        question.variables = ["GIT_OBJECT_DIRECTORY": gitFolder.appending("objects").string]
        let answer = try await asking.ask(question)
        if answer.ending == .exited(0) { return try await has(id) }
        let said = String(decoding: answer.errors, as: UTF8.self)
        let denials = ["not our ref", "couldn't find remote ref", "unadvertised object"]
        if denials.contains(where: said.contains) { return false }
        throw GitCommandError(askingOf: "origin", answer.reason)
    }

    // MARK: - Checking out

    /// Checks a commit out as it is, and removes all that is in no commit.
    func checkOut(_ commit: ObjectID) async throws {
        try folder.note(nil)
        let answer = try await git.ask(.init(["checkout", "--quiet", "--force", "--detach", "\(commit)"]))
        guard answer.ending == .exited(0) else {
            guard try await lacksFiles() else {
                throw GitCommandError.failed("git checkout", reason: answer.reason)
            }
            throw ReproductionError.filesLeftOut(commit, reason: answer.reason)
        }
        try await clean()
        try folder.note(commit)
    }

    /// Whether the lender was made without all files.
    private func lacksFiles() async throws -> Bool {
        let question = ["config", "--get-regexp", #"^remote\..*\.partialclonefilter$"#]
        return try await lending(question, limit: 1 << 16).ending == .exited(0)
    }

    /// Removes what earlier runs built, but for what is Slipway's own.
    func clean() async throws {
        let question = ["clean", "-ffdx", "--quiet", "--exclude=/\(Workspace.folderName)/"]
        _ = try await git.output(of: .init(question))
    }

    /// Keeps what somebody edited here under a name of its own, as a commit.
    ///
    /// Returns the name.
    func keepEdits(at now: Timestamp) async throws -> String {
        _ = try await git.output(of: .init(["add", "--all"]))
        let tree = try await git.line(of: .init(["write-tree"]))
        let name = "refs/slipway/edits/\(now.seconds)"
        let commit = try await commit(tree: tree, parents: ["HEAD"], message: "edits", at: now)
        _ = try await git.output(of: .init(["update-ref", name, "\(commit)"]))
        return name
    }

    private func commit(
        tree: String, parents: [String], message: String, at time: Timestamp
    ) async throws -> ObjectID {
        var question = GitProgram.Question(
            ["commit-tree", tree] + parents.flatMap { ["-p", $0] } + ["-m", message])
        for role in ["AUTHOR", "COMMITTER"] {
            question.variables["GIT_\(role)_NAME"] = "Slipway"
            question.variables["GIT_\(role)_EMAIL"] = "slipway@localhost"
            question.variables["GIT_\(role)_DATE"] = "\(time.seconds) +0000"
        }
        let line = try await git.line(of: question)
        guard let id = ObjectID(parsing: line) else {
            throw GitCommandError.failed(
                question.command, reason: "it answers \"\(line.prefix(80).description.printable)\"")
        }
        return id
    }

    // MARK: - Merging

    /// Makes a merge again that no clone has: from its parents, by git's own rules.
    ///
    /// Throws when what comes out is not the tree that was built.
    func remerge(_ subject: Reproduction.Subject, _ merge: RepositoryFacts.Merge) async throws -> ObjectID {
        let (first, second) = (merge.parents[0], merge.parents[1])
        // Attributes, which say how files are merged, are read from the checkout.
        try await checkOut(first)
        let question = GitProgram.Question(["merge-tree", "--write-tree", "--name-only", "-z", "\(first)", "\(second)"])
        let answer = try await git.ask(question)
        let parts = answer.output.split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard [.exited(0), .exited(1)].contains(answer.ending), let tree = ObjectID(parsing: parts.first ?? "") else {
            if try gitFolder.appending("shallow").status() != nil { throw ReproductionError.tooShallow(subject.commit) }
            throw GitCommandError.failed(question.command, reason: answer.reason)
        }
        if answer.ending == .exited(1) {
            throw ReproductionError.mergeConflict(subject.commit, parts.dropFirst().prefix { !$0.isEmpty }.map(\.self))
        }
        if let recorded = subject.tree, subject.dirtyPaths == nil, recorded != tree {
            throw ReproductionError.otherMerge(subject.commit, recorded: recorded, here: tree)
        }
        return try await commit(
            tree: "\(tree)", parents: merge.parents.map(\.description),
            message: "Merge \(second.short) into \(first.short)", at: merge.time)
    }
}
