import Execution
import Pipeline
import SystemPackage

/// The repository that everybody pushes to: what it says about its tags and branches is the truth about releases.
struct GitRemote: Sendable {
    var git: GitProgram
    /// As people call it: without passwords.
    let name: String
    /// What git is told: the name of a configured remote, or an address.
    let address: String

    /// One ref as a server advertises it.
    struct Ref: Equatable, Sendable {
        /// The whole name: `refs/tags/…`.
        let name: GitRefName
        let object: ObjectID
        /// What an annotated tag leads to; nil for everything else.
        let peeled: ObjectID?

        /// The commit, unless somebody tagged something else.
        var commit: ObjectID { peeled ?? object }
    }

    /// Takes the name of a remote of the clone, or an address.
    ///
    /// Where pushes go is also where it is read: a mirror may be late.
    init(_ name: String, of git: GitProgram) async throws {
        self.git = git
        self.name = Self.withoutPassword(name).printable
        let isName = !name.isEmpty && !name.hasPrefix("-") && !name.utf8.contains(0)
        guard isName else { throw GitCommandError.noSuchRemote(name) }
        if name.contains(":") || name.hasPrefix("/") || name.hasPrefix("./") || name.hasPrefix("../") {
            address = name
            return
        }
        let push = try await Self.addresses(["--push", "--all", "--", name], of: name, git)
        guard let only = push.first, push.count == 1 else { throw GitCommandError.severalAddresses(name) }
        address = try await Self.addresses(["--", name], of: name, git) == [only] ? name : only
    }

    private static func addresses(_ arguments: [String], of name: String, _ git: GitProgram) async throws -> [String] {
        let question = GitProgram.Question(["remote", "get-url"] + arguments)
        let answer = try await git.ask(question)
        // What git says when it knows no remote of that name.
        if answer.ending == .exited(2) { throw GitCommandError.noSuchRemote(name) }
        guard answer.ending == .exited(0) else {
            throw GitCommandError.failed(question.command, reason: answer.reason)
        }
        return String(decoding: answer.output, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// An address as it may be shown: without what stands between `//` and `@`.
    static func withoutPassword(_ address: String) -> String {
        guard let start = address.firstRange(of: "://")?.upperBound else { return address }
        let host = address[start...].prefix { $0 != "/" }
        guard let at = host.lastIndex(of: "@") else { return address }
        return String(address[..<start] + address[address.index(after: at)...])
    }

    // MARK: - Refs

    /// The tags and branches whose whole names begin with one of these texts; without any, all there are.
    func refs(matching beginnings: [String] = []) async throws -> [Ref] {
        var question = GitProgram.Question(["ls-remote", "--quiet", "--tags", "--heads", "--", address])
        question.limit = 64 << 20
        let answer = try await git.ask(question)
        guard answer.ending == .exited(0) else { throw GitCommandError(askingOf: name, answer.reason) }
        let prefixes = beginnings.map { Array($0.utf8) }
        return try Self.refs(answer.output, of: name).filter { ref in
            prefixes.isEmpty || prefixes.contains { ref.name.bytes.starts(with: $0) }
        }
    }

    /// Reads `<object> TAB <name>` line by line; the line of what a tag leads to follows that of the tag.
    ///
    /// Names that git itself would not take are passed over: nothing can be made of them.
    static func refs(_ bytes: [UInt8], of remote: String) throws -> [Ref] {
        var refs: [Ref] = []
        let peeling = Array("^{}".utf8)
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard let tab = line.firstIndex(of: UInt8(ascii: "\t")),
                let object = ObjectID(parsing: String(decoding: line[..<tab], as: UTF8.self))
            else {
                let text = String(decoding: line.prefix(80), as: UTF8.self).printable
                throw GitCommandError.unreachable(remote, reason: "it answers \"\(text)\", which is no object and name")
            }
            let name = line[(tab + 1)...]
            if name.suffix(3).elementsEqual(peeling) {
                guard let last = refs.last, last.name.bytes.elementsEqual(name.dropLast(3)) else { continue }
                refs[refs.count - 1] = Ref(name: last.name, object: last.object, peeled: object)
            } else if let name = GitRefName(bytes: Array(name)) {
                refs.append(Ref(name: name, object: object, peeled: nil))
            }
        }
        return refs
    }

    // MARK: - Objects

    /// Brings an annotated tag of the remote into the clone, with what it leads to, and reads it; nil for a lightweight one.
    ///
    /// No ref of the clone changes.
    func tag(_ ref: Ref) async throws -> TagObject? {
        guard ref.peeled != nil, let name = ref.name.tagName else { return nil }
        if try await !git.has([ref.object, ref.commit]) {
            try await fetch(ref.name)
            guard try await git.has([ref.object]) else { throw GitCommandError.moved(name) }
        }
        let tag = try await git.tag(ref.object)
        guard tag.name == name else {
            throw GitCommandError.unusable(ref.object, reason: "\(name) leads to it, but it is \(tag.name)")
        }
        return tag
    }

    private func fetch(_ name: GitRefName) async throws {
        let question = GitProgram.Question([
            "fetch", "--quiet", "--no-tags", "--no-prune", "--no-write-fetch-head", "--no-auto-maintenance",
            "--no-recurse-submodules", "--refmap=", "--", address, name.text,
        ])
        let answer = try await git.ask(question)
        guard answer.ending == .exited(0) else { throw GitCommandError(askingOf: self.name, answer.reason) }
    }
}
