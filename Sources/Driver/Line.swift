import Disk
import Pipeline
import Signing
import SystemPackage

/// A plan with what it was made from.
struct Prepared: Sendable {
    let survey: Survey
    let parts: [ServiceName: KeyParts]
    let bases: BaseResolution
    let ledger: LedgerAnswer
    let versions: [ServiceName: VersionAnswer]
    /// The last passing records, which tests are compared with.
    let baselines: [ServiceName: Stability]
    let plan: Plan
}

/// Repository → Catalog → Plan, from what was looked at.
func prepare(_ survey: Survey, with tools: Tools) async throws -> Prepared {
    let request = survey.request
    let asked = try survey.services(named: request.selection.services)
    let bases = await tools.resolve(survey)
    let parts = survey.parts(bases)
    let ledger = try await tools.testimony(survey, parts)
    let history = try await tools.history(HistoryQuestion(survey, ledger))
    let selection = Planning.Request(
        services: asked, isForced: request.selection.isForced, through: request.selection.through,
        isPushing: survey.isPushing)
    let planning = Planning(survey, parts, bases, ledger, history, request: selection)
    let plan = try Plan(planning, hash: Digest.sha256)
    return Prepared(
        survey: survey, parts: parts, bases: bases, ledger: ledger, versions: history.versions,
        baselines: ledger.baselines(at: history.comparable, for: survey.scope), plan: plan)
}

/// Plan → [Outcome] → [Image] → [Record]: carries a plan out, and writes down whatever becomes of it.
func deliver(_ survey: Survey, with tools: Tools) async throws -> RunOutcome {
    let startedAt = tools.now()
    let prepared = try await prepare(survey, with: tools)
    let plan = try survey.request.planFile.map { try prepared.agreeing(withPlanIn: $0) } ?? prepared.plan
    let asked = try survey.services(named: survey.request.selection.services)
    let run = try Run(prepared, plan, asked: asked, startedAt: startedAt)
    tools.report(.planned(plan, RunLogs(folder: run.folder.root)))
    if let shard = survey.request.portion.shard, run.work.isEmpty {
        tools.report(.note("shard \(shard) has nothing to do: the plan has \(plan.selected.count) services to build"))
    }
    let services = try await run.carryOut(jobs: survey.request.limits.jobs, with: tools)
    return try run.finish(services, at: tools.now(), interrupted: Task.isCancelled)
}

extension Prepared {
    /// The plan of a file, if it is about what is here: the same commit, the same services with the same keys, steps that
    /// each service has, and nothing left out that no record here vouches for.
    ///
    /// A file may have been changed on its way: it says what is to be done, never what was.
    func agreeing(withPlanIn file: FilePath) throws -> Plan {
        let frozen = try Request.plan(in: file.string)
        guard frozen.repository.head == survey.facts.head else {
            throw RunError.planIsForAnother(file.string, commit: frozen.repository.head, here: survey.facts.head)
        }
        let names = Set(frozen.services.map(\.name)).symmetricDifference(plan.services.map(\.name))
        if let name = names.min() { throw RunError.planDiffers(file.string, name) }
        let told = survey.request.portion.shard.map { Set(frozen.share(of: $0)) }
        for entry in frozen.services {
            // What other shards reuse is theirs to find, and may have got a newer record from them already.
            let isOthers = told.map { !$0.contains(entry.name) } ?? false
            let reused =
                isOthers || entry.imageRecord.map { ledger.images[entry.name]?.record.run.recordId == $0 } ?? true
            guard parts[entry.name]?.key == entry.key, isPossible(entry), reused else {
                throw RunError.planDiffers(file.string, entry.name)
            }
            if !entry.selected, entry.record != nil, ledger.accepted[entry.name] == nil {
                throw RunError.planVouchesAlone(file.string, entry.name)
            }
        }
        // Of nothing selected at least the records must be here.
        if frozen.selected.isEmpty, let entry = plan.selected.first {
            throw RunError.planVouchesAlone(file.string, entry.name)
        }
        return frozen
    }

    /// Whether the steps of an entry are those of its service from the first on, and none is left out between them.
    private func isPossible(_ entry: Plan.Entry) -> Bool {
        guard let service = survey.catalog[entry.name] else { return false }
        let steps = service.steps(pushing: survey.isPushing)
        return entry.selected
            ? !entry.steps.isEmpty && steps.starts(with: entry.steps)
            : entry.steps.isEmpty || entry.steps == steps.filter { $0 == .build }
    }
}
