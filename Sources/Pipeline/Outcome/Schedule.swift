/// Which step is next, as a value: dependencies first, then the longest remaining chain of work.
///
/// A failed build skips all that needs it; a failed test ends only its own service, whose library others may still use.
public struct Schedule: Equatable, Sendable {
    /// Steps that wait, and for which others.
    private var waiting: [Step: Set<Step>] = [:]
    /// Steps that may begin, the most urgent last.
    private var ready: [Step] = []
    private let dependents: [Step: Set<Step>]
    private let priorities: [Step: Int64]
    /// Services that never began because of another.
    public private(set) var skipped: [ServiceName: ServiceName] = [:]
    private let needs: [ServiceName: [ServiceName]]
    private var remaining: [ServiceName: Set<Step.Kind>]

    /// What is to be done for one service, and whose builds it needs.
    public struct Work: Equatable, Sendable {
        public let name: ServiceName
        public let steps: [Step.Kind]
        public let needs: [ServiceName]
        /// Expected seconds.
        public let weight: Int64

        public init(name: ServiceName, steps: [Step.Kind], needs: [ServiceName], weight: Int64) {
            (self.name, self.steps, self.needs, self.weight) = (name, steps, needs, weight)
        }
    }

    /// The needs must be free of cycles, as those of a catalog are.
    public init(_ works: [Work]) {
        let all = Dictionary(uniqueKeysWithValues: works.map { ($0.name, $0) })
        needs = all.mapValues(\.needs)
        remaining = all.mapValues { Set($0.steps) }
        var dependents: [Step: Set<Step>] = [:]
        for work in works {
            var previous = Self.buildSteps(of: work.needs, in: all)
            for kind in work.steps.sorted() {
                let step = Step(work.name, kind)
                waiting[step] = previous
                for earlier in previous { dependents[earlier, default: []].insert(step) }
                previous = [step]
            }
        }
        self.dependents = dependents
        var priorities: [Step: Int64] = [:]
        func priority(_ step: Step) -> Int64 {
            if let known = priorities[step] { return known }
            let longest = (dependents[step] ?? []).map(priority).max() ?? 0
            let own = max(1, (all[step.service]?.weight ?? 1) / Int64(max(1, all[step.service]?.steps.count ?? 1)))
            priorities[step] = longest + own
            return longest + own
        }
        for step in waiting.keys { _ = priority(step) }
        self.priorities = priorities
        ready = waiting.filter(\.value.isEmpty).keys.sorted { Self.isLessUrgent($0, $1, priorities) }
        for step in ready { waiting[step] = nil }
    }

    /// The build steps that must be done before one who has these needs may begin; through those that build nothing.
    private static func buildSteps(of needs: [ServiceName], in all: [ServiceName: Work]) -> Set<Step> {
        var steps: Set<Step> = []
        var seen: Set<ServiceName> = []
        var pending = needs
        while let name = pending.popLast() {
            guard seen.insert(name).inserted, let work = all[name] else { continue }
            if work.steps.contains(.build) { steps.insert(Step(name, .build)) } else { pending += work.needs }
        }
        return steps
    }

    /// The next step that may begin, or nil when all have begun or wait for one that runs.
    public mutating func next() -> Step? {
        ready.popLast()
    }

    private mutating func makeReady(_ step: Step) {
        waiting[step] = nil
        var (low, high) = (0, ready.count)
        while low < high {
            let middle = (low + high) / 2
            if Self.isLessUrgent(ready[middle], step, priorities) { low = middle + 1 } else { high = middle }
        }
        ready.insert(step, at: low)
    }

    private static func isLessUrgent(_ left: Step, _ right: Step, _ priorities: [Step: Int64]) -> Bool {
        let (one, other) = (priorities[left] ?? 0, priorities[right] ?? 0)
        if one != other { return one < other }
        return (left.service, left.kind) > (right.service, right.kind)
    }

    /// Takes the result of a step that `next` gave.
    ///
    /// Returns the services that are settled by it.
    public mutating func finished(_ step: Step, isGood: Bool) -> [ServiceName] {
        remaining[step.service]?.remove(step.kind)
        guard isGood else { return abandon(after: step) }
        for dependent in dependents[step] ?? [] {
            waiting[dependent]?.remove(step)
            if waiting[dependent]?.isEmpty == true { makeReady(dependent) }
        }
        return remaining[step.service]?.isEmpty == true ? [step.service] : []
    }

    private mutating func abandon(after step: Step) -> [ServiceName] {
        drop(step.service)
        var settled = [step.service]
        guard step.kind == .build else { return settled }
        var failed: Set<ServiceName> = [step.service]
        var grew = true
        while grew {
            grew = false
            for (name, needed) in needs where !failed.contains(name) {
                guard let because = needed.first(where: failed.contains) else { continue }
                failed.insert(name)
                grew = true
                // What has nothing to do passes the trouble on to those that need it.
                guard remaining[name]?.isEmpty == false else { continue }
                skipped[name] = because
                drop(name)
                settled.append(name)
            }
        }
        return settled.sorted()
    }

    private mutating func drop(_ name: ServiceName) {
        remaining[name] = []
        for kind in Step.Kind.allCases { waiting[Step(name, kind)] = nil }
        ready.removeAll { $0.service == name }
    }
}
