/// Which step is next, as a value: dependencies first, then the longest remaining chain of work that finds room.
///
/// A failed build skips all that needs it; a failed test ends only its own service, whose library others may still use.
/// A step that finds no room lets smaller ones pass, but not for ever: see `patience`.
public struct Schedule: Equatable, Sendable {
    /// Services that never began because of another.
    public private(set) var skipped: [ServiceName: ServiceName] = [:]
    private let graph: StepGraph
    /// How many steps each step still waits for.
    private var blockers: [Int]
    /// How many steps of each service are still to do.
    private var left: [Int]
    /// Steps that may begin, by what they take up.
    private var lanes: [Lane]
    private var free: Lane.Space
    private var running: [Int: Int] = [:]
    private let slots: Int

    /// How many less urgent steps may begin before one that finds no room; then what it lacks is kept for it.
    static let patience = 16

    /// What is to be done for one service, and whose builds it needs.
    public struct Work: Equatable, Sendable {
        public let name: ServiceName
        public let steps: [Step.Kind]
        public let needs: [ServiceName]
        /// Expected seconds of all steps.
        public let weight: Int64
        /// Expected milliseconds of those steps of which more is known.
        public var durations: [Step.Kind: Int64] = [:]
        public var demand = Demand()
        /// Services on whose images its own stands: it is made after theirs.
        public var bases: [ServiceName] = []

        public init(name: ServiceName, steps: [Step.Kind], needs: [ServiceName], weight: Int64) {
            (self.name, self.steps, self.needs, self.weight) = (name, steps, needs, weight)
        }

        /// The same work, with what was recorded of its steps.
        public func expecting(_ durations: Durations) -> Work {
            var copy = self
            copy.durations = steps.reduce(into: [:]) { $0[$1] = durations.milliseconds(Step(name, $1)) }
            return copy
        }

        func milliseconds(_ kind: Step.Kind) -> Int64 {
            let share = weight.clamped(to: Durations.range) * 1000 / Int64(max(1, steps.count))
            return (durations[kind] ?? share).clamped(to: Durations.range)
        }
    }

    /// Of works with one name the first counts; those that need each other in a circle never begin.
    public init(_ works: [Work], in room: Room = .unlimited) {
        graph = StepGraph(room.withoutIdlePools(works))
        blockers = graph.blockers
        left = graph.stepCounts
        slots = max(1, room.cpu)
        (lanes, free) = Lane.lanes(for: graph.demands, in: room)
        let first = blockers.indices.filter { blockers[$0] == 0 }
        for number in first { open(number) }
    }

    // MARK: - Beginning

    /// The next step that may begin, or nil when all have begun, or wait for one that runs.
    public mutating func next() -> Step? {
        guard let chosen = choice, let number = lanes[chosen].first else { return nil }
        for lane in lanes.indices where lane != chosen && lanes[lane].isMoreUrgent(than: lanes[chosen]) {
            lanes[lane].bypassed += 1
        }
        lanes[chosen].removeFirst()
        free.take(lanes[chosen].space)
        running[number] = slots / (running.count + 1 + others)
        return graph.nodes[number].step
    }

    /// With how many jobs of its own a running step should work: its part of the slots among all steps that ran or could
    /// have begun when it began.
    public func innerJobs(of step: Step) -> Int {
        max(1, graph.numbers[step].flatMap { running[$0] } ?? 1)
    }

    /// How many more steps could begin at once.
    private var others: Int {
        var count = 0
        for lane in lanes where count < free.cpu { count += lane.count(thatFitIn: free) }
        return min(count, free.cpu)
    }

    /// The lane whose first step is next.
    private var choice: Int? {
        guard free.cpu > 0 else { return nil }
        var kept = Lane.Kept()
        for lane in overdue {
            if free.holds(lanes[lane].space), kept.allows(lanes[lane].space) { return lane }
            kept.keep(lanes[lane].space, in: free)
        }
        var best: Int?
        for lane in lanes.indices {
            guard lanes[lane].first != nil, free.holds(lanes[lane].space), kept.allows(lanes[lane].space) else {
                continue
            }
            if let known = best, lanes[known].isMoreUrgent(than: lanes[lane]) { continue }
            best = lane
        }
        return best
    }

    /// Lanes that were passed by too often, the most patient first.
    private var overdue: [Int] {
        lanes.indices.filter { lanes[$0].first != nil && lanes[$0].bypassed >= Self.patience }
            .sorted { (lanes[$1].bypassed, $0) < (lanes[$0].bypassed, $1) }
    }

    /// A step that waits for nobody any more; what only stands for a service without a build is done at once.
    private mutating func open(_ number: Int) {
        var pending = [number]
        while let number = pending.popLast() {
            guard graph.nodes[number].step == nil else {
                lanes[graph.lanes[number]].insert(number, priority: graph.priorities[number])
                continue
            }
            pending += release(number)
        }
    }

    /// Nobody waits for this one any more.
    ///
    /// Returns those that now wait for nobody.
    private mutating func release(_ number: Int) -> [Int] {
        graph.dependents[number].filter { dependent in
            blockers[dependent] -= 1
            return blockers[dependent] == 0
        }
    }

    // MARK: - Ending

    /// Takes the result of a step that `next` gave.
    ///
    /// Returns the services that are settled by it.
    public mutating func finished(_ step: Step, isGood: Bool) -> [ServiceName] {
        guard let number = graph.numbers[step], running.removeValue(forKey: number) != nil else { return [] }
        free.give(lanes[graph.lanes[number]].space)
        let service = graph.nodes[number].service
        left[service] -= 1
        guard isGood else { return abandon(service, after: step) }
        for opened in release(number) { open(opened) }
        return left[service] == 0 ? [step.service] : []
    }

    /// Steps that wait for a failed one wait for ever, so there is nothing to take back.
    private mutating func abandon(_ service: Int, after step: Step) -> [ServiceName] {
        left[service] = 0
        guard step.kind == .build else { return [step.service] }
        var failed: Set = [service]
        var pending = [service]
        while let next = pending.popLast() {
            pending += graph.needers[next].filter { failed.insert($0).inserted }
        }
        // What has nothing to do passes the trouble on to those that need it.
        let dropped = failed.subtracting([service]).filter { left[$0] > 0 }
        for service in dropped {
            left[service] = 0
            skipped[graph.names[service]] = graph.needs[service].first(where: failed.contains).map { graph.names[$0] }
        }
        return ([service] + dropped).map { graph.names[$0] }.sorted()
    }
}
