import Git
import Pipeline
import Signing
import SystemPackage

/// Whose history is read.
struct ChronicleQuestion: Sendable {
    var folder: FilePath
    var head: ObjectID
    /// Whether each commit that moves a version is to be told.
    var wantsEvidence = false
}

/// What the commits since the last release of each service come to.
struct Chronicle: Sendable {
    let releases: Releases
    /// The commits that were read for it.
    let commits: CommitGraph.Reading
    /// Whether there may be releases of which this clone has no tag.
    private let lacksTags: Bool
    private let marks: [ObjectID?]
    private var tallies: [ServiceName: VersionAnswer.Tally] = [:]
    private var touches: [ServiceName: [VersionAnswer.Touch]] = [:]
    private var incomplete: Set<Int> = []
    private let wantsEvidence: Bool

    /// One pass over the commits for all services at once, as far back as the oldest of their releases.
    init(of catalog: Catalog, _ question: ChronicleQuestion) throws {
        let repository = try Repository(at: question.folder.string, apart: true)
        let graph = try CommitGraph(from: question.head, in: repository, grading: VersionAnswer.grade)
        releases = try Releases(of: catalog, on: graph, in: repository)
        lacksTags = try releases.isEmpty && repository.passesOverTags()
        wantsEvidence = question.wantsEvidence
        let services = catalog.services.filter { $0.kind == .service }
        let commits = services.map { [releases] in releases[$0.name]?.commit }
        marks = Array(Set(commits))
        let places = Dictionary(uniqueKeysWithValues: marks.enumerated().map { ($1, $0) })
        var walk = TallyWalk(catalog, services, wantsEvidence: question.wantsEvidence)
        incomplete = try graph.eachTouch(
            of: walk.areas, marks: marks, markOf: commits.map { places[$0] ?? 0 } + [0]
        ) { touch throws(GitError) in
            try walk.take(touch, in: repository)
        }
        self.commits = graph.reading
        tallies = Dictionary(uniqueKeysWithValues: zip(services.map(\.name), walk.tallies))
        touches = walk.touches
    }

    /// What is worth knowing about where versions come from.
    var notes: [Plan.Note] {
        let text = "this clone fetches no tags, so every version begins at the beginning: git fetch --tags"
        return lacksTags ? [Plan.Note(.noTags, text)] : []
    }

    /// Whether the commits since the last release go beyond what this clone holds.
    func isHidden(_ name: ServiceName) -> Bool {
        marks.firstIndex(of: releases[name]?.commit).map(incomplete.contains) ?? false
    }

    /// The version of a service; nil when this clone is too shallow to tell.
    func version(of service: Service, at facts: RepositoryFacts, lineName: String) -> VersionAnswer? {
        guard !isHidden(service.name) else { return nil }
        let release = releases[service.name]
        let question = VersionAnswer.Question(
            name: service.name, initial: service.release.initial, base: release.map { ($0.version, $0.tag) },
            isReleased: release?.commit == facts.head && !facts.dirty)
        let snapshot = Snapshot(branch: lineName, commit: facts.head, isDirty: facts.dirty, hash: Digest.sha256)
        return wantsEvidence
            ? VersionAnswer(question, touches: touches[service.name] ?? [], snapshot: snapshot)
            : VersionAnswer(question, tally: tallies[service.name] ?? .init(), snapshot: snapshot)
    }
}

/// Counts what commits come to, service by service.
private struct TallyWalk {
    let services: [Service]
    let areas: Areas
    let wantsEvidence: Bool
    var tallies: [VersionAnswer.Tally]
    var touches: [ServiceName: [VersionAnswer.Touch]] = [:]
    private let folders: [PathSet]
    private let ownership: Ownership

    init(_ catalog: Catalog, _ services: [Service], wantsEvidence: Bool) {
        (self.services, self.wantsEvidence) = (services, wantsEvidence)
        let own = services.enumerated().flatMap { index, service in
            (service.paths + service.earlier).map { (folder: $0, area: index) }
        }
        // What lies in the folder of a library is not part of the service around it.
        let libraries = catalog.services.filter { $0.kind == .library }.flatMap(\.paths)
        areas = Areas(own + libraries.map { (folder: $0, area: services.count) })
        tallies = Array(repeating: .init(), count: services.count)
        folders = services.map { PathSet($0.paths + $0.earlier) }
        ownership = Ownership(catalog)
    }

    mutating func take(_ touch: Touch, in repository: borrowing Repository) throws(GitError) {
        let level = VersionAnswer.level(graded: touch.grade)
        for area in touch.areas where area < services.count {
            tallies[area].count += 1
            // Only what could change the answer is looked at closely.
            guard wantsEvidence || level > tallies[area].level else { continue }
            var ships = false
            try touch.eachPath(within: folders[area]) { path in
                ships = ownership.ships(path, of: services[area])
                return !ships
            }
            if ships { tallies[area].level = max(tallies[area].level, level) }
            if wantsEvidence {
                touches[services[area].name, default: []].append((try repository.commit(touch.commit), ships))
            }
        }
    }
}
