/// The records between what runs and a candidate: what each of them changed since the release before it.
///
/// A record tells of its service since its last release. Where production is releases behind, the records of those
/// releases tell the rest; one that is missing leaves a gap, and then nobody knows what the candidate would change.
struct ReleaseRange {
    /// The candidate's record, and those of the releases before it that do not run yet, the newest first.
    let links: [Stability]
    /// The record of what runs, where it is known.
    let running: Stability?
    /// What is missing; nil when the range is whole.
    let gap: String?
    /// The release whose record is missing, where that is the gap.
    private(set) var missing: SemanticVersion?

    /// One of which nothing is known but why.
    init(gap: String) {
        (links, running, self.gap) = ([], nil, gap)
    }

    /// From a state to a record.
    ///
    /// Nil as a state means that nothing is known to run: then the record alone counts, since the last release.
    init(to candidate: Stability, from state: Deployment.State?, among history: [Stability], by scheme: VersionScheme) {
        let running = state.flatMap { state in
            history.filter { $0.has(state.image) }.max { $0.run.sequence < $1.run.sequence }
        }
        self.running = running
        var links = [candidate]
        var seen: Set<String> = [candidate.run.recordId]
        let version = state?.version ?? running?.ownVersion
        guard let state else {
            (self.links, gap) = (links, nil)
            return
        }
        guard !candidate.has(state.image) else {
            (self.links, gap) = ([], nil)
            return
        }
        guard let version else {
            (self.links, gap) = (links, "nobody knows which version \(state.image.short) is")
            return
        }
        var gap: String?
        while let base = links[links.count - 1].lastRelease, scheme.precedes(version, base) {
            let known = history.filter { $0.release?.version == base && !seen.contains($0.run.recordId) }
            guard let next = known.max(by: { $0.run.sequence < $1.run.sequence }) else {
                gap = "the record of release \(base) is missing"
                missing = base
                break
            }
            seen.insert(next.run.recordId)
            links.append(next)
        }
        (self.links, self.gap) = (links, gap)
    }

    /// Migrations that are new since what runs, in the order in which they are applied, each with the release it came in.
    var migrations: [(migration: Migration, release: SemanticVersion?)] {
        let there = Set((running?.migrations?.added ?? []).map { Applied($0) })
        return links.reversed().flatMap { record in
            (record.migrations?.added ?? []).filter { !there.contains(Applied($0)) }
                .map { ($0, record.run.recordId == links[0].run.recordId ? nil : record.release?.version) }
        }
    }

    /// A migration as far as it is the same wherever it is met.
    private struct Applied: Hashable {
        let path: Path
        let sha256: Digest

        init(_ migration: Migration) {
            (path, sha256) = (migration.path, migration.sha256)
        }
    }
}

extension Stability {
    /// What it is called: the release it became, or what the build was called.
    var ownVersion: SemanticVersion? { release?.version ?? version?.builtAs }

    /// The release that its facts are compared with.
    var lastRelease: SemanticVersion? {
        let base = migrations?.base ?? interface?.surfaces.lazy.compactMap(\.base).first ?? audit?.base
        return base?.version ?? version?.current
    }
}

extension GateEvidence {
    /// The release whose record somebody should bring, so that all is known between what runs and a candidate.
    public func missingRelease(for question: GateQuestion) -> SemanticVersion? {
        let standing = Standing(exhibits, question)
        return standing.record.flatMap { Hearing(question, self, $0, among: standing.valid).range.missing }
    }
}
