/// The steps of a run as numbers: who waits for whom, and how long the way is from each to the end.
///
/// A service that builds nothing has a node all the same, where its build would be: who needs it waits for what it needs.
struct StepGraph: Equatable, Sendable {
    /// One step of a service, or nil where others wait for a build that it does not have.
    struct Node: Equatable, Sendable {
        let service: Int
        let step: Step?
    }

    /// Services, by name.
    let names: [ServiceName]
    let needs: [[Int]]
    let needers: [[Int]]
    /// In the order of names, and those of a service in the order of its steps.
    let nodes: [Node]
    let numbers: [Step: Int]
    let dependents: [[Int]]
    /// The milliseconds from the beginning of each node to the end of the longest chain that waits for it.
    let priorities: [Int64]
    /// What each node takes up while it runs, of all demands that there are.
    let lanes: [Int]
    let demands: [Demand]

    init(_ works: [Schedule.Work]) {
        let all = Dictionary(works.map { ($0.name, $0) }) { first, _ in first }.values.sorted { $0.name < $1.name }
        names = all.map(\.name)
        let index = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
        let needs = all.map { $0.needs.compactMap { index[$0] } }
        self.needs = needs
        needers = Self.reversed(needs)
        var draft = Numbering()
        for (service, work) in all.enumerated() { draft.add(work, as: service) }
        for (service, needed) in needs.enumerated() {
            for need in Set(needed) { draft.before[draft.gates[service]].append(draft.gates[need]) }
        }
        nodes = draft.nodes
        numbers = Dictionary(
            uniqueKeysWithValues: draft.nodes.enumerated().compactMap { number, node in node.step.map { ($0, number) } }
        )
        for work in all {
            guard let own = numbers[Step(work.name, .image)] else { continue }
            for base in Set(work.bases) {
                if let theirs = numbers[Step(base, .image)] { draft.before[own].append(theirs) }
            }
        }
        dependents = Self.reversed(draft.before)
        priorities = Self.priorities(draft.costs, before: draft.before, after: dependents)
        (lanes, demands) = (draft.lanes, draft.demands)
    }

    /// How many nodes each node waits for.
    var blockers: [Int] {
        var counts = Array(repeating: 0, count: nodes.count)
        for following in dependents { for number in following { counts[number] += 1 } }
        return counts
    }

    var stepCounts: [Int] {
        var counts = Array(repeating: 0, count: names.count)
        for node in nodes where node.step != nil { counts[node.service] += 1 }
        return counts
    }

    private static func reversed(_ edges: [[Int]]) -> [[Int]] {
        var reversed = Array(repeating: [Int](), count: edges.count)
        for (number, ends) in edges.enumerated() { for end in ends { reversed[end].append(number) } }
        return reversed
    }

    /// Those that nobody waits for come first; what goes in a circle is left at its own cost.
    private static func priorities(_ costs: [Int64], before: [[Int]], after: [[Int]]) -> [Int64] {
        var priorities = costs
        var waiting = after.map(\.count)
        var pending = waiting.indices.filter { waiting[$0] == 0 }
        while let number = pending.popLast() {
            priorities[number] = costs[number] + (after[number].map { priorities[$0] }.max() ?? 0)
            for earlier in before[number] {
                waiting[earlier] -= 1
                if waiting[earlier] == 0 { pending.append(earlier) }
            }
        }
        return priorities
    }
}

/// A graph on its way.
private struct Numbering {
    var nodes: [StepGraph.Node] = []
    var costs: [Int64] = []
    var before: [[Int]] = []
    /// Of each service the node that others wait for.
    var gates: [Int] = []
    var lanes: [Int] = []
    var demands: [Demand] = []
    private var laneOfDemand: [Demand: Int] = [:]

    mutating func add(_ work: Schedule.Work, as service: Int) {
        let kinds = Set(work.steps).sorted()
        if kinds.first != .build { add(nil, of: service, cost: 0, taking: Demand(), isFirst: true) }
        for kind in kinds {
            let demand = kind.hasCommand ? work.demand : Demand()
            let isFirst = kind == .build
            add(Step(work.name, kind), of: service, cost: work.milliseconds(kind), taking: demand, isFirst: isFirst)
        }
    }

    private mutating func add(_ step: Step?, of service: Int, cost: Int64, taking demand: Demand, isFirst: Bool) {
        if isFirst { gates.append(nodes.count) }
        before.append(isFirst ? [] : [nodes.count - 1])
        nodes.append(StepGraph.Node(service: service, step: step))
        costs.append(cost)
        let lane = laneOfDemand[demand] ?? demands.count
        if lane == demands.count {
            demands.append(demand)
            laneOfDemand[demand] = lane
        }
        lanes.append(lane)
    }
}
