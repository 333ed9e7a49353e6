import Execution
import Pipeline
import SystemPackage

/// The git program on one clone: for what goes over the network, which needs its credentials, and for tags.
///
/// It never asks anybody anything, and finds what the user's own git finds: configuration, keys, agents, helpers.
struct GitProgram: Sendable {
    /// Any folder of the clone.
    let folder: FilePath
    /// The variables that git sees.
    let environment: [String: String]
    /// A folder for what is needed for a moment.
    let scratch: FilePath
    /// How long one command may take.
    var timeout = Seconds(300)

    init(at folder: FilePath, environment: [String: String], scratch: FilePath) {
        (self.folder, self.scratch) = (folder, scratch)
        let inherited = environment.filter { !Self.ofOtherClones.contains($0.key) }
        self.environment = inherited.merging(Self.fixed) { $1 }
    }

    /// Messages are English, as some of them decide, and nobody is there to answer a question.
    private static let fixed = ["LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GCM_INTERACTIVE": "never"]

    /// What git says to its own hooks about the clone they run in, which may be another one.
    private static let ofOtherClones: Set<String> = [
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_GRAFT_FILE", "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_NO_REPLACE_OBJECTS", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX",
        "GIT_QUARANTINE_PATH", "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
    ]

    /// One call of git, and what it is told.
    struct Question {
        var arguments: [String]
        var input: [UInt8] = []
        /// Variables besides the usual ones.
        var variables: [String: String] = [:]
        /// How much may be said, in bytes.
        var limit = 1 << 20

        init(_ arguments: [String]) {
            self.arguments = arguments
        }

        /// The subcommand, for messages.
        var command: String {
            var rest = arguments[...]
            while let first = rest.first, first.hasPrefix("-") { rest = rest.dropFirst(first == "-c" ? 2 : 1) }
            return "git " + (rest.first ?? "")
        }
    }

    /// Calls git; whatever exit code it ends with is an answer.
    func ask(_ question: Question) async throws -> Inquiry.Answer {
        var inquiry = Inquiry(
            ["git"] + question.arguments, in: folder, environment: environment.merging(question.variables) { $1 })
        (inquiry.input, inquiry.timeout, inquiry.limit) = (question.input, timeout, question.limit)
        let answer = try await inquiry.ask()
        switch answer.ending {
        case .interrupted: throw CancellationError()
        case .notFound: throw GitCommandError.noGit
        default: return answer
        }
    }

    /// Calls git, which has to succeed; returns what it printed.
    func output(of question: Question) async throws -> [UInt8] {
        let answer = try await ask(question)
        guard answer.ending == .exited(0) else {
            throw GitCommandError.failed(question.command, reason: answer.reason)
        }
        return answer.output
    }

    /// What git prints on one line.
    func line(of question: Question) async throws -> String {
        let output = try await output(of: question)
        return String(decoding: output.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}

extension Inquiry.Answer {
    /// Why git did not do it, in its own words: what it calls fatal and what a server says, else its last line.
    var reason: String {
        if case .timedOut(let time) = ending { return "no answer within \(time)" }
        let lines = String(decoding: errors, as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { $0.drop(while: \.isWhitespace) }.filter { !$0.isEmpty }
        let telling = lines.filter { line in
            ["fatal: ", "error: ", "remote: ", "ssh: "].contains { line.hasPrefix($0) }
        }
        let said = telling.isEmpty ? lines.suffix(1) : telling.prefix(4)
        let text = said.map { String($0.prefix(200)).printable }.joined(separator: "; ")
        return text.isEmpty ? ending.summary : text
    }
}
