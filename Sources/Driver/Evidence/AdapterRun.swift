import Disk
import Execution
import Git
import Pipeline
import Signing
import SystemPackage

/// One comparison by a tool that is declared: its program checked, its canary first.
struct AdapterRun: Sendable {
    private let adapter: InterfaceAdapter
    private let question: EvidenceQuestion
    private let ask: EvidenceQuestion.Ask

    init(_ adapter: InterfaceAdapter, _ question: EvidenceQuestion, ask: @escaping EvidenceQuestion.Ask) {
        (self.adapter, self.question, self.ask) = (adapter, question, ask)
    }

    /// The documents that it is given.
    private struct Documents {
        let base: [UInt8]?
        let head: [UInt8]?
        let canary: [UInt8]?
    }

    /// Why a tool is not believed.
    private struct Objection: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) {
            self.description = description
        }
    }

    /// The surface it compares; what goes wrong is its problem and nobody else's.
    func surface(since base: ReleasedBase?) async -> InterfaceFacts.Surface {
        let tool = InterfaceFacts.Tool(name: adapter.name, version: adapter.version)
        var surface = InterfaceFacts.Surface(
            kind: .adapter, path: adapter.document, tool: tool, base: base, state: .compared)
        do {
            try await fill(&surface)
        } catch {
            (surface.state, surface.problem) = (.error, error.sentence)
        }
        question.folder.removeQuietly()
        return surface
    }

    private func fill(_ surface: inout InterfaceFacts.Surface) async throws {
        let documents = try documents()
        (surface.baseDigest, surface.headDigest) = (
            documents.base.map(Digest.sha256), documents.head.map(Digest.sha256)
        )
        let program = try program()
        surface.tool.sha256 = program.digest
        guard let head = documents.head else {
            guard documents.base != nil else { throw Objection("\(adapter.document) is not there") }
            return surface.take(.init(id: "interface-removed", level: .major, place: place, hash: Digest.sha256))
        }
        guard let base = documents.base else {
            surface.examined = 1
            if surface.base == nil { return }
            return surface.take(.init(id: "interface-new", level: .minor, place: place, hash: Digest.sha256))
        }
        guard let canary = documents.canary else { throw Objection("its canary \(adapter.canary) is not there") }
        switch try await verdict(from: base, to: canary, by: program.path, "canary") {
        case .failed(let problem): throw Objection("on its canary: \(problem)")
        case .compared(let changes, _, _):
            surface.canary = changes.contains { $0.level == .major }
            guard surface.canary == true else {
                throw Objection("\(adapter.name) does not see that its canary breaks, so it proves nothing")
            }
        }
        switch try await verdict(from: base, to: head, by: program.path, "head") {
        case .failed(let problem): throw Objection(problem)
        case .compared(let changes, let count, let examined):
            (surface.changes, surface.changeCount, surface.examined) = (changes, count, examined)
        }
    }

    private var place: String { "\(adapter.document)".printable }

    private func documents() throws -> Documents {
        try question.withTrees { _, head, base in
            Documents(
                base: try base?.content(of: adapter.document), head: try head.content(of: adapter.document),
                canary: try head.content(of: adapter.canary))
        }
    }

    /// The program and its digest, which must be the one that is pinned.
    private func program() throws -> (path: FilePath, digest: Digest) {
        let word = adapter.arguments.first ?? ""
        let home = home
        let places =
            word.contains("/")
            ? [home.pushing(FilePath(word))]
            : (question.survey.request.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
                .map { FilePath(String($0)).appending(word) }
        guard let path = try places.first(where: { try $0.status(followingLinks: true)?.kind == .file }) else {
            throw Objection("\(word.printable): command not found")
        }
        guard let digest = contentHash(path.string) else { throw Objection("\(word.printable) cannot be read") }
        if let pinned = adapter.limits.sha256, pinned != digest {
            throw Objection("\(word.printable) is \(digest.short)…, and \(pinned.short)… is pinned: it was not run")
        }
        return (path, digest)
    }

    private var home: FilePath {
        question.survey.root.appending(FilePath(bytes: question.service.home.bytes).components)
    }

    private func verdict(
        from base: [UInt8], to head: [UInt8], by program: FilePath, _ name: String
    ) async throws -> AdapterVerdict {
        let file = FilePath(bytes: adapter.document.bytes).lastComponent ?? "document"
        let places = [("base", base), (name, head)].map { folder, bytes in
            (path: question.folder.appending(folder).appending(file), bytes: bytes)
        }
        for (path, bytes) in places {
            try path.removingLastComponent().makeFolders()
            try path.write(bytes)
        }
        let words = adapter.arguments.dropFirst().map {
            $0.replacing("{base}", with: places[0].path.string).replacing("{head}", with: places[1].path.string)
        }
        var inquiry = Inquiry([program.string] + words, in: home, environment: environment)
        (inquiry.timeout, inquiry.limit) = (adapter.limits.timeout, 16 << 20)
        let answer = try await ask(inquiry)
        return adapter.verdict(answer.ending, output: answer.output, errors: answer.errors, hash: Digest.sha256)
    }

    /// Nothing that tells where a network or a secret is.
    private var environment: [String: String] {
        let own = question.survey.request.environment
        var variables = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"].reduce(into: [String: String]()) {
            $0[$1] = own[$1]
        }
        if variables["LANG"] == nil, variables["LC_ALL"] == nil { variables["LC_ALL"] = "C.UTF-8" }
        return variables
    }
}

extension InterfaceFacts.Surface {
    /// Takes the one change that there is.
    fileprivate mutating func take(_ change: InterfaceFacts.Change) {
        (changes, changeCount, examined) = ([change], 1, 1)
    }
}
