import Git
import Pipeline

/// A commit with its place in history.
struct RankedCommit: Sendable {
    /// How many commits came before it, newest first.
    let rank: Int
    var commit: ServiceCommit
    /// Where a library is concerned: the marks to which it is new.
    var marks: Set<Int> = []

    func isNew(to mark: Int) -> Bool { marks.contains(mark) }

    func needed(_ name: ServiceName, _ propagation: VersionPolicy.Propagation) -> RankedCommit {
        var copy = self
        copy.commit.relation = .needed(name, propagation)
        return copy
    }
}

/// What is new in a service itself.
struct OwnHistory: Sendable {
    /// Commits that must be looked at, newest first; all of them where they are to be told.
    var commits: [RankedCommit] = []
    /// How many there are besides, what those ask for at most, and whether they change what is delivered.
    var count = 0
    var level = Level.none
    var ships = false
    /// Whether each commit is to be told.
    var isTold = false

    func reading(
        of service: Service, _ needed: [RankedCommit], among neighbours: HistoryReading.Neighbours
    ) -> HistoryReading {
        // A commit that changes both counts for the service itself.
        let known = Set(commits.map(\.commit.id))
        let all = commits + needed.filter { !known.contains($0.commit.id) }
        let ordered = needed.isEmpty ? all : all.sorted { $0.rank < $1.rank }
        let told = ordered.map(\.commit)
        var reading = HistoryReading(of: told, for: service.name, among: neighbours, by: service.release.policy)
        if isTold {
            reading.findSlips(in: told, for: service.name, among: neighbours, by: service.release.policy)
        }
        reading.add(plain: count, level: level, ships: ships)
        return reading
    }
}
