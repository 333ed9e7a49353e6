import Git
import Pipeline

/// Gathers from one pass over history what some services and libraries have to do with it.
struct ChronicleWalk: Sendable {
    private let frame: ChronicleFrame
    /// By area, whether it is looked at.
    private let lot: [Bool]
    private var own: [OwnHistory]
    /// Whether a commit that takes back others was met: all that came before it must be looked at.
    private var hasRevert: [Bool]
    private(set) var libraries: [ServiceName: [RankedCommit]] = [:]

    init(_ frame: ChronicleFrame, _ lot: [Bool]) {
        (self.frame, self.lot) = (frame, lot)
        own = Array(repeating: OwnHistory(isTold: frame.wantsEvidence), count: frame.serviceCount)
        hasRevert = Array(repeating: false, count: frame.serviceCount)
    }

    var histories: [ServiceName: OwnHistory] {
        Dictionary(
            uniqueKeysWithValues: zip(frame.services, own).enumerated().filter { isMine($0.offset) }.map {
                ($0.element.0.name, $0.element.1)
            })
    }

    /// Strangers are nobody's.
    private func isMine(_ area: Int) -> Bool { area < lot.count && lot[area] }
}

// MARK: - One commit

extension ChronicleWalk {
    mutating func take(_ touch: Touch, in repository: borrowing Repository) throws(GitError) {
        if touch.grade & MessageGrader.namesServices != 0 { try takeNamed(touch, in: repository) }
        for area in touch.changed where isMine(area) && touch.concerns(area) {
            if area < frame.serviceCount {
                try takeOwn(area, touch, in: repository)
            } else if !touch.isMerge {
                try takeLibrary(area, touch, in: repository)
            }
        }
    }

    private mutating func takeOwn(
        _ area: Int, _ touch: Touch, in repository: borrowing Repository
    ) throws(GitError) {
        guard isPlain(touch, for: area) else {
            let isMerge = touch.isMerge && !frame.question.followsFirstParents
            let commit = try commit(touch, for: area, isMerge ? .merge : .own, repository)
            if isMerge, commit.paths.isEmpty { return }
            hasRevert[area] = hasRevert[area] || commit.message.revert != nil
            own[area].commits.append(RankedCommit(rank: touch.rank, commit: commit))
            return
        }
        own[area].count += 1
        // Only what could change the answer is looked at closely.
        let level = MessageGrader.level(of: touch.grade)
        let matters = frame.members[area].release.policy.floor > .none && !own[area].ships
        guard level > own[area].level || matters, try ships(touch, of: area) else { return }
        own[area].ships = true
        own[area].level = max(own[area].level, level)
    }

    /// Whether a commit is told by its grade.
    private func isPlain(_ touch: Touch, for area: Int) -> Bool {
        frame.takesPlainLevels[area] && !hasRevert[area] && !touch.isMerge
            && frame.grader.isPlain(touch.grade, to: frame.members[area].name)
    }

    private func ships(_ touch: Touch, of area: Int) throws(GitError) -> Bool {
        var ships = false
        try touch.eachPath(in: area, of: frame.folders[area]) { path in
            ships = frame.ownership.ships(path, of: frame.members[area])
            return !ships
        }
        return ships
    }

    private mutating func takeLibrary(
        _ area: Int, _ touch: Touch, in repository: borrowing Repository
    ) throws(GitError) {
        var ranked = RankedCommit(rank: touch.rank, commit: try commit(touch, for: area, .own, repository))
        guard ranked.commit.ships else { return }
        ranked.marks = Set(frame.question.marksOf[area].filter { !touch.isHidden(from: $0) })
        libraries[frame.members[area].name, default: []].append(ranked)
    }

    /// A commit that names services in its footers, which counts for them whatever it changes.
    private mutating func takeNamed(_ touch: Touch, in repository: borrowing Repository) throws(GitError) {
        let text = try repository.text(of: touch.commit)
        let message = CommitMessage(bytes: text.message, encoding: text.encoding)
        for (area, service) in frame.services.enumerated() where isMine(area) && !touch.concerns(area) {
            let isNamed = message.releaseServices.contains(service.name.text)
            guard isNamed || message.releaseAs.contains(where: { $0.service == service.name }),
                let mark = frame.marks.base(of: service.name), !touch.isHidden(from: mark)
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
            touch.isMerge && frame.question.followsFirstParents
            ? CommitMessage(mergeBytes: text.message, encoding: text.encoding)
            : CommitMessage(bytes: text.message, encoding: text.encoding)
        // Reverts take back what was changed path by path.
        let wantsAll =
            area >= frame.serviceCount || frame.wantsAllPaths[area] || hasRevert[area] || message.revert != nil
        var paths: [Path] = []
        try touch.eachPath(in: area, of: frame.folders[area]) { path in
            if frame.ownership.ships(path, of: frame.members[area]) { paths.append(path) }
            return wantsAll || paths.isEmpty
        }
        return ServiceCommit(
            id: touch.commit, author: text.author, message: message, relation: relation, paths: paths,
            others: others(than: area, touch), candidates: candidates(of: area, behind: touch))
    }

    private func others(than area: Int, _ touch: Touch) -> [ServiceName] {
        touch.changed.filter { $0 != area && $0 < frame.members.count }.map { frame.members[$0].name }
    }

    private func candidates(of area: Int, behind touch: Touch) -> [SemanticVersion] {
        guard area < frame.serviceCount else { return [] }
        return (frame.marks.candidates[frame.members[area].name] ?? []).filter { touch.isHidden(from: $0.mark) }.map(
            \.version)
    }
}
