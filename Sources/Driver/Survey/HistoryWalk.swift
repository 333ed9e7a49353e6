import Git
import Pipeline
import Signing

/// One pass over the commits, for the versions of all services and the explanations of all bases at once.
final class HistoryWalk {
    private let question: HistoryQuestion
    private let releases: Releases
    /// What tells new from old: the commits of releases and bases; nil is the beginning of history.
    private let marks: [ObjectID?]
    private let positions: [ObjectID?: Int]
    private let bases: Set<ObjectID>
    private var touches: [ServiceName: [VersionAnswer.Touch]] = [:]
    /// By base: the newest commit that changed a path since.
    private var newest: [ObjectID: [Path: ObjectID]] = [:]
    private var incomplete: Set<Int> = []

    init(_ question: HistoryQuestion, _ releases: Releases, bases: Set<ObjectID>) {
        (self.question, self.releases, self.bases) = (question, releases, bases)
        let tagged = Set(question.catalog.services.map { releases[$0.name]?.commit })
        marks = tagged.union(bases.map(Optional.some)).sorted { left, right in
            guard let left, let right else { return left == nil && right != nil }
            return left < right
        }
        positions = Dictionary(uniqueKeysWithValues: marks.enumerated().map { ($1, $0) })
    }

    func read(_ graph: CommitGraph, in repository: borrowing Repository) throws {
        let ownership = Ownership(question.catalog)
        // Explanations look at all paths, versions only at those of services.
        let folders = bases.isEmpty ? PathSet(question.catalog.services.flatMap(\.paths)) : nil
        incomplete = try graph.visit(since: marks, within: folders) { step throws(GitError) in
            let isNew = Set(step.bases)
            for base in bases where positions[base].map(isNew.contains) == true {
                for change in step.changes where newest[base]?[change.path] == nil {
                    newest[base, default: [:]][change.path] = step.commit
                }
            }
            var ships: [ServiceName: Bool] = [:]
            for owner in step.changes.flatMap({ ownership.owners(of: $0.path) }) where isNewToRelease(owner.name, isNew)
            {
                ships[owner.name] = ships[owner.name] == true || owner.pathClass.ships
            }
            guard !ships.isEmpty else { return }
            let commit = try repository.commit(step.commit)
            for (name, ships) in ships { touches[name, default: []].append((commit, ships)) }
        }
    }

    private func isNewToRelease(_ name: ServiceName, _ isNew: Set<Int>) -> Bool {
        positions[releases[name]?.commit].map(isNew.contains) == true
    }

    /// Whether the commits since the last release go beyond what this clone holds.
    func isHidden(_ name: ServiceName) -> Bool {
        positions[releases[name]?.commit].map(incomplete.contains) == true
    }

    func version(of service: Service) -> VersionAnswer {
        let release = releases[service.name]
        let isReleased = release?.commit == question.facts.head && !question.facts.dirty
        let answer = VersionAnswer.Question(
            name: service.name, initial: service.release.initial, base: release.map { ($0.version, $0.tag) },
            isReleased: isReleased)
        let snapshot = Snapshot(
            branch: question.lineName, commit: question.facts.head, isDirty: question.facts.dirty, hash: Digest.sha256)
        return VersionAnswer(answer, touches: touches[service.name] ?? [], snapshot: snapshot)
    }

    /// The paths that differ between a base and the tree that is built, with who changed each last; nobody did yet where
    /// work is uncommitted.
    func differences(since base: ObjectID, in repository: borrowing Repository) throws -> [Planning.Difference] {
        let old = try repository.commit(base).tree
        let head = repository.tree(try repository.commit(question.facts.head).tree)
        let dirty = Set(question.dirtyPaths)
        let changed = Set(try head.changes(since: old).map(\.path)).subtracting(dirty).sorted()
        var authors: [ObjectID: String] = [:]
        return try changed.map { path in
            let commit = newest[base]?[path]
            if let commit, authors[commit] == nil { authors[commit] = try repository.commit(commit).author }
            return Planning.Difference(path: path, commit: commit, author: commit.flatMap { authors[$0] })
        } + dirty.sorted().map { Planning.Difference(path: $0, commit: nil, author: nil) }
    }
}
