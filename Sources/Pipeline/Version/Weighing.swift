/// Weighs one commit for one service.
struct Weighing {
    let service: ServiceName
    let neighbours: HistoryReading.Neighbours
    let policy: VersionPolicy
    private let judge: MessageJudge
    private let ignored: AuthorFilter

    init(service: ServiceName, neighbours: HistoryReading.Neighbours, policy: VersionPolicy) {
        (self.service, self.neighbours, self.policy) = (service, neighbours, policy)
        judge = MessageJudge(policy.messages)
        ignored = AuthorFilter(policy.attribution.ignoredAuthors)
    }

    func evidence(of commit: ServiceCommit) -> (VersionEvidence, [VersionLint]) {
        var weighed = VersionEvidence(.commit, level: .none, rule: .merge, text: commit.message.subject)
        if commit.relation == .merge { return (weighed, [.mergeEvilChange]) }
        let judgement = commit.message.judged(by: judge) { glob in commit.paths.contains(where: glob.matches) }
        weighed.rule = VersionEvidence.Rule(judgement.rule)
        if ignored.takes(commit.author) {
            weighed.rule = .ignoredAuthor
            return (weighed, [])
        }
        if !commit.ships, weighed.rule != .autosquash { weighed.rule = .noShippedChange }
        guard commit.ships else { return (weighed, []) }
        (weighed.level, weighed.changes) = (judgement.level, judgement.entries)
        if case .needed(let library, let propagation) = commit.relation {
            weighed.kind = .library
            weighed.level = propagation.level(judgement.level)
            if weighed.level > .none { weighed.rule = .propagate }
            weighed.text = "via \(library): \(commit.message.subject)"
            return (weighed, judgement.lints.filter(\.isError))
        }
        var lints = judgement.lints
        lints += attenuate(&weighed, commit)
        return (weighed, lints)
    }

    /// A scope that names another service: what is said is about that one, if it is changed at all.
    private func attenuate(_ weighed: inout VersionEvidence, _ commit: ServiceCommit) -> [VersionLint] {
        let named = (commit.message.header?.scopes ?? []).compactMap { ServiceName(parsing: $0) }
            .filter { neighbours.services.contains($0) || neighbours.libraries.contains($0) }
        guard !named.isEmpty, !named.contains(service) else { return [] }
        guard named.contains(where: commit.others.contains) else { return [.scopeMismatch] }
        guard policy.attribution.crossScope == .patch, weighed.level > .patch else { return [] }
        (weighed.level, weighed.rule) = (.patch, .crossScope)
        return [.scopeAttenuated]
    }
}

/// The authors whose commits do not count.
private struct AuthorFilter {
    private let patterns: [Regex<AnyRegexOutput>]

    init(_ patterns: [SubjectPattern]) {
        self.patterns = patterns.map(\.compiled)
    }

    func takes(_ author: String) -> Bool {
        patterns.contains { pattern in
            do { return try pattern.firstMatch(in: author.prefix(300)) != nil } catch { return false }
        }
    }
}

extension VersionEvidence.Rule {
    fileprivate init(_ rule: Judgement.Rule) {
        switch rule {
        case .breaking: self = .breaking
        case .type: self = .type
        case .mapping: self = .mapping
        case .squash: self = .squash
        case .revert: self = .revert
        case .unconventional: self = .unconventional
        case .autosquash: self = .autosquash
        case .skip: self = .skip
        case .empty: self = .empty
        }
    }
}
