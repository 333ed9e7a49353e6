import Git
import Pipeline
import SystemPackage

/// What differs between the bases and the tree that is built, and who changed it.
struct Comparison: Sendable {
    private let question: HistoryQuestion
    private let ladder: BaseLadder
    /// The bases, each once.
    private let commits: [ObjectID]

    init(_ question: HistoryQuestion, _ ladder: BaseLadder) {
        (self.question, self.ladder) = (question, ladder)
        commits = Set(ladder.bases.values.map(\.commit)).sorted()
    }

    /// By base; two tasks share the folders of many services between them.
    func changes(on graph: CommitGraph, in repository: borrowing Repository) async throws -> [ObjectID: Changes] {
        guard !commits.isEmpty else { return [:] }
        let all = Set(question.catalog.services.flatMap(\.paths))
        // A folder inside that of another service goes with it.
        let folders = all.filter { folder in
            !sequence(first: folder.parent) { $0.isRoot ? nil : $0.parent }.contains(where: all.contains)
        }.sorted()
        var changes: [ObjectID: Changes]
        if folders.count < 32 {
            changes = try differences(skipping: [], in: repository)
        } else {
            let place = question.folder.string
            let parts = try await folders.halves.concurrentMap(limit: 2) { half in
                try differences(skipping: Set(half), in: Repository(at: place, apart: true, cache: 2 << 20))
            }
            changes = parts.reduce(into: [:]) { $0.merge($1) { $0 + $1 } }
        }
        try attribute(&changes, on: graph, in: repository)
        return changes
    }

    private func differences(
        skipping skipped: Set<Path>, in repository: borrowing Repository
    ) throws -> [ObjectID: Changes] {
        let head = repository.tree(try repository.commit(question.facts.head).tree)
        var changes: [ObjectID: Changes] = [:]
        for commit in commits {
            var found = Changes()
            let skipped = foreign(to: commit).union(skipped)
            for base in [commit] + (ladder.siblings[commit] ?? []) {
                guard let tree = try repository.treeIfPresent(of: base) else { continue }
                try head.eachChange(since: tree, skipping: skipped) { change in
                    found.add(change.path, question.reach)
                    return true
                }
            }
            for path in question.dirtyPaths { found.add(path, question.reach) }
            changes[commit] = found
        }
        return changes
    }

    /// The folders of services that nobody with this base has anything to do with.
    private func foreign(to base: ObjectID) -> Set<Path> {
        let asking = ladder.bases.filter { $0.value.commit == base }.map(\.key)
        let nodes = asking.reduce(into: Set<Wiring.Node>()) { $0.formUnion(question.wiring.closure(of: .service($1))) }
        let concerned = Set(asking + question.catalog.closure(of: asking))
        let others = question.catalog.services.filter { service in
            !concerned.contains(service.name) && !nodes.contains(.service(service.name))
        }
        let modules = nodes.compactMap { node -> Path? in
            guard case .module(let folder) = node else { return nil }
            return folder
        }
        let own = concerned.flatMap { question.catalog[$0]?.paths ?? [] }
        return Set(others.flatMap(\.paths)).filter { folder in
            !own.contains { $0.lies(in: folder) } && !question.reach.isUsed(beyondOwners: folder)
                && !modules.contains { $0.lies(in: folder) }
        }
    }

    /// Says of the paths that explanations begin with who changed them last.
    private func attribute(
        _ changes: inout [ObjectID: Changes], on graph: CommitGraph, in repository: borrowing Repository
    ) throws {
        let dirty = Set(question.dirtyPaths)
        let asked = commits.enumerated().flatMap { index, commit in
            (changes[commit]?.leading ?? []).subtracting(dirty).sorted().map { (path: $0, mark: index) }
        }
        guard !asked.isEmpty else { return }
        let answers = try graph.newestChanges(of: asked, marks: commits)
        var authors: [ObjectID: String] = [:]
        var known: [Int: [Path: (commit: ObjectID, author: String)]] = [:]
        for (question, commit) in zip(asked, answers) {
            guard let commit else { continue }
            let author = try authors[commit] ?? repository.commit(commit).author
            authors[commit] = author
            known[question.mark, default: [:]][question.path] = (commit, author)
        }
        for (index, commit) in commits.enumerated() { changes[commit]?.attribute(known[index] ?? [:]) }
    }
}
