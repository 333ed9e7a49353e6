import Git
import Pipeline

/// A commit with its place in history.
struct RankedCommit: Sendable {
    /// How many commits came before it, newest first.
    let rank: Int
    var commit: ServiceCommit
    /// Where a library is concerned: the marks to which it is new.
    var marks: Set<Int> = []

    func isNew(to mark: Int) -> Bool { marks.contains(mark) }

    func needed(_ name: ServiceName, _ propagation: VersionPolicy.Propagation) -> RankedCommit {
        var copy = self
        copy.commit.relation = .needed(name, propagation)
        return copy
    }
}

/// What is new in a service itself.
struct OwnHistory: Sendable {
    /// Commits that must be looked at, newest first; all of them where they are to be told.
    var commits: [RankedCommit] = []
    /// How many there are besides, what those ask for at most, and whether they change what is delivered.
    var count = 0
    var level = Level.none
    var ships = false
    /// Whether each commit is to be told.
    var isTold = false

    func reading(
        of service: Service, _ needed: [RankedCommit], among neighbours: HistoryReading.Neighbours
    ) -> HistoryReading {
        // A commit that changes both counts for the service itself.
        let known = Set(commits.map(\.commit.id))
        let all = commits + needed.filter { !known.contains($0.commit.id) }
        let ordered = needed.isEmpty ? all : all.sorted { $0.rank < $1.rank }
        let told = ordered.map(\.commit)
        var reading = HistoryReading(of: told, for: service.name, among: neighbours, by: service.release.policy)
        if isTold {
            reading.findSlips(in: told, for: service.name, among: neighbours, by: service.release.policy)
        }
        reading.add(plain: count, level: level, ships: ships)
        return reading
    }
}

/// Gathers from one pass over history what each service and library has to do with it.
struct ChronicleWalk {
    private let services: [Service]
    /// Libraries, which have no version, but are part of what has one.
    private let shared: [Service]
    private let marks: ChronicleMarks
    private let wantsEvidence: Bool
    private let ownership: Ownership
    private let folders: [PathSet]
    private var own: [OwnHistory]
    /// Whether a commit that takes back others was met: all that came before it must be looked at.
    private var hasRevert: [Bool]
    private(set) var libraries: [ServiceName: [RankedCommit]] = [:]
    let question: TouchQuestion

    var isEmpty: Bool { services.isEmpty }
    var histories: [ServiceName: OwnHistory] { Dictionary(uniqueKeysWithValues: zip(services.map(\.name), own)) }
    private var members: [Service] { services + shared }

    init(_ catalog: Catalog, _ marks: ChronicleMarks, source: VersionPolicy.Source, wantsEvidence: Bool) {
        services = catalog.services.filter { $0.kind == .service && $0.release.policy.attribution.source == source }
        shared = catalog.services.filter { $0.kind == .library }
        (self.marks, self.wantsEvidence) = (marks, wantsEvidence)
        ownership = Ownership(catalog)
        let members = services + shared
        folders = members.map { PathSet($0.paths + $0.earlier) }
        own = Array(repeating: OwnHistory(isTold: wantsEvidence), count: services.count)
        hasRevert = Array(repeating: false, count: services.count)
        // What lies in the folder of another service is not part of the one around it.
        let strangers = catalog.services.filter { one in !members.contains { $0.name == one.name } }
        let areas = (members + strangers).enumerated().flatMap { index, member in
            (member.paths + member.earlier).map { (folder: $0, area: index) }
        }
        let bases = services.map { [marks.base(of: $0.name)].compactMap(\.self) }
        let all = Array(Set(bases.flatMap(\.self)))
        var question = TouchQuestion(
            areas: Areas(areas), marks: marks.commits,
            marksOf: bases + shared.map { _ in all } + strangers.map { _ in [] })
        question.followsFirstParents = source == .firstParent
        question.wantsMerges = wantsEvidence && source == .commits
        question.wanted = CommitMessage.namesServices
        self.question = question
    }
}

// MARK: - One commit

extension ChronicleWalk {
    mutating func take(_ touch: Touch, in repository: borrowing Repository) throws(GitError) {
        if touch.grade & CommitMessage.namesServices != 0 { try takeNamed(touch, in: repository) }
        for area in touch.areas {
            if area < services.count {
                try takeOwn(area, touch, in: repository)
            } else if area < members.count, !touch.isMerge {
                try takeLibrary(area, touch, in: repository)
            }
        }
    }

