import Git
import Pipeline
import SystemPackage

/// What is asked of a repository's history for a plan.
struct HistoryQuestion: Sendable {
    var folder: FilePath
    var facts: RepositoryFacts
    var dirtyPaths: [Path]
    var catalog: Catalog
    /// What needs what: explanations follow it.
    var wiring: Wiring
    var reach: Reach
    /// How this line of work is called in snapshots.
    var lineName: String
    var chronicle: Chronicle
    var statedFiles: StatedFiles
    /// `--base`.
    var base: String?
    /// The branch a pull request is to be merged into.
    var target: String?
    /// `GIT_PREVIOUS_SUCCESSFUL_COMMIT`, whatever is in it.
    var previousBuild: String?
    /// Services that a record vouches for: nobody asks why they are built.
    var settled: Set<ServiceName>
    /// Commits of records, newest first.
    var recorded: [ServiceName: [ObjectID]]
    /// The same of records that tests may be compared with, the best first.
    var comparable: [ServiceName: [ObjectID]]
    /// Commits of records of services that the catalog does not have.
    var strangers: [ServiceName: [ObjectID]]

    init(_ survey: Survey, _ ledger: LedgerAnswer) {
        (folder, facts, catalog) = (survey.request.folder, survey.facts, survey.catalog)
        (chronicle, statedFiles) = (survey.chronicle, survey.statedFiles)
        (wiring, reach, dirtyPaths) = (survey.wiring, survey.reach, survey.dirtyPaths)
        lineName = survey.surroundings.lineName(gitBranch: survey.facts.branch)
        base = survey.request.selection.base
        (target, previousBuild) = (survey.surroundings.target, survey.surroundings.previousBuild)
        (recorded, strangers) = (ledger.recorded, ledger.strangers)
        comparable = ledger.comparable(to: survey.scope)
        settled = Set(ledger.accepted.keys)
    }
}

/// What history answers: versions, bases, and what changed since them.
struct History: Sendable {
    /// Without those that this clone is too shallow to tell.
    var versions: [ServiceName: VersionAnswer]
    var hidden: [ServiceName]
    let notes: [Plan.Note]
    let bases: [ServiceName: Plan.Base]
    /// The commits of the records that tests are compared with.
    let comparable: [ServiceName: ObjectID]
    let changes: [ObjectID: Changes]
    /// Services that records of ancestors know, and the catalog does not.
    let removed: Set<ServiceName>

    /// Reads the repository as far back as something is new since a base.
    init(_ question: HistoryQuestion) async throws {
        let chronicle = question.chronicle
        let services = question.catalog.services.filter { $0.kind == .service }
        let versions = services.reduce(into: [ServiceName: VersionAnswer]()) { versions, service in
            versions[service.name] = chronicle.version(
                of: service, in: question.catalog, at: question.facts, lineName: question.lineName
            ).map(question.statedFiles.completing)
        }
        self.versions = versions
        hidden = services.map(\.name).filter(chronicle.isHidden)
        notes = chronicle.notes + services.flatMap { versions[$0.name]?.fileNotes ?? [] }
        let repository = try Repository(at: question.folder.string)
        let graph = try CommitGraph(resuming: chronicle.commits, in: repository)
        removed = try Set(question.strangers.filter { try $1.contains(where: graph.contains) }.keys)
        let ladder = try BaseLadder(question, chronicle.releases, graph, repository)
        bases = ladder.bases
        comparable = try question.comparable.compactMapValues { try $0.first(where: graph.contains) }
        changes = try await Comparison(question, ladder).changes(on: graph, in: repository)
    }
}
