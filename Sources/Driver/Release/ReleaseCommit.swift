import Disk
import Pipeline
import SystemPackage

/// What a release writes into files: one commit behind the one that was built, pushed in the same step as the tags.
///
/// Tags stay on what was built and tested; the commit only lets files say what was released.
struct ReleaseCommit: Sendable {
    let git: GitProgram
    let parent: ObjectID
    let subject: String
    /// Files by their paths, as they are to be.
    let files: [(path: Path, bytes: [UInt8])]

    /// Makes the commit; no ref names it yet, and neither index nor work tree change.
    func make() async throws -> ObjectID {
        let index = git.scratch.appending("index-\(RecordID.new())")
        defer { index.removeQuietly() }
        let who = try await git.tagger()
        let variables = [
            "GIT_INDEX_FILE": index.string, "GIT_AUTHOR_NAME": who.name, "GIT_AUTHOR_EMAIL": who.mail,
            "GIT_COMMITTER_NAME": who.name, "GIT_COMMITTER_EMAIL": who.mail,
        ]
        _ = try await say(["read-tree", "\(parent)"], variables)
        for file in files {
            let blob = try await say(["hash-object", "-w", "--stdin"], variables, input: file.bytes)
            let path = String(decoding: file.path.bytes, as: UTF8.self)
            let mode = try await mode(of: path, variables)
            _ = try await say(["update-index", "--add", "--cacheinfo", "\(mode),\(blob),\(path)"], variables)
        }
        let tree = try await say(["write-tree"], variables)
        let text = try await say(["commit-tree", tree, "-p", "\(parent)", "-m", subject], variables)
        guard let commit = ObjectID(parsing: text) else {
            throw GitCommandError.failed("git commit-tree", reason: "it made no commit that Slipway can name")
        }
        return commit
    }

    /// The mode a file has; a new one is no program.
    private func mode(of path: String, _ variables: [String: String]) async throws -> String {
        let line = try await say(["ls-files", "--stage", "--", ":(literal)\(path)"], variables)
        return line.split(separator: " ").first.map(String.init) ?? "100644"
    }

    private func say(_ arguments: [String], _ variables: [String: String], input: [UInt8]? = nil) async throws -> String
    {
        var question = GitProgram.Question(arguments)
        question.variables = variables
        if let input { question.input = input }
        return String(decoding: try await git.output(of: question).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
