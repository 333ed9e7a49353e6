import Git
import Pipeline

/// What each service is compared with to say why it is built; never what decides.
///
/// The first that resolves: `--base`, where a pull request left its target, the newest record of the service from an
/// ancestor, what Jenkins says built last, the last release.
struct BaseLadder: Sendable {
    private(set) var bases: [ServiceName: Plan.Base] = [:]
    /// Where histories crossed, the other commits that both lines have: what changed is what changed since any of them.
    private(set) var siblings: [ObjectID: [ObjectID]] = [:]

    init(
        _ question: HistoryQuestion, _ releases: Releases, _ graph: CommitGraph, _ repository: borrowing Repository
    ) throws {
        let option = try question.base.map { name in try repository.commit(named: name) }
        let left = try Self.left(question, repository)
        let previous = try question.previousBuild.flatMap { text -> ObjectID? in
            guard let commit = ObjectID(parsing: text), try graph.contains(commit) else { return nil }
            return commit
        }
        if let first = left.first { siblings[first] = Array(left.dropFirst()) }
        for service in question.catalog.services where !question.settled.contains(service.name) {
            if let option {
                bases[service.name] = Plan.Base(commit: option, from: .option)
            } else if let commit = left.first {
                bases[service.name] = Plan.Base(commit: commit, from: .pullRequest)
            } else if let commit = try question.recorded[service.name]?.first(where: graph.contains) {
                bases[service.name] = Plan.Base(commit: commit, from: .record)
            } else if let previous {
                bases[service.name] = Plan.Base(commit: previous, from: .previousBuild)
            } else if let release = releases[service.name] {
                bases[service.name] = Plan.Base(commit: release.commit, from: .tag)
            }
        }
    }

    /// The newest commits that HEAD and the target of a pull request have in common.
    ///
    /// Found by ancestry: Jenkins merges the target into the head, GitHub the head into the target, and where there is
    /// nothing to merge there is no merge.
    private static func left(_ question: HistoryQuestion, _ repository: borrowing Repository) throws -> [ObjectID] {
        guard let target = question.target else { return [] }
        for name in ["refs/remotes/origin/\(target)", "refs/heads/\(target)"] {
            guard let tip = try repository.tip(of: name) else { continue }
            return try repository.mergeBases(question.facts.head, tip)
        }
        return []
    }
}
