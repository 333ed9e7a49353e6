// Candidates: pre-releases with a channel and a number.

extension VersionRule {
    private func candidates(of target: SemanticVersion) -> [TaggedVersion] {
        history.tags.filter { $0.version.isCandidate && $0.version.isForSameRelease(as: target) }
    }

    func candidateAtHead(of channel: String?) -> TaggedVersion? {
        guard let channel, !history.isDirty else { return nil }
        return history.tags.filter { $0.commit == history.head && $0.version.prerelease.first == channel }
            .max { $0.version.precedes($1.version) }
    }

    /// The next candidate of a channel; nil when nothing came after the last one.
    func candidate(of target: SemanticVersion, _ channel: String) throws(VersionProblem) -> SemanticVersion? {
        let earlier = candidates(of: target)
        if let higher = earlier.first(where: { channel.utf8.lexicographicallyPrecedes($0.version.prerelease[0].utf8) })
        {
            throw VersionProblem(
                .channelNotAscending,
                "\(channel) comes before \(higher.version.prerelease[0]), and \(higher.tag) exists: channels only go up"
            )
        }
        let own = earlier.filter { $0.version.prerelease[0] == channel }
        let last = own.filter(\.leadsToHead).max { $0.version.precedes($1.version) }
        if let last, reading.level(since: last.version) == .none, reading.asked == nil, question.wish.target == nil {
            return nil
        }
        let highest = own.map(\.version).max { $0.precedes($1) }
        let number = highest.map { SemanticVersion.successor(of: $0.prerelease[1]) } ?? "1"
        return target.withPrerelease([channel, number])
    }

    /// A stable release of a candidate is that candidate, if HEAD still is what was tested.
    mutating func promote(_ target: SemanticVersion) throws(VersionProblem) {
        let candidates = candidates(of: target).filter(\.leadsToHead)
        let newest = candidates.max { $0.version.precedes($1.version) }
        if let newest, newest.commit == history.head, !history.isDirty {
            promoted = newest
            return
        }
        if question.policy.requiresCandidate {
            let last = newest.map { "; the last one is \($0.tag)" } ?? ""
            throw VersionProblem(
                .promoteNotCandidate, "HEAD is no candidate of \(target)\(last): cut one, and release what was tested")
        }
        if newest != nil { lints.append(.init(.promoteNotCandidate)) }
    }
}
