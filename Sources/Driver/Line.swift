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
    let plan: Plan
}

/// Repository → Catalog → Plan, from what was looked at.
func prepare(_ survey: Survey, with tools: Tools) async throws -> Prepared {
    let request = survey.request
    let asked = try survey.services(named: request.selection.services)
    let bases = await tools.resolve(survey)
    let parts = survey.parts(bases)
    let ledger = try await tools.testimony(survey, parts)
    let history = try tools.history(HistoryQuestion(survey, ledger))
    let selection = Planning.Request(
        services: asked, isForced: request.selection.isForced, through: request.selection.through,
        isPushing: survey.isPushing)
    let planning = Planning(survey, parts, bases, ledger, history, request: selection)
    let plan = try Plan(planning, hash: Digest.sha256)
    return Prepared(
        survey: survey, parts: parts, bases: bases, ledger: ledger, versions: history.versions, plan: plan)
}

/// Plan → [Outcome] → [Image] → [Record]: carries a plan out, and writes down whatever becomes of it.
func deliver(_ survey: Survey, with tools: Tools) async throws -> RunOutcome {
    let startedAt = tools.now()
    let prepared = try await prepare(survey, with: tools)
    let plan = try survey.request.planFile.map { try prepared.agreeing(withPlanIn: $0) } ?? prepared.plan
    let asked = try survey.services(named: survey.request.selection.services)
    let run = try Run(prepared, plan, asked: asked, startedAt: startedAt)
    tools.report(.planned(plan))
    let services = try await run.carryOut(jobs: survey.request.limits.jobs, with: tools)
    return try run.finish(services, at: tools.now(), interrupted: Task.isCancelled)
}

extension Prepared {
    /// The plan of a file, if it is about what is here: the same commit, and for every service the same key.
    func agreeing(withPlanIn file: FilePath) throws -> Plan {
        let frozen: Plan
        do {
            frozen = try Plan(parsing: file.contents(), hash: Digest.sha256)
        } catch let error as JSONError {
            throw ConfigurationError(file: file.string, line: 1, "is no plan: \(error)")
        }
        guard frozen.repository.head == survey.facts.head else {
            throw RunError.planIsForAnother(file.string, commit: frozen.repository.head, here: survey.facts.head)
        }
        for entry in frozen.services where parts[entry.name]?.key != entry.key {
            throw RunError.planDiffers(file.string, entry.name)
        }
        return frozen
    }
}
