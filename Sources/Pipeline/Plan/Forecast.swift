/// What carrying out a plan will take, from what its steps took when they were last recorded.
public struct Forecast: Equatable, Sendable, Codable {
    /// All steps one after the other, in seconds.
    public let workSeconds: Int64
    /// The longest chain of services that must wait for each other, in seconds: no number of jobs makes it shorter.
    public let pathSeconds: Int64
    public let path: [ServiceName]
    /// Services of which nobody knows; each is taken for the median of those that are known.
    public let unknown: [ServiceName]

    /// How long it takes with so many jobs at least.
    public func seconds(jobs: Int) -> Int64 {
        max(pathSeconds, (workSeconds + Int64(max(1, jobs)) - 1) / Int64(max(1, jobs)))
    }

    /// Nil when there is nothing to do.
    ///
    /// `timings` are milliseconds by step.
    init?(_ entries: [Plan.Entry], timings: [ServiceName: [String: Int64]]) {
        let work = entries.filter { !$0.steps.isEmpty }
        guard !work.isEmpty else { return nil }
        var known: [ServiceName: Int64] = [:]
        for entry in work {
            guard let timings = timings[entry.name], !timings.isEmpty else { continue }
            known[entry.name] = entry.steps.compactMap { timings[$0.rawValue] }.reduce(0, +)
        }
        unknown = work.map(\.name).filter { known[$0] == nil }.sorted()
        let sorted = known.values.sorted()
        let median = sorted.isEmpty ? 1000 : sorted[sorted.count / 2]
        func milliseconds(_ name: ServiceName) -> Int64 { known[name] ?? median }
        workSeconds = (work.map { milliseconds($0.name) }.reduce(0, +) + 999) / 1000
        let chain = Self.longestChain(work, milliseconds)
        pathSeconds = (chain.map(milliseconds).reduce(0, +) + 999) / 1000
        path = chain
    }

    /// Needs come first in it; of two of one length the one whose last name comes first.
    private static func longestChain(
        _ work: [Plan.Entry], _ milliseconds: (ServiceName) -> Int64
    ) -> [ServiceName] {
        let entries = Dictionary(uniqueKeysWithValues: work.map { ($0.name, $0) })
        var ends: [ServiceName: (total: Int64, before: ServiceName?)] = [:]
        func end(_ name: ServiceName) -> Int64 {
            if let known = ends[name] { return known.total }
            // Whatever a file says, nobody waits for itself.
            ends[name] = (milliseconds(name), nil)
            let needs = (entries[name]?.needs ?? []).filter { entries[$0] != nil }.sorted()
            let longest = needs.map { ($0, end($0)) }.max { $0.1 < $1.1 || $0.1 == $1.1 && $1.0 < $0.0 }
            ends[name] = ((longest?.1 ?? 0) + milliseconds(name), longest?.0)
            return ends[name]?.total ?? 0
        }
        let last = entries.keys.sorted().map { ($0, end($0)) }.max { $0.1 < $1.1 || $0.1 == $1.1 && $1.0 < $0.0 }
        var chain: [ServiceName] = []
        var name = last?.0
        while let current = name, !chain.contains(current) {
            chain.append(current)
            name = ends[current]?.before
        }
        return chain.reversed()
    }
}
