public import ArgumentParser
import Driver
public import Pipeline
import SystemPackage

/// Who is believed: the file of trusted keys, in the hands of whoever keeps it.
struct RecordTrustCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust",
        abstract: "Show and check a trust file; add, revoke and sign in it.",
        discussion: """
            To change a key without a gap: add the new one, sign, hand the file to every gate, let CI sign with the new key, \
            and revoke the old one from the next sequence on. What the old one signed before stays valid.
            """,
        subcommands: [Show.self, Add.self, Revoke.self, Sign.self])

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print who may sign what; with --root, only if the root key signed it.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var anchor: AnchorOptions
        @Argument(help: ArgumentHelp("The trust file.", valueName: "file"))
        var file: String

        func run() throws {
            let read = try TrustFile.read(FilePath(file), anchor.anchor)
            guard !common.json else { return try Console.answer(JSON(encoding: read.trust).prettyText) }
            var table = Table()
            for key in read.trust.keys {
                let title = key.title.map { " (\($0))" } ?? ""
                let end = key.revokedFromSequence.map { "revoked from \($0)" } ?? key.notAfter.map { "until \($0)" }
                table.add([
                    .init(key.id), .init(key.role.rawValue + title), .init(key.services.joined(separator: ",")),
                    .init(key.branches.joined(separator: ",")), .init(end ?? "", .grey),
                ])
            }
            try Console.answer(table.text(common.style))
            if !common.quiet {
                Console.story("version \(read.trust.version)\(read.isProved ? ", signed by the root key" : "")")
            }
        }
    }

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Trust one key more, and count the version up; the file is made when it is not there.")

        @Option(help: ArgumentHelp("The public key.", valueName: "file"))
        var key: String
        @Option(help: ArgumentHelp("What to call it; default: the name of its file.", valueName: "name"))
        var id: String?
        @Option(help: "What it may sign.")
        var role = Trust.Key.Role.build
        @Option(help: ArgumentHelp("What its holder is: policies say which titles may waive.", valueName: "title"))
        var title: String?
        @Option(help: "The highest scope its records may claim.")
        var scope = Scope.release
        @OptionGroup var limits: KeyLimits
        @Argument(help: ArgumentHelp("The trust file.", valueName: "file"))
        var file: String

        func run() throws {
            var editing = try TrustEditing(FilePath(file))
            try editing.add(FilePath(key)) { entry in
                if let id { entry.id = id }
                (entry.role, entry.title, entry.scope) = (role, title, scope)
                limits.apply(to: &entry)
            }
            try editing.write()
            Console.story("version \(editing.trust.version), not signed: slipway record trust sign")
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take trust from a key, and count the version up.")

        @Option(help: ArgumentHelp("The first sequence it no longer signs; 0: none at all.", valueName: "n"))
        var fromSequence: Int64?
        @Option(help: ArgumentHelp("The last moment at which it signed (RFC 3339, UTC).", valueName: "time"))
        var after: Timestamp?
        @Argument(help: ArgumentHelp("The trust file.", valueName: "file"))
        var file: String
        @Argument(help: ArgumentHelp("What the key is called.", valueName: "id"))
        var id: String

        func validate() throws {
            guard fromSequence != nil || after != nil else { throw ValidationError("say --from-sequence or --after") }
        }

        func run() throws {
            var editing = try TrustEditing(FilePath(file))
            try editing.revoke(id, from: fromSequence, after: after)
            try editing.write()
            Console.story("version \(editing.trust.version), not signed: slipway record trust sign")
        }
    }

    struct Sign: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign a trust file with a root key, which is kept offline.")

        @Option(help: ArgumentHelp("The private root key.", valueName: "file"))
        var key: String
        @Option(help: ArgumentHelp("Where to write it; default: in its place.", valueName: "file"))
        var out: String?
        @Argument(help: ArgumentHelp("The trust file (JSON).", valueName: "file"))
        var file: String

        func run() throws {
            try TrustEditing(FilePath(file)).sign(with: FilePath(key), to: FilePath(out ?? file))
        }
    }
}

/// For what a key counts.
struct KeyLimits: ParsableArguments {
    @Option(help: ArgumentHelp("A service (glob) it may sign for; default: all.", valueName: "name"))
    var service: [String] = []
    @Option(help: ArgumentHelp("A branch (glob) it may sign for; default: all.", valueName: "name"))
    var branch: [String] = []
    @Option(help: ArgumentHelp("A repository (glob) it may sign for; default: all.", valueName: "address"))
    var repository: [String] = []
    @Option(help: ArgumentHelp("An environment (glob) it counts for; default: all.", valueName: "name"))
    var environment: [String] = []
    @Option(help: ArgumentHelp("A builder it may sign for; default: all.", valueName: "id"))
    var builderId: [String] = []
    @Option(help: ArgumentHelp("From when its signatures count (RFC 3339, UTC).", valueName: "time"))
    var notBefore: Timestamp?
    @Option(help: ArgumentHelp("Until when its signatures count (RFC 3339, UTC).", valueName: "time"))
    var notAfter: Timestamp?

    func apply(to key: inout Trust.Key) {
        if !service.isEmpty { key.services = service }
        if !branch.isEmpty { key.branches = branch }
        if !repository.isEmpty { key.repositories = repository }
        if !environment.isEmpty { key.environments = environment }
        (key.builderIds, key.notBefore, key.notAfter) = (builderId, notBefore, notAfter)
    }
}

extension Trust.Key.Role: ExpressibleByArgument {}

extension Timestamp: ExpressibleByArgument {
    public init?(argument: String) { self.init(parsing: argument) }
}
