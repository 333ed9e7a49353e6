public import ArgumentParser
import Driver
public import Pipeline
import SystemPackage

/// What is looked for in ledgers.
struct LedgerQueryOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only of this service.", valueName: "name"))
    var service: String?

    @Option(help: ArgumentHelp("Only records of this key: sha256:…", valueName: "key"))
    var key: String?

    @Option(
        help: ArgumentHelp(
            "Only about this image: sha256:…, or host/repository@sha256:… to ask that repository.",
            valueName: "image"))
    var image: String?

    @Option(help: ArgumentHelp("Only records of this commit: a name, or the beginning of an id.", valueName: "commit"))
    var commit: String?

    @Option(help: ArgumentHelp("Only records of this branch.", valueName: "name"))
    var branch: String?

    @Option(help: ArgumentHelp("Only records that are worth at least so much.", valueName: "scope"))
    var scope: Scope?

    @Option(help: ArgumentHelp("What to look for: record, waiver, deployment, or all.", valueName: "kind"))
    var kind: [KindOption] = []

    @Flag(help: "Ask no registry.")
    var offline = false

    /// The question, when none of several kinds were named about those.
    func query(
        _ standard: Set<LedgerContent.Kind>, in request: Request
    ) throws -> (query: LedgerQuery, image: ImageReference?) {
        var query = LedgerQuery()
        query.kinds = kind.isEmpty ? standard : Set(kind.flatMap(\.kinds))
        query.service = try service.map(Self.service)
        query.key = try key.map { text in
            guard let digest = Digest(parsing: text) ?? Digest(hex: text) else {
                throw ValidationError("\"\(text.printable)\" is no key: sha256: and 64 digits")
            }
            return digest
        }
        query.branch = branch
        query.scope = scope
        query.commit = try commit.map { text in
            let isBeginning = (4...40).contains(text.utf8.count) && text.allSatisfy(\.isHexDigit)
            return isBeginning ? text : "\(try request.commit(named: text))"
        }
        guard let image else { return (query, nil) }
        if let digest = Digest(parsing: image) {
            query.image = digest
            return (query, nil)
        }
        let reference = try Self.image(image)
        query.image = reference.digest
        return (query, reference)
    }

    /// Reads the name of a service.
    static func service(_ text: String) throws -> ServiceName {
        guard let name = ServiceName(parsing: text) else {
            throw ValidationError("\"\(text.printable)\" is no service name")
        }
        return name
    }

    /// Reads an image that has a digest.
    static func image(_ text: String) throws -> ImageReference {
        guard let reference = ImageReference(parsing: text) else {
            throw ValidationError("\"\(text.printable)\" is no image reference")
        }
        guard reference.digest != nil else {
            throw ValidationError("\"\(text.printable)\" has no digest, and a tag may be another image tomorrow")
        }
        return reference
    }
}

/// `--kind`.
enum KindOption: String, ExpressibleByArgument, CaseIterable {
    case record, waiver, deployment, all

    var kinds: [LedgerContent.Kind] {
        switch self {
        case .record: [.record]
        case .waiver: [.waiver]
        case .deployment: [.deployment]
        case .all: LedgerContent.Kind.allCases
        }
    }
}

extension Scope: ExpressibleByArgument {}
extension Decision.Intent: ExpressibleByArgument {}
extension Deployment.Migrations.Result: ExpressibleByArgument {}
extension Decision.Item.ID: ExpressibleByArgument {}
extension Waiver.Category: ExpressibleByArgument {}

extension Seconds: ExpressibleByArgument {
    public init?(argument: String) { self.init(parsing: argument) }
}

/// The key of whoever says something.
struct SigningOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The private key to sign with; SLIPWAY_KEY may hold one as text.", valueName: "file"))
    var key: String?

    var file: FilePath? { key.map { FilePath($0) } }

    func apply(to request: inout Request) { request.key = file }
}
