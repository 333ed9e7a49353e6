import ArgumentParser
import Driver
import Pipeline
import SystemPackage

struct GateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gate",
        abstract: "May this digest go to that environment?",
        discussion: """
            The decision is printed as JSON, and what people need to know of it on standard error. Policy and trust are \
            files of whoever deploys; those in the candidate's own checkout are refused.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("The service.", valueName: "name"))
    var service: String

    @Option(help: ArgumentHelp("The image, by digest: host/repository@sha256:…", valueName: "reference"))
    var image: String

    @Option(help: ArgumentHelp("Where it is to go.", valueName: "name"))
    var environment: String

    @Option(help: ArgumentHelp("What the environments demand (YAML or JSON).", valueName: "file"))
    var policy: String

    @Option(help: ArgumentHelp("The trusted keys (YAML or JSON).", valueName: "file"))
    var trust: String

    @Option(
        help: ArgumentHelp(
            "A ledger folder, or \"registry\"; default: the ledger of --repo, and the registry that the image names.",
            valueName: "place"))
    var records: [String] = []

    @Flag(help: "Ask the registry by plain HTTP; on this machine it always is.")
    var plainHttp = false

    @Option(help: ArgumentHelp("A record's file.", valueName: "file"))
    var record: [String] = []

    @Option(help: ArgumentHelp("Write the decision to this file as well.", valueName: "file"))
    var out: String?

    func run() async throws {
        guard let name = ServiceName(parsing: service) else { throw ValidationError(ServiceName.rule) }
        guard let reference = ImageReference(parsing: image) else {
            throw ValidationError("\"\(image.printable)\" is no image reference")
        }
        guard reference.digest != nil else {
            throw ValidationError("a gate decides about digests, and \"\(image.printable)\" has none: resolve it first")
        }
        var request = GateRequest(
            service: name, image: reference, environment: environment, policy: FilePath(policy), trust: FilePath(trust),
            variables: common.environment)
        request.isPlain = plainHttp
        request.files = record.map { FilePath($0) }
        if !records.isEmpty || record.isEmpty { try request.look(in: records, orAround: FilePath(common.repo)) }
        let decision = try await request.decide()
        let json = try JSON(encoding: decision, absence: .null).prettyText
        try Console.answer(json)
        if let out { try decision.write(to: FilePath(out)) }
        if !common.quiet { for line in Self.story(decision) { Console.story(line) } }
        if decision.exit != 0 { throw ExitCode(decision.exit) }
    }

    private static func story(_ decision: Decision) -> [String] {
        let advisory = decision.wouldBlock.isEmpty ? "" : " (advisory: an enforcing environment would say no)"
        let head =
            "\(decision.service) \(decision.image.short) to \(decision.environment.printable): "
            + "\(decision.decision.rawValue)\(advisory)"
        return [head]
            + decision.items.filter { $0.state != .pass }.flatMap { item in
                ["  \(item.id.rawValue): \(item.detail)"] + (item.toGreen.map { ["    \($0)"] } ?? [])
            }
    }
}
