/// Which commits of a history take each other back.
///
/// The newest decide first: a revert that was itself reverted takes nothing back.
struct Reverts {
    /// Places of commits that come to nothing: reverts, and what they took back.
    private(set) var cancelled: Set<Int> = []
    private var found: [Int: VersionLint] = [:]

    init(among commits: [ServiceCommit]) {
        let reverting = commits.indices.filter { commits[$0].message.revert != nil }
        guard !reverting.isEmpty else { return }
        let subjects = Dictionary(grouping: commits.indices) { commits[$0].message.subject }
        for index in reverting where !cancelled.contains(index) {
            guard let revert = commits[index].message.revert else { continue }
            let named = revert.commits.map { id in
                commits.indices.first { $0 > index && "\(commits[$0].id)".hasPrefix(id) && !cancelled.contains($0) }
            }
            var targets = named.compactMap(\.self)
            // A forge's button writes no id.
            if revert.commits.isEmpty, let subject = revert.target {
                targets = (subjects[subject] ?? []).first { $0 > index && !cancelled.contains($0) }.map { [$0] } ?? []
            }
            settle(index, targets, areAll: targets.count == max(1, named.count), revert, commits)
        }
    }

    private mutating func settle(
        _ index: Int, _ targets: [Int], areAll: Bool, _ revert: CommitMessage.Revert, _ commits: [ServiceCommit]
    ) {
        let covered = Set(commits[index].paths)
        let whole = targets.filter { covered.isSuperset(of: commits[$0].paths) }
        if targets.isEmpty {
            found[index] = revert.origin?.isReinstated == true ? .revertReapply : .revertOfReleased
        } else if whole.count < targets.count {
            found[index] = .revertPartial
        } else {
            cancelled.formUnion(whole)
            if areAll { cancelled.insert(index) } else { found[index] = .revertOfReleased }
        }
    }

    func lints(at index: Int) -> [VersionLint] { found[index].map { [$0] } ?? [] }
}
