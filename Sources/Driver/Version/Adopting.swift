import Disk
import Execution
import Git
import Pipeline
import SystemPackage

/// What was written for an adoption that was accepted.
public struct Adopted: Equatable, Sendable, Codable {
    public let answer: AdoptionAnswer
    /// The file that was written or added to, if there was something to write.
    public let written: String?
    /// The tags that were made in this clone.
    public let tags: [String]
    /// The command that brings them to everybody else; nil without tags or without a remote.
    public let push: String?
}

extension Request {
    /// What the tags and commits of the repository come to, and how its versions could go on.
    ///
    /// Writes nothing.
    public func adoption() throws -> AdoptionAnswer { try AdoptionAnswer(of: self) }

    /// Writes what is proposed: the section, where there is none yet, and the missing baseline tags, in this clone only.
    ///
    /// Tags come first: what is there already is not made again, so that it can be called once more after any failure.
    public func adopt() async throws -> Adopted {
        let answer = try adoption()
        let repository = try Repository(at: folder.string)
        guard let workTree = repository.workTree.map({ FilePath($0) }) else { throw RunError.bare(folder.string) }
        let file = configuration ?? workTree.appending(ConfigurationFile.standardName)
        let text = try answer.addsSection && answer.configuration != nil ? file.extended(with: answer.yaml) : nil
        let git = GitProgram(at: workTree, environment: environment, scratch: workTree)
        try await git.make(answer.tags)
        var written: FilePath?
        if let text {
            try file.write(text)
            written = file
        } else if answer.configuration == nil {
            written = try Proposal(of: folder).write()
        }
        let names = answer.tags.map(\.proposedTag)
        return Adopted(
            answer: answer, written: written?.string, tags: names, push: try await git.pushLine(for: names))
    }
}

extension GitProgram {
    /// Makes baseline tags, each with a line about where it comes from.
    fileprivate func make(_ baselines: [AdoptionProposal.Baseline]) async throws {
        guard !baselines.isEmpty else { return }
        let who = Question(["-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT"])
        guard try await ask(who).ending == .exited(0) else { throw GitCommandError.nobody }
        for baseline in baselines {
            guard let name = GitRefName(parsing: baseline.proposedTag) else {
                throw GitCommandError.failed(
                    "git tag", reason: "\"\(baseline.proposedTag.printable)\" is no name git takes")
            }
            var question = Question([
                "tag", "--annotate", "--no-sign", "--cleanup=verbatim", "--file=-", "--", name.text,
                "\(baseline.commit)",
            ])
            question.input = Array("\(name.text.printable)\n\nadopted from \(baseline.tag.printable)\n".utf8)
            _ = try await output(of: question)
        }
    }

    /// The line that pushes tags to the remote that this clone came from, or the first there is.
    fileprivate func pushLine(for tags: [String]) async throws -> String? {
        guard !tags.isEmpty else { return nil }
        let said = try await output(of: Question(["remote"]))
        let remotes = String(decoding: said, as: UTF8.self).split(separator: "\n").map(String.init)
        guard let remote = remotes.first(where: { $0 == "origin" }) ?? remotes.first else { return nil }
        let words = ["git", "push", "--atomic", remote] + tags.map { "refs/tags/\($0)" }
        return words.map(Self.quoted).joined(separator: " ")
    }

    /// A word as a shell takes it for one.
    private static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            ("a"..."z").contains(Unicode.Scalar(byte)) || ("A"..."Z").contains(Unicode.Scalar(byte))
                || ("0"..."9").contains(Unicode.Scalar(byte)) || "@%+=:,./_-".utf8.contains(byte)
        }
        return isPlain ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }
}

extension FilePath {
    /// The content of a configuration with a section added at its end.
    ///
    /// Throws when that would not be the same configuration and the section.
    fileprivate func extended(with section: String) throws -> [UInt8] {
        func refusal(_ reason: String) -> ConfigurationError {
            ConfigurationError(
                file: string, line: 1, "the section cannot be added at its end: \(reason)",
                hint: "add by hand what slipway version adopt prints")
        }
        guard try status()?.kind == .file else { throw refusal("it is no plain file") }
        let old = try configurationBytes(of: self)
        let before = try Configuration(parsing: old, fileName: string).file
        let gap = old.isEmpty ? "" : old.last == UInt8(ascii: "\n") ? "\n" : "\n\n"
        let new = old + Array((gap + section).utf8)
        var after: ConfigurationFile
        do {
            after = try Configuration(parsing: new, fileName: string).file
        } catch let error as ConfigurationError {
            throw refusal(error.findings.first?.message ?? "it would not be readable")
        }
        let isThere = after.versioning != nil
        after.versioning = nil
        guard isThere, after == before else { throw refusal("other settings would change") }
        return new
    }
}
