/// What the commits of a service come to, before anybody asks for a number.
public struct HistoryReading: Equatable, Sendable {
    public private(set) var level = Level.none
    public private(set) var evidence: [VersionEvidence] = []
    public private(set) var lints: [VersionAnswer.Lint] = []
    /// The newest version or level somebody asked for in a commit.
    public private(set) var asked: ReleaseAs.Target?
    /// Whether what is delivered has changed.
    public private(set) var ships = false
    /// How many commits touch the service itself.
    public private(set) var count = 0
    /// The highest level of what came after each pre-release.
    private(set) var levelSince: [SemanticVersion: Level] = [:]

    /// Who a scope may be about.
    public struct Neighbours: Equatable, Sendable {
        public var services: Set<ServiceName>
        public var libraries: Set<ServiceName>

        public init(services: Set<ServiceName>, libraries: Set<ServiceName> = []) {
            (self.services, self.libraries) = (services, libraries)
        }
    }

    /// Adds commits that need no second look: how many there are, and what they ask for at most.
    public mutating func add(plain count: Int, level: Level, ships: Bool) {
        self.count += count
        self.level = max(self.level, level)
        self.ships = self.ships || ships
    }

    public init(
        of commits: [ServiceCommit], for service: ServiceName, among neighbours: Neighbours, by policy: VersionPolicy
    ) {
        let weighing = Weighing(service: service, neighbours: neighbours, policy: policy)
        let reverts = Reverts(among: commits)
        for (index, commit) in commits.enumerated() {
            if commit.relation == .own || commit.relation == .named { count += 1 }
            if reverts.cancelled.contains(index) {
                add(commit, VersionEvidence(.commit, level: .none, rule: .reverted, text: commit.message.subject))
                continue
            }
            let (weighed, lints) = weighing.evidence(of: commit)
            add(commit, weighed)
            ships = ships || commit.ships
            let own = weighed.rule == .noShippedChange ? [] : lints + reverts.lints(at: index)
            self.lints += own.map { VersionAnswer.Lint($0, commit: commit.id) }
            ask(commit, for: service, unless: [.autosquash, .skip, .ignoredAuthor].contains(weighed.rule), neighbours)
        }
        settleCandidates(commits)
    }

    private mutating func add(_ commit: ServiceCommit, _ weighed: VersionEvidence) {
        var weighed = weighed
        weighed.commit = commit.id
        level = max(level, weighed.level)
        evidence.append(weighed)
    }

    /// The newest wish counts; one that could mean several services means none.
    private mutating func ask(
        _ commit: ServiceCommit, for service: ServiceName, unless isIgnored: Bool,
        _ neighbours: HistoryReading.Neighbours
    ) {
        guard !isIgnored else { return }
        for wish in commit.message.releaseAs.reversed() {
            switch wish.service {
            case service?: break
            case nil where commit.relation == .own || commit.relation == .named:
                guard commit.others.allSatisfy({ !neighbours.services.contains($0) }) else {
                    lints.append(.init(.releaseAsAmbiguous, commit: commit.id))
                    continue
                }
            default: continue
            }
            asked = asked ?? wish.target
        }
    }

    private mutating func settleCandidates(_ commits: [ServiceCommit]) {
        let levels = zip(commits, evidence.map(\.level))
        for candidate in Set(commits.flatMap(\.candidates)) {
            levelSince[candidate] = levels.filter { !$0.0.candidates.contains(candidate) }.map(\.1).max() ?? Level.none
        }
    }

    /// Adds what else speaks for a level; the policy's floor last, when nothing else does.
    mutating func add(_ others: [VersionEvidence], floor: Level) {
        evidence += others
        level = max(level, others.map(\.level).max() ?? .none)
        guard level == .none, ships, floor > .none else { return }
        level = floor
        evidence.append(
            VersionEvidence(
                .floor, level: floor, rule: .floor,
                text: "what is delivered has changed, and no commit asks for a version"))
    }

    /// The highest level of what came after a pre-release.
    func level(since candidate: SemanticVersion) -> Level { levelSince[candidate] ?? level }
}

/// Weighs one commit for one service.
private struct Weighing {
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
