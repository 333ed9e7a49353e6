import Git
import Pipeline
import Signing
import SystemPackage

/// Whose history is read.
struct ChronicleQuestion: Sendable {
    var folder: FilePath
    var head: ObjectID
    var detail = Detail.levels
    /// The release tags of the remote, if it was asked.
    var remoteTags: [KnownTag]?

    /// How closely commits are looked at.
    enum Detail: Sendable {
        /// As far as a version follows from them.
        case levels
        /// Merges that changed something themselves too, which may say something all the same.
        case merges
        /// Each is to be told.
        case evidence
    }
}

/// What the commits since the last release of each service come to.
struct Chronicle: Sendable {
    let releases: Releases
    /// The commits that were read for it.
    let commits: CommitGraph.Reading
    /// Whether there may be releases of which this clone has no tag.
    private let lacksTags: Bool
    private let marks: ChronicleMarks
    private let own: [ServiceName: OwnHistory]
    /// What changed in libraries, newest first.
    private let libraries: [ServiceName: [RankedCommit]]
    private let neighbours: HistoryReading.Neighbours
    private var incomplete: Set<Int> = []
    /// What declared interfaces lost or gained, which counts for every version that is asked for.
    var interfaces = InterfaceEvidence.none
    /// What migrations broke, which counts likewise.
    var migrations = MigrationSurvey()

    /// One pass over the commits for all services at once, as far back as the oldest of their releases.
    init(of catalog: Catalog, _ question: ChronicleQuestion) async throws {
        let repository = try Repository(at: question.folder.string, apart: true)
        let grader = MessageGrader(catalog.services.map(\.name))
        let graph = try CommitGraph(from: question.head, in: repository, grading: grader.grade)
        releases = try Releases(of: catalog, on: graph, in: repository, remote: question.remoteTags)
        lacksTags = try releases.isEmpty && question.remoteTags == nil && repository.passesOverTags()
        marks = try ChronicleMarks(catalog, releases, graph, repository)
        neighbours = HistoryReading.Neighbours(catalog)
        var (own, libraries): ([ServiceName: OwnHistory], [ServiceName: [RankedCommit]]) = ([:], [:])
        for source in VersionPolicy.Source.allCases {
            let frame = ChronicleFrame(catalog, marks, source: source, question.detail)
            guard let frame else { continue }
            let span = try graph.span(of: frame.question)
            incomplete.formUnion(span.incomplete)
            for walk in try await frame.walks(along: span, in: question.folder.string) {
                own.merge(walk.histories) { $1 }
                libraries.merge(walk.libraries) { first, _ in first }
            }
        }
        (self.own, self.libraries) = (own, libraries)
        commits = graph.reading
    }

    /// The same of a catalog that may not be known yet.
    static func ifAny(_ catalog: Catalog?, _ question: ChronicleQuestion) async throws -> Chronicle? {
        guard let catalog else { return nil }
        return try await Chronicle(of: catalog, question)
    }

    /// What is worth knowing about where versions come from.
    var notes: [Plan.Note] {
        let text = "this clone fetches no tags, so every version begins at the beginning: git fetch --tags"
        return lacksTags ? [Plan.Note(.noTags, text)] : []
    }

    /// Whether the commits since the last release go beyond what this clone holds.
    func isHidden(_ name: ServiceName) -> Bool { marks.base(of: name).map(incomplete.contains) ?? false }

    /// The version of a service; nil when this clone is too shallow to tell.
    func version(
        of service: Service, in catalog: Catalog, at facts: RepositoryFacts, lineName: String,
        wish: VersionQuestion.Wish = .init()
    ) -> VersionAnswer? {
        isHidden(service.name) ? nil : answer(for: service, in: catalog, at: facts, lineName: lineName, wish: wish)
    }

    /// The same, or why there is none.
    func answer(
        for service: Service, in catalog: Catalog, at facts: RepositoryFacts, lineName: String,
        wish: VersionQuestion.Wish = .init()
    ) -> VersionAnswer? {
        guard let own = own[service.name] else { return nil }
        var question = VersionQuestion(
            name: service.name, initial: service.release.initial, policy: service.release.policy,
            line: service.release.policy.maintenance.line(of: lineName, for: service.name),
            channel: wish.channel ?? service.release.policy.channels.channel(of: lineName))
        question.wish = wish
        var history = VersionHistory(
            head: facts.head, isDirty: facts.dirty, tags: releases.tags[service.name] ?? [],
            tagLints: releases.lints[service.name] ?? [])
        history.isCutOff = isHidden(service.name)
        let needed = neededCommits(of: service, in: catalog)
        let reading = own.reading(of: service, needed, among: neighbours)
        var snapshot = Snapshot(branch: lineName, commit: facts.head, isDirty: facts.dirty, hash: Digest.sha256)
        snapshot.template = service.release.snapshot
        let others = interfaces[service.name] + migrations[service.name]
        return VersionAnswer(question, history, reading, others: others, snapshot: snapshot)
    }

    /// What is new to a service in the libraries it needs.
    private func neededCommits(of service: Service, in catalog: Catalog) -> [RankedCommit] {
        guard let mark = marks.base(of: service.name) else { return [] }
        return catalog.closure(of: [service.name]).flatMap { name -> [RankedCommit] in
            guard let commits = libraries[name] else { return [] }
            let stated = service.inputs.declared.first { $0.name == name }?.propagation
            let propagation = stated ?? service.release.policy.attribution.propagation
            return commits.filter { $0.isNew(to: mark) }.map { $0.needed(name, propagation) }
        }
    }
}

extension HistoryReading.Neighbours {
    init(_ catalog: Catalog) {
        let isLibrary = { (service: Service) in service.kind == .library }
        self.init(
            services: Set(catalog.services.filter { !isLibrary($0) }.map(\.name)),
            libraries: Set(catalog.services.filter(isLibrary).map(\.name)))
    }
}

/// The commits from which on history is new: releases, candidates, and horizons.
struct ChronicleMarks: Sendable {
    private(set) var commits: [ObjectID?] = []
    private var places: [ObjectID?: Int] = [:]
    private var bases: [ServiceName: Int] = [:]
    private(set) var candidates: [ServiceName: [(version: SemanticVersion, mark: Int)]] = [:]

    init(
        _ catalog: Catalog, _ releases: Releases, _ graph: CommitGraph, _ repository: borrowing Repository
    ) throws {
        for service in catalog.services where service.kind == .service {
            var start = releases[service.name]?.commit
            if start == nil, let horizon = service.release.horizon {
                start = try repository.commit(named: horizon)
            }
            bases[service.name] = place(of: start)
            candidates[service.name] = releases.candidates(of: service.name).map { ($0.version, place(of: $0.commit)) }
        }
    }

    private mutating func place(of commit: ObjectID?) -> Int {
        if let place = places[commit] { return place }
        places[commit] = commits.count
        commits.append(commit)
        return commits.count - 1
    }

    func base(of name: ServiceName) -> Int? { bases[name] }
}
