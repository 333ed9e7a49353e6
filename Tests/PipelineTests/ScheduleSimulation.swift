import Fixtures
import Testing

@testable import Pipeline

/// A random set of services, the machine they run on, and what goes wrong.
struct RandomRun: Sendable {
    var works: [Schedule.Work] = []
    var room = Room(cpu: 1)
    var failing: Set<Step> = []

    init(_ generator: inout Seeded, pooled: Bool, failing fails: Bool, upTo count: Int = 16) {
        let names = (0..<Int.random(in: 1...count, using: &generator)).map { ServiceName(stringLiteral: "s\($0)") }
        let density = Int.random(in: 2...12, using: &generator)
        works = names.enumerated().map { index, name in
            var work = Schedule.Work(
                name: name, steps: Step.Kind.allCases.filter { _ in Int.random(in: 0..<4, using: &generator) > 0 },
                needs: names[..<index].filter { _ in Int.random(in: 0..<density, using: &generator) == 0 }, weight: 1)
            for kind in work.steps { work.durations[kind] = Int64.random(in: 1...1000, using: &generator) }
            guard pooled else { return work }
            let pools = ["docker", "port:5432", "licence"].filter { _ in Int.random(in: 0..<4, using: &generator) == 0 }
            work.demand = Demand(
                cpu: Int.random(in: 0..<5, using: &generator) == 0 ? Int.random(in: 2...6, using: &generator) : 1,
                memory: Int.random(in: 0..<3, using: &generator) == 0 ? Int64.random(in: 1...12, using: &generator) : 0,
                pools: Set(pools))
            return work
        }
        room = Room(cpu: Int.random(in: 1...4, using: &generator))
        if pooled {
            room.memory = 8
            room.pools = ["licence": 2]
        }
        guard fails else { return }
        failing = Set(steps.filter { _ in Int.random(in: 0..<8, using: &generator) == 0 })
    }

    var steps: [Step] { works.flatMap { work in work.steps.map { Step(work.name, $0) } } }

    func work(of name: ServiceName) -> Schedule.Work? { works.first { $0.name == name } }

    func duration(of step: Step) -> Int64 { work(of: step.service)?.milliseconds(step.kind) ?? 0 }

    func demand(of step: Step) -> Demand {
        step.kind.hasCommand ? work(of: step.service)?.demand ?? Demand() : Demand()
    }

    /// The builds that must be there before a service may begin, through those that build nothing.
    func builds(for name: ServiceName) -> Set<ServiceName> {
        (work(of: name)?.needs ?? []).reduce(into: []) { builds, need in
            if work(of: need)?.steps.contains(.build) == true {
                builds.insert(need)
            } else {
                builds.formUnion(self.builds(for: need))
            }
        }
    }

    /// All that needs a service, however far.
    func dependents(of name: ServiceName) -> Set<ServiceName> {
        works.filter { $0.needs.contains(name) }.reduce(into: []) { found, work in
            found.insert(work.name)
            found.formUnion(dependents(of: work.name))
        }
    }

    /// No schedule is shorter: neither than the longest chain, nor than the work shared among all slots.
    var bound: Double {
        let longest = StepGraph(works).priorities.max() ?? 0
        let total = steps.map(duration).reduce(0, +)
        return max(Double(longest), Double(total) / Double(room.cpu))
    }
}

/// What became of a run in a world where every step takes exactly as long as was expected.
struct Simulation: Equatable {
    var begun: [Step] = []
    var settled: [ServiceName] = []
    var skipped: [ServiceName: ServiceName] = [:]
    var makespan: Int64 = 0
    /// Sentences about what should not be.
    var faults: [String] = []

    private var running: [(step: Step, end: Int64)] = []
    private var built: Set<ServiceName> = []

    static func == (left: Simulation, right: Simulation) -> Bool {
        left.begun == right.begun && left.settled == right.settled && left.makespan == right.makespan
    }

    init(_ run: RandomRun) {
        var schedule = Schedule(run.works, in: run.room)
        while true {
            while let step = schedule.next() { begin(step, run, jobs: schedule.innerJobs(of: step)) }
            guard let index = running.indices.min(by: { running[$0].end < running[$1].end }) else { break }
            let (step, end) = running.remove(at: index)
            makespan = end
            let isGood = !run.failing.contains(step)
            if isGood, step.kind == .build { built.insert(step.service) }
            settled += schedule.finished(step, isGood: isGood)
        }
        skipped = schedule.skipped
    }

    private mutating func begin(_ step: Step, _ run: RandomRun, jobs: Int) {
        if begun.contains(step) { faults.append("\(step) began twice") }
        begun.append(step)
        running.append((step, makespan + run.duration(of: step)))
        if !run.builds(for: step.service).isSubset(of: built) { faults.append("\(step) began before its needs") }
        if jobs < 1 || jobs > run.room.cpu { faults.append("\(step) has \(jobs) jobs") }
        let demands = running.map { run.demand(of: $0.step) }
        // Who wants more than there is gets all there is.
        if demands.map({ min($0.cpu, run.room.cpu) }).reduce(0, +) > run.room.cpu { faults.append("too few slots") }
        if let memory = run.room.memory, demands.map({ min($0.memory, memory) }).reduce(0, +) > memory {
            faults.append("too little memory")
        }
        for pool in Set(demands.flatMap(\.pools)) {
            let count = demands.count { $0.pools.contains(pool) }
            if count > run.room.pools[pool] ?? 1 { faults.append("\(count) in pool \(pool)") }
        }
    }

    /// The same run by the plainest list schedule: whenever a slot is free, the longest step that may begin.
    static func longestFirst(_ run: RandomRun) -> Int64 {
        var left = Dictionary(uniqueKeysWithValues: run.works.map { ($0.name, $0.steps.sorted()[...]) })
        let builds = Dictionary(uniqueKeysWithValues: run.works.map { ($0.name, run.builds(for: $0.name)) })
        var built: Set<ServiceName> = []
        var running: [(step: Step, end: Int64)] = []
        var now: Int64 = 0
        while true {
            let busy = Set(running.map(\.step.service))
            let ready = left.filter { !busy.contains($0.key) && builds[$0.key]?.isSubset(of: built) == true }
                .compactMap { name, kinds in kinds.first.map { Step(name, $0) } }
                .sorted { (run.duration(of: $1), $0.service) < (run.duration(of: $0), $1.service) }
            for step in ready.prefix(run.room.cpu - running.count) {
                running.append((step, now + run.duration(of: step)))
            }
            guard let index = running.indices.min(by: { running[$0].end < running[$1].end }) else { return now }
            let (step, end) = running.remove(at: index)
            now = end
            left[step.service]?.removeFirst()
            if step.kind == .build { built.insert(step.service) }
        }
    }
}
