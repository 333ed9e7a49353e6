import ArgumentParser
import Driver
import Pipeline
import SystemPackage

/// What runs where, written down by whoever deployed it.
struct RecordDeployedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deployed",
        abstract: "Write down that an image was deployed: who, where, in place of what, how its migrations ran.",
        discussion: """
            The newest deployment of an environment is what the gate takes for the state there. It is kept in the ledger folder \
            (deployments/<id>.jsonl) and wherever else records are. A failed migration is written down as well: \
            --migrations failed keeps the next deployment from going ahead.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var what: TargetOptions
    @OptionGroup var signing: SigningOptions
    @OptionGroup var migrations: MigrationOptions

    @Option(help: ArgumentHelp("Who deployed: a person, a job.", valueName: "who"))
    var by: String

    @Option(help: ArgumentHelp("deploy, redeploy or rollback; default: as the decision says.", valueName: "intent"))
    var intent: Decision.Intent?

    @Option(help: ArgumentHelp("The decision that allowed it, as the gate wrote it.", valueName: "file"))
    var decision: String?

    func run() async throws {
        let image = try LedgerQueryOptions.image(what.image)
        guard let digest = image.digest else { return }
        var draft = DeploymentDraft(
            service: try LedgerQueryOptions.service(what.service), image: digest, environment: what.environment, by: by)
        draft.intent = intent
        draft.migrations = migrations.facts
        var request = common.request
        signing.apply(to: &request)
        let (deployment, file, troubles) = try await request.recordDeployed(
            draft, of: image, decision: decision.map { FilePath($0) })
        for text in troubles { Console.story("slipway: \(text.printable)") }
        if common.json {
            try Console.answer(JSON(encoding: deployment).prettyText)
        } else {
            let from = deployment.from.map { " in place of \($0.version.map { "\($0)" } ?? $0.image.short)" } ?? ""
            let to = deployment.to.version.map { "\($0) " } ?? ""
            try Console.answer(
                "\(deployment.service) \(to)(\(deployment.to.image.short)) runs in \(deployment.environment.printable)\(from)\n\(file)\n"
            )
        }
    }

    /// Which image of which service, where.
    struct TargetOptions: ParsableArguments {
        @Option(help: ArgumentHelp("The service.", valueName: "name"))
        var service: String

        @Option(help: ArgumentHelp("The image, by digest: host/repository@sha256:…", valueName: "reference"))
        var image: String

        @Option(help: ArgumentHelp("Where it runs.", valueName: "name"))
        var environment: String
    }

    /// How its migrations ran.
    struct MigrationOptions: ParsableArguments {
        @Option(name: .customLong("migrations"), help: ArgumentHelp("success, failed or none.", valueName: "result"))
        var result: Deployment.Migrations.Result?

        @Option(help: ArgumentHelp("The version that the database is at: V12.", valueName: "version"))
        var head: String?

        @Option(help: ArgumentHelp("What ran them.", valueName: "name"))
        var job: String?

        func validate() throws {
            if result == nil, head != nil || job != nil {
                throw ValidationError("--head and --job say more of --migrations, which is missing")
            }
        }

        /// Nil where nothing is said of them.
        var facts: Deployment.Migrations? {
            result.map { Deployment.Migrations(result: $0, headVersion: head, job: job) }
        }
    }
}
