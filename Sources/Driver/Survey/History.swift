import Git
import Pipeline
import SystemPackage

/// What is asked of a repository's history for a plan.
struct HistoryQuestion: Sendable {
    var folder: FilePath
    var facts: RepositoryFacts
    var dirtyPaths: [Path]
    var catalog: Catalog
    /// How this line of work is called in snapshots.
    var lineName: String
    /// `--base`.
    var base: String?
    /// Commits of records, newest first.
    var recorded: [ServiceName: [ObjectID]]
    /// Commits of records of services that the catalog does not have.
    var strangers: [ServiceName: [ObjectID]]

    init(_ survey: Survey, _ ledger: LedgerAnswer) {
        (folder, facts, catalog) = (survey.request.folder, survey.facts, survey.catalog)
        dirtyPaths = survey.dirtyPaths
        lineName = survey.surroundings.lineName(gitBranch: survey.facts.branch)
        base = survey.request.selection.base
        (recorded, strangers) = (ledger.recorded, ledger.strangers)
    }
}

/// What history answers: versions, bases, and what changed since them.
struct History: Sendable {
    /// Without those that this clone is too shallow to tell.
    let versions: [ServiceName: VersionAnswer]
    let hidden: [ServiceName]
    /// Whether there may be releases of which this clone has no tag.
    let lacksTags: Bool
    let bases: [ServiceName: Plan.Base]
    let differences: [ObjectID: [Planning.Difference]]
    private let ancestors: Set<ObjectID>

    /// Whether a commit that a record names leads to HEAD.
    func isAncestor(_ commit: ObjectID) -> Bool { ancestors.contains(commit) }

    /// Reads the repository once: all commits, the tags, and which commits touch what.
    init(_ question: HistoryQuestion) throws {
        let repository = try Repository(at: question.folder.string)
        let graph = try CommitGraph(from: question.facts.head, in: repository)
        ancestors = Set(question.strangers.values.flatMap(\.self).filter(graph.contains))
        let releases = try Releases(of: question.catalog, on: graph, in: repository)
        lacksTags = try releases.isEmpty && repository.passesOverTags()
        bases = try Self.bases(question, releases, graph, repository)
        let commits = Set(bases.values.map(\.commit))
        let walk = HistoryWalk(question, releases, bases: commits)
        try walk.read(graph, in: repository)
        let services = question.catalog.services.filter { $0.kind == .service }
        hidden = services.map(\.name).filter(walk.isHidden)
        versions = services.reduce(into: [:]) { versions, service in
            if !walk.isHidden(service.name) { versions[service.name] = walk.version(of: service) }
        }
        differences = try commits.reduce(into: [:]) { differences, base in
            differences[base] = try walk.differences(since: base, in: repository)
        }
    }

    /// The base of each service, first that resolves: `--base`, its newest record from an ancestor, its last release.
    private static func bases(
        _ question: HistoryQuestion, _ releases: Releases, _ graph: CommitGraph, _ repository: borrowing Repository
    ) throws -> [ServiceName: Plan.Base] {
        let option = try question.base.map { name in try repository.commit(named: name) }
        return question.catalog.services.reduce(into: [:]) { bases, service in
            if let option {
                bases[service.name] = Plan.Base(commit: option, from: .option)
            } else if let commit = question.recorded[service.name]?.first(where: graph.contains) {
                bases[service.name] = Plan.Base(commit: commit, from: .record)
            } else if let release = releases[service.name] {
                bases[service.name] = Plan.Base(commit: release.commit, from: .tag)
            }
        }
    }
}
