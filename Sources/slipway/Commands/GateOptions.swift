import ArgumentParser
import Driver
import Pipeline
import SystemPackage

/// What a gate judges by, and where it looks for evidence.
struct GateOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What the environments demand (YAML or JSON), a file of its own or a slipway.yaml.", valueName: "file"))
    var policy: String

    @Option(help: ArgumentHelp("The trusted keys (YAML or JSON).", valueName: "file"))
    var trust: String

    @Option(
        help: ArgumentHelp(
            "A ledger folder, a chained file, \"notes\" or \"registry\"; default: the places of --repo, and the registry of the image.",
            valueName: "place"))
    var records: [String] = []

    @Flag(help: "Ask the registry by plain HTTP; on this machine it always is.")
    var plainHttp = false

    @Option(help: ArgumentHelp("A record's file.", valueName: "file"))
    var record: [String] = []

    @Option(
        help: ArgumentHelp(
            "What runs there, when no deployment in a ledger says so: a deployment, or JSON with image, version, sequence.",
            valueName: "file"))
    var deployed: String?

    @Option(help: ArgumentHelp("A waiver's file, beside those of the ledger folders.", valueName: "file"))
    var waiver: [String] = []

    @Option(
        help: ArgumentHelp(
            "What a database says of its migrations (flyway_schema_history as CSV or JSON); of another service as name=file.",
            valueName: "file"))
    var migrationsState: [String] = []

    func fill(_ request: inout GateRequest, around place: Request) throws {
        request.places.isPlain = plainHttp
        request.handed.records = record.map { FilePath($0) }
        request.handed.waivers = waiver.map { FilePath($0) }
        request.handed.deployed = deployed.map { FilePath($0) }
        request.handed.databases = migrationsState.map { text in
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let name = ServiceName(parsing: parts[0]) else { return (nil, FilePath(text)) }
            return (name, FilePath(String(parts[1])))
        }
        try request.look(in: records, around: place)
    }
}
