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
    /// Commits that would ask for more if their messages were written otherwise.
    private(set) var slips: [Slip] = []

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

    /// Looks for messages that were probably meant otherwise, among the commits that were read.
    public mutating func findSlips(
        in commits: [ServiceCommit], for service: ServiceName, among neighbours: Neighbours, by policy: VersionPolicy
    ) {
        let weighing = Weighing(service: service, neighbours: neighbours, policy: policy)
        for (commit, weighed) in zip(commits, evidence) where weighed.rule != .reverted && commit.relation != .merge {
            // Below what is asked for already nothing changes, unless a candidate has it.
            let least = levelSince.isEmpty ? level : weighed.level
            guard least < .major, let slip = Slip(of: commit, by: weighing, above: least) else { continue }
            slips.append(slip)
        }
    }

    /// The same reading if one of its commits asked for more.
    func raised(to level: Level, by candidates: [SemanticVersion]) -> HistoryReading {
        var copy = self
        copy.level = max(self.level, level)
        for (candidate, known) in levelSince where !candidates.contains(candidate) {
            copy.levelSince[candidate] = max(known, level)
        }
        return copy
    }

    /// The highest level of what came after a pre-release.
    func level(since candidate: SemanticVersion) -> Level { levelSince[candidate] ?? level }
}
