import Pipeline

/// What of a plan one run speaks for, and where it leaves what it has to say.
struct Share: Sendable {
    /// Nil: everything.
    let names: Set<ServiceName>?
    /// Nil when it carries out no plan file: then nobody else has a part of it.
    private(set) var desk: PartDesk?

    /// `asked` are the services that were named; a shard has those that the plan gives it.
    init(
        of plan: Plan, asked: [ServiceName], _ survey: Survey, run: String, startedAt: Timestamp
    ) throws {
        let request = survey.request
        if let shard = request.portion.shard {
            guard request.planFile != nil else { throw PartsError.noPlan("a shard") }
            names = Set(plan.share(of: shard))
        } else {
            names = asked.isEmpty ? nil : Set(asked)
        }
        guard request.planFile != nil else { return }
        desk = try PartDesk(
            plan, self, in: survey.workspace.parts(of: plan.digest).root, run: run, startedAt: startedAt, survey)
    }

    /// Whether somebody who follows this run wants to hear of it: what was built for others speaks only of its failure.
    func tells(_ outcome: ServiceOutcome) -> Bool { desk == nil || has(outcome.name) || outcome.severity != .good }

    func has(_ name: ServiceName) -> Bool { names?.contains(name) ?? true }

    /// What has to be done: a plan made here is about those that were asked for, and all that follow from them.
    func work(of plan: Plan, in catalog: Catalog) -> [Schedule.Work] {
        guard let names, desk != nil else { return plan.work }
        return plan.work(of: Array(names), in: catalog)
    }
}

extension Workspace {
    /// The folder for the parts of one plan.
    func parts(of plan: Digest) -> RunFolder { run(plan.hex) }
}
