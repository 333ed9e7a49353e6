/// What carrying out a plan will take, from what its steps took when they were last recorded.
public struct Forecast: Equatable, Sendable, Codable {
    /// All steps one after the other, in seconds.
    public let workSeconds: Int64
    /// The longest chain of steps that must wait for each other, in seconds: no number of jobs makes it shorter.
    public let pathSeconds: Int64
    /// The services of that chain: of all but the last only the build counts.
    public let path: [ServiceName]
    /// Services of which nobody knows; each of their steps is taken for the median of those that are known.
    public let unknown: [ServiceName]

    /// How long it takes with so many jobs at least.
    public func seconds(jobs: Int) -> Int64 {
        max(pathSeconds, (workSeconds + Int64(max(1, jobs)) - 1) / Int64(max(1, jobs)))
    }

    /// Nil when there is nothing to do.
    init?(_ entries: [Plan.Entry], durations: Durations) {
        let work = entries.filter { !$0.steps.isEmpty }.map { $0.work.expecting(durations) }
        guard !work.isEmpty else { return nil }
        unknown = work.map(\.name).filter { !durations.knows($0) }.sorted()
        let total = work.flatMap { work in work.steps.map(work.milliseconds) }.reduce(0, +)
        workSeconds = (total + 999) / 1000
        let graph = StepGraph(work)
        let chain = graph.longestChain
        pathSeconds = ((chain.first.map { graph.priorities[$0] } ?? 0) + 999) / 1000
        path = chain.compactMap { graph.nodes[$0].step?.service }.reduce(into: []) { path, name in
            if path.last != name { path.append(name) }
        }
    }
}

extension StepGraph {
    /// The nodes that make a run as long as it is; of two chains of one length the one that begins with the first name.
    fileprivate var longestChain: [Int] {
        func isShorter(_ one: Int, _ other: Int) -> Bool { (priorities[one], other) < (priorities[other], one) }
        var chain: [Int] = []
        var next = nodes.indices.max(by: isShorter)
        while let number = next, chain.count < nodes.count {
            chain.append(number)
            next = dependents[number].max(by: isShorter)
        }
        return chain
    }
}

extension Plan {
    /// The forecast, when at least one of the services in it ran before.
    public var foundedForecast: Forecast? {
        forecast.flatMap { $0.unknown.count < services.count { !$0.steps.isEmpty } ? $0 : nil }
    }
}
