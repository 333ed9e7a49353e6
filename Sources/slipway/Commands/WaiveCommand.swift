import ArgumentParser
import Driver
import Pipeline
import SystemPackage

/// A person's exception, signed.
struct WaiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waive",
        abstract: "Sign an exception: for some items, one digest, one environment, until a date.",
        discussion: """
            It covers the items it names and no others, and counts only while a gate trusts the key with role waiver. What \
            the policy would never accept is refused here with 20. Where the policy wants two people the second one signs \
            the file of the first: slipway waive --cosign FILE --key KEY. Nothing in a repository can waive.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var coverage: CoverageOptions
    @OptionGroup var reasons: ReasonOptions
    @OptionGroup var limits: LimitOptions
    @OptionGroup var signing: SigningOptions

    @Option(help: ArgumentHelp("The policy it is made for; under another it does not count.", valueName: "file"))
    var policy: String?

    @Option(help: ArgumentHelp("Sign this waiver as the second person, instead of making one.", valueName: "file"))
    var cosign: String?

    func run() async throws {
        var request = common.request
        signing.apply(to: &request)
        let outcome: WaivingOutcome
        if let cosign {
            outcome = try await request.cosign(FilePath(cosign), under: policy.map { FilePath($0) })
        } else {
            let image = try LedgerQueryOptions.image(try Self.given(coverage.image, "image"))
            let policy = try Self.given(policy, "policy")
            outcome = try await request.waive(try draft(image), of: image, under: FilePath(policy))
        }
        try Self.answer(outcome, common)
    }

    private func draft(_ image: ImageReference) throws -> WaiverDraft {
        guard let digest = image.digest, !coverage.item.isEmpty else {
            throw ValidationError("a waiver names what it covers: --item")
        }
        let service = try LedgerQueryOptions.service(try Self.given(coverage.service, "service"))
        let covered = WaiverDraft.Coverage(
            service: service, image: digest, environment: try Self.given(coverage.environment, "environment"),
            items: coverage.item, findings: coverage.finding)
        let why = WaiverDraft.Reason(
            try Self.given(reasons.reason, "reason"), category: try Self.given(reasons.category, "category"),
            ticket: reasons.ticket)
        let person = Waiver.Person(
            id: try Self.given(reasons.approver, "approver"), role: try Self.given(reasons.role, "role"))
        var draft = WaiverDraft(
            covered, why, approver: person,
            limits: .init(holds: try Self.given(limits.expires, "expires"), uses: limits.uses))
        draft.requester = reasons.requester
        if limits.followUpBy == nil, limits.followUpDue != nil {
            throw ValidationError("--follow-up-due says when, and --follow-up-by who is missing")
        }
        draft.followUp = limits.followUpBy.map { WaiverDraft.FollowUp(by: $0, within: limits.followUpDue) }
        return draft
    }

    private static func given<Value>(_ value: Value?, _ name: String) throws -> Value {
        guard let value else { throw ValidationError("a waiver needs --\(name)") }
        return value
    }

    private static func names(_ items: [Decision.Item.ID]) -> String {
        items.map(\.rawValue).joined(separator: ", ")
    }

    private static func answer(_ outcome: WaivingOutcome, _ common: CommonOptions) throws {
        switch outcome {
        case .refused(let objections):
            for objection in objections { Console.error(objection.printable) }
            throw Exit.blocked.thrown
        case .made(let waiver, let file, let forTwo, let troubles):
            for text in troubles { Console.story("slipway: \(text.printable)") }
            if common.json {
                try Console.answer(JSON(encoding: waiver).prettyText)
            } else {
                try Console.answer("\(file)\n")
            }
            guard !common.quiet else { return }
            let what = "\(waiver.service) \(waiver.image.short)"
            let rest = waiver.items.filter { !forTwo.contains($0) }
            if !rest.isEmpty {
                Console.story(
                    "\(names(rest)) of \(what) is waived for \(waiver.environment.printable) until \(waiver.expires)")
            }
            if !forTwo.isEmpty {
                Console.story("\(names(forTwo)) of \(what) is not waived yet: a second person has to sign it, too:")
                Console.story("  slipway waive --cosign \(file) --policy POLICY --key KEY")
            }
        }
    }
}

extension WaiveCommand {
    /// What it covers.
    struct CoverageOptions: ParsableArguments {
        @Option(help: ArgumentHelp("The service.", valueName: "name"))
        var service: String?

        @Option(help: ArgumentHelp("The image, by digest: host/repository@sha256:…", valueName: "reference"))
        var image: String?

        @Option(help: ArgumentHelp("Where it is to go.", valueName: "name"))
        var environment: String?

        @Option(help: ArgumentHelp("An item of the decision, such as coexistence; several times.", valueName: "item"))
        var item: [Decision.Item.ID] = []

        @Option(
            help: ArgumentHelp("The fingerprint of a finding; without one, all of the items.", valueName: "fingerprint")
        )
        var finding: [String] = []
    }

    /// Why, and who says so.
    struct ReasonOptions: ParsableArguments {
        @Option(help: ArgumentHelp("Why, for whoever reads it in a year.", valueName: "text"))
        var reason: String?

        @Option(help: ArgumentHelp("What kind of reason that is.", valueName: "category"))
        var category: Waiver.Category?

        @Option(help: ArgumentHelp("Where it is discussed.", valueName: "ticket"))
        var ticket: String?

        @Option(help: ArgumentHelp("Who signs, as commits name the person.", valueName: "id"))
        var approver: String?

        @Option(help: ArgumentHelp("What the policy calls that person, such as lead.", valueName: "role"))
        var role: String?

        @Option(help: ArgumentHelp("Who asked for it.", valueName: "id"))
        var requester: String?
    }

    /// How long, how often, and what comes after.
    struct LimitOptions: ParsableArguments {
        @Option(help: ArgumentHelp("How long it holds: 12h, 3d.", valueName: "time"))
        var expires: Seconds?

        @Option(help: ArgumentHelp("How many decisions may use it.", valueName: "n"))
        var uses = 1

        @Option(help: ArgumentHelp("Who makes it unnecessary.", valueName: "id"))
        var followUpBy: String?

        @Option(help: ArgumentHelp("Within which time; default: what the policy grants.", valueName: "time"))
        var followUpDue: Seconds?
    }
}