    private mutating func takeOwn(
        _ area: Int, _ touch: Touch, in repository: borrowing Repository
    ) throws(GitError) {
        guard isPlain(touch, for: area) else {
            let isMerge = touch.isMerge && !question.followsFirstParents
            let commit = try commit(touch, for: area, isMerge ? .merge : .own, repository)
            if isMerge, commit.paths.isEmpty { return }
            hasRevert[area] = hasRevert[area] || commit.message.revert != nil
            own[area].commits.append(RankedCommit(rank: touch.rank, commit: commit))
            return
        }
        own[area].count += 1
        // Only what could change the answer is looked at closely.
        let level = CommitMessage.level(graded: touch.grade)
        let matters = services[area].release.policy.floor > .none && !own[area].ships
        guard level > own[area].level || matters, try ships(touch, of: area) else { return }
        own[area].ships = true
        own[area].level = max(own[area].level, level)
    }

    /// Whether a commit is told by the first line of its message, and nobody wants to hear more.
    private func isPlain(_ touch: Touch, for area: Int) -> Bool {
        let service = services[area]
        return !wantsEvidence && !touch.isMerge && touch.grade & CommitMessage.needsReading == 0 && !hasRevert[area]
            && service.release.policy.takesPlainLevels && marks.candidates[service.name]?.isEmpty != false
    }

    private func ships(_ touch: Touch, of area: Int) throws(GitError) -> Bool {
        var ships = false
        try touch.eachPath(within: folders[area]) { path in
            ships = ownership.ships(path, of: members[area])
            return !ships
        }
        return ships
    }

    private mutating func takeLibrary(
        _ area: Int, _ touch: Touch, in repository: borrowing Repository
    ) throws(GitError) {
        var ranked = RankedCommit(rank: touch.rank, commit: try commit(touch, for: area, .own, repository))
        guard ranked.commit.ships else { return }
        ranked.marks = Set(question.marksOf[area].filter { !touch.isHidden(from: $0) })
        libraries[members[area].name, default: []].append(ranked)
    }

    /// A commit that names services in its footers, which counts for them whatever it changes.
    private mutating func takeNamed(_ touch: Touch, in repository: borrowing Repository) throws(GitError) {
        let text = try repository.text(of: touch.commit)
        let message = CommitMessage(bytes: text.message, encoding: text.encoding)
        for (area, service) in services.enumerated() where !touch.areas.contains(area) {
            let isNamed = message.releaseServices.contains(service.name.text)
            guard isNamed || message.releaseAs.contains(where: { $0.service == service.name }),
                let mark = marks.base(of: service.name), !touch.isHidden(from: mark)
            else { continue }
            let commit = ServiceCommit(
                id: touch.commit, author: text.author, message: message, relation: isNamed ? .named : .asked,
                others: others(than: area, touch), candidates: candidates(of: area, behind: touch))
            own[area].commits.append(RankedCommit(rank: touch.rank, commit: commit))
        }
    }

    private func commit(
        _ touch: Touch, for area: Int, _ relation: ServiceCommit.Relation, _ repository: borrowing Repository
    ) throws(GitError) -> ServiceCommit {
        let text = try repository.text(of: touch.commit)
        let message =
            touch.isMerge && question.followsFirstParents
            ? CommitMessage(mergeBytes: text.message, encoding: text.encoding)
            : CommitMessage(bytes: text.message, encoding: text.encoding)
        var paths: [Path] = []
        try touch.eachPath(within: folders[area]) { path in
            if ownership.ships(path, of: members[area]) { paths.append(path) }
            return true
        }
        return ServiceCommit(
            id: touch.commit, author: text.author, message: message, relation: relation, paths: paths,
            others: others(than: area, touch), candidates: candidates(of: area, behind: touch))
    }

    private func others(than area: Int, _ touch: Touch) -> [ServiceName] {
        touch.changed.filter { $0 != area && $0 < members.count }.map { members[$0].name }
    }

    private func candidates(of area: Int, behind touch: Touch) -> [SemanticVersion] {
        guard area < services.count else { return [] }
        return (marks.candidates[services[area].name] ?? []).filter { touch.isHidden(from: $0.mark) }.map(\.version)
    }
}

extension VersionPolicy {
    /// Whether a plain conventional line is worth what its type says, whoever wrote it.
    fileprivate var takesPlainLevels: Bool {
        messages.mappings.isEmpty && attribution.ignoredAuthors.isEmpty && attribution.source == .commits
    }
}
