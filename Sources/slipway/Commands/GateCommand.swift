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
            files of whoever deploys; those in the candidate's own checkout are refused. Decisions are kept in the first \
            ledger folder (decisions/), where --replay finds them again.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var evidence: GateOptions

    @Option(help: ArgumentHelp("The service.", valueName: "name"))
    var service: String?

    @Option(help: ArgumentHelp("The image, by digest: host/repository@sha256:…", valueName: "reference"))
    var image: String?

    @Option(
        help: ArgumentHelp(
            "Several candidates in one call: a file with a service and an image on each line; the answer is a list.",
            valueName: "file"))
    var candidates: String?

    @Option(help: ArgumentHelp("Where it is to go.", valueName: "name"))
    var environment: String

    @Option(help: ArgumentHelp("What is to happen: deploy, redeploy or rollback.", valueName: "intent"))
    var intent = Decision.Intent.deploy

    @Flag(help: "Print each item with its evidence and what to do, as a text; without --out nothing is kept.")
    var explain = false

    @OptionGroup var anchor: AnchorOptions

    @Option(
        help: ArgumentHelp(
            "Only say whether this decision still holds: it must be young, and the same must run.",
            valueName: "decision"))
    var check: String?

    @Option(
        help: ArgumentHelp(
            "Ask again what was asked before, of this policy: a table of old and new answers; ends with 0.",
            valueName: "policy"))
    var replay: String?

    @Flag(help: "With --check: the decision must be signed by a key of role decision, whatever the policy says.")
    var signed = false

    @Option(
        help: ArgumentHelp(
            "Write the decision to this file as well; with a key the signed one beside it (decision.vsa.jsonl).",
            valueName: "file"))
    var out: String?

    @OptionGroup var signing: SigningOptions

    func validate() throws {
        if replay != nil {
            guard check == nil, !explain, out == nil else {
                throw ValidationError("--replay judges what was decided before: leave out --check, --explain and --out")
            }
            return
        }
        guard (candidates != nil) != (service != nil || image != nil), (service == nil) == (image == nil) else {
            throw ValidationError("a gate wants --service and --image, or --candidates")
        }
        guard check == nil || candidates == nil else { throw ValidationError("--check is about one candidate") }
        guard !signed || check != nil else { throw ValidationError("--signed is about the decision of --check") }
    }

    func run() async throws {
        var request = GateRequest(
            of: try wanted(), environment: environment, policy: FilePath(evidence.policy),
            trust: FilePath(evidence.trust), variables: common.environment)
        request.intent = intent
        (request.anchor, request.key) = (anchor.anchor, signing.file)
        try evidence.fill(&request, around: common.request)
        if let replay {
            let replay = try await request.replay(under: FilePath(replay), of: named())
            return try Console.answer(
                common.json ? JSON(encoding: replay).prettyText : GateText(style: common.style).table(replay))
        }
        if let check {
            let answer = try await request.check(FilePath(check), isSigned: signed)
            try Console.answer(JSON(encoding: answer).prettyText)
            if !common.quiet { Console.story("\(answer.decision.rawValue): \(answer.detail)") }
            return try end(answer.exit)
        }
        try await decide(request)
    }

    private func decide(_ request: GateRequest) async throws {
        let answer = try await request.decide(keeping: !explain || out != nil)
        if explain && !common.json {
            try Console.answer(
                answer.decisions.map { GateText(style: common.style).explanation($0) }.joined(separator: "\n"))
        } else {
            try Console.answer(Self.json(answer.decisions, isList: candidates != nil))
        }
        if let out { try answer.write(to: FilePath(out), asList: candidates != nil) }
        if !common.quiet {
            for note in answer.notes { Console.story("slipway: \(note.printable)") }
            if !explain { for line in answer.decisions.flatMap({ GateText.story($0) }) { Console.story(line) } }
        }
        try end(answer.exit)
    }

    private func end(_ code: Int32) throws {
        if code != 0 { throw ExitCode(code) }
    }

    private static func json(_ decisions: [Decision], isList: Bool) throws -> String {
        guard isList else { return try decisions.first.map { try JSON(encoding: $0, absence: .null).prettyText } ?? "" }
        return try JSON(encoding: decisions, absence: .null).prettyText
    }

    // MARK: - Who

    private func named() throws -> ServiceName? {
        try service.map { text in
            guard let name = ServiceName(parsing: text) else { throw ValidationError(ServiceName.rule) }
            return name
        }
    }

    private func wanted() throws -> [GateRequest.Candidate] {
        if let candidates { return try GateRequest.candidates(in: FilePath(candidates)) }
        guard let image, let name = try named() else { return [] }
        guard let reference = ImageReference(parsing: image) else {
            throw ValidationError("\"\(image.printable)\" is no image reference")
        }
        guard reference.digest != nil else {
            throw ValidationError("a gate decides about digests, and \"\(image.printable)\" has none: resolve it first")
        }
        return [GateRequest.Candidate(name, reference)]
    }
}
