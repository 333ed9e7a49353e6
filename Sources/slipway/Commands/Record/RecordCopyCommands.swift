import ArgumentParser
import Driver
import Pipeline
import SystemPackage

/// A copy of a ledger for places that have no network.
struct RecordExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Copy what all places hold to a file, an envelope a line, or to a folder.",
        discussion: """
            A target that is a folder, or ends with a slash, becomes a ledger folder that every command takes for --records; \
            else it is one file. Without options everything is copied: records, waivers, deployments.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var wanted: LedgerQueryOptions

    @Argument(help: ArgumentHelp("The file, or the folder.", valueName: "target"))
    var target: String

    func run() async throws {
        let (query, _) = try wanted.query(Set(LedgerContent.Kind.allCases), in: common.request)
        var request = common.request
        request.limits.isOffline = wanted.offline
        let copy = try await request.export(query, to: FilePath(target), asFolder: target.hasSuffix("/"))
        try copy.answer("copied", common)
    }
}

/// What a copy holds, taken over.
struct RecordImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take over what a copy of a ledger holds, into the ledger folder.",
        discussion: """
            It may be done again. Nothing that is here is replaced: a record with the id of another one, or a line that is no \
            envelope, is named and left out, and ends it with 21; the rest is taken over.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("A file of envelopes, or a ledger folder.", valueName: "source"))
    var source: String

    func run() throws {
        try common.request.importLedger(FilePath(source)).answer("new", common)
    }
}

extension LedgerCopy {
    /// Says what was copied, and what was not.
    fileprivate func answer(_ word: String, _ common: CommonOptions) throws {
        for text in refused { Console.error(text.printable) }
        for text in unreachable { Console.error("not asked: \(text.printable)") }
        if common.json {
            let members: [String: JSON] = [
                word: .integer(Int64(count)), "known": .integer(Int64(known)), "signed": .integer(Int64(signed)),
                "refused": .array(refused.map(JSON.string)),
            ]
            try Console.answer(JSON.object(members).prettyText)
        } else {
            let parts =
                ["\(count) \(word)"] + (known > 0 ? ["\(known) known already"] : [])
                + (signed > 0 ? ["\(signed) of them with more signatures now"] : [])
                + (refused.isEmpty ? [] : ["\(refused.count) refused"])
            try Console.answer(parts.joined(separator: ", ") + "\n")
        }
        if !refused.isEmpty { throw Exit.unverifiable.thrown }
        if !unreachable.isEmpty { throw Exit.environment.thrown }
    }
}

/// The notes of two clones as one.
struct RecordPushCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Unite the records in refs/notes/stability with those of a remote, and push them.",
        discussion: """
            For a ledger with "notes" in it. Whoever was faster is fetched and united: nothing of anybody is lost. To have \
            them in a new clone: slipway record push, or git fetch origin refs/notes/stability:refs/notes/stability.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("The name of a remote, or an address.", valueName: "remote"))
    var remote = "origin"

    func run() async throws {
        guard let pushed = try await common.request.pushNotes(to: remote) else {
            try Console.answer("no notes here, and none on the remote\n")
            return
        }
        let rounds = pushed.rounds == 0 ? "" : ", after \(pushed.rounds) others"
        try Console.answer("refs/notes/stability is the same here and on \(pushed.remote)\(rounds)\n")
    }
}

/// Whether a chained file is what was written.
struct RecordChainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chain",
        abstract: "Check a ledger.jsonl whose lines are chained: nothing changed, removed or put in.",
        discussion: """
            Prints how many lines there are and the digest of the last one. Whoever keeps that elsewhere, and gives it as \
            --head later, also finds out when lines at the end are gone. What is wrong is named by line: exit 21.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("The digest of a line that must still be there: sha256:…", valueName: "digest"))
    var head: String?

    @Argument(help: ArgumentHelp("The file.", valueName: "file"))
    var file: String

    func run() throws {
        let noted = try head.map { text in
            guard let digest = Digest(parsing: text) else {
                throw ValidationError("\"\(text.printable)\" is no digest: sha256: and 64 digits")
            }
            return digest
        }
        let report = try Request.chain(in: FilePath(file), head: noted)
        for fault in report.faults { Console.error("line \(fault.line) \(fault.problem.printable)") }
        if common.json {
            try Console.answer(JSON(encoding: report).prettyText)
        } else {
            try Console.answer("\(report.lines) lines, the last \(report.head.map { "\($0)" } ?? "none")\n")
        }
        if !report.faults.isEmpty { throw Exit.unverifiable.thrown }
    }
}
