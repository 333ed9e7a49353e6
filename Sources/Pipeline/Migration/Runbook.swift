/// In which order the pending migrations of several services have to be applied, or why there is no order.
public struct Runbook: Equatable, Sendable, Codable {
    /// What to do, one after the other; as far as the order goes when there is a cycle.
    public var steps: [Step]
    /// Migrations that wait for each other in a circle, the first named again at the end; nil when there is none.
    public var cycle: [Node]?

    /// One stretch of migrations of one service.
    public struct Step: Equatable, Sendable, Codable {
        public var service: ServiceName
        /// The last migration of the stretch; nil for repeatable ones, and for whatever is the last of another service.
        public var upTo: String?
        /// How many migrations that is; nil when nobody here knows them: they are another repository's or not recorded.
        public var count: Int?

        public init(service: ServiceName, upTo: String?, count: Int?) {
            (self.service, self.upTo, self.count) = (service, upTo, count)
        }
    }

    /// One migration in a circle.
    public struct Node: Hashable, Sendable, Codable {
        public var service: ServiceName
        public var version: String?

        public init(_ service: ServiceName, _ version: String?) {
            (self.service, self.version) = (service, version)
        }
    }

    /// Orders what is pending of each service; `applied` is the version up to which a database already has them.
    ///
    /// Within a service migrations keep their order. Between services each waits for what it needs (`Migration.needs`, or
    /// for all of a service `MigrationFacts.runBefore`). Of several that could be next it is the one of the service that
    /// was begun, then the first by name: the same facts always give the same order. What is needed of a service without
    /// facts becomes a step without a count, unless it is applied.
    public init(of facts: [ServiceName: MigrationFacts], applied: [ServiceName: String] = [:]) {
        var work = RunbookWork(facts, applied)
        work.order()
        (steps, cycle) = (work.steps, work.cycle)
    }

    /// The cycle as something that somebody must know of.
    public func finding(hash: HashFunction) -> MigrationFinding? {
        guard let cycle else { return nil }
        let names = cycle.map { node in "\(node.service)" + (node.version.map { " V\($0)" } ?? "") }
        return MigrationFinding(.orderCycle, object: names.joined(separator: " → "), hash: hash)
    }
}

/// The state of the ordering: a queue for each service, and what has been put in order of it.
private struct RunbookWork {
    private struct Waiting {
        var version: String?
        var needs: [MigrationFacts.Requirement]
    }

    private var queues: [ServiceName: ArraySlice<Waiting>] = [:]
    /// Up to which version each service has come.
    private var reached: [ServiceName: MigrationVersion] = [:]
    /// What was put down of services without facts.
    private var unknown: Set<MigrationFacts.Requirement> = []
    private(set) var steps: [Runbook.Step] = []
    private(set) var cycle: [Runbook.Node]?

    init(_ facts: [ServiceName: MigrationFacts], _ applied: [ServiceName: String]) {
        reached = applied.compactMapValues { MigrationVersion(parsing: $0) }
        for (name, facts) in facts {
            let head = reached[name]
            let pending = facts.added.filter { migration in
                guard migration.kind != .undo else { return false }
                guard let head, let version = migration.version.flatMap({ MigrationVersion(parsing: $0) }) else {
                    return true
                }
                return head < version
            }
            var waiting = pending.map { Waiting(version: $0.version, needs: $0.needs ?? []) }
            // What no single migration asks for, the first waits for.
            let stated = Set(facts.added.flatMap { $0.needs ?? [] })
            if !waiting.isEmpty { waiting[0].needs += facts.runBefore.filter { !stated.contains($0) } }
            queues[name] = waiting[...]
        }
    }

    mutating func order() {
        var current: ServiceName?
        while true {
            let names = queues.filter { !$0.value.isEmpty }.keys.sorted()
            guard !names.isEmpty else { return }
            let candidates = [current].compactMap(\.self).filter(names.contains) + names
            guard let next = candidates.first(where: { blocker(of: $0) == nil }) else {
                cycle = circle(from: names[0])
                return
            }
            take(next)
            current = next
        }
    }

    /// What the next migration of a service still waits for.
    private func blocker(of name: ServiceName) -> MigrationFacts.Requirement? {
        queues[name]?.first?.needs.first { need in
            guard need.service != name, let queue = queues[need.service], let first = queue.first else { return false }
            guard let wanted = need.version.flatMap({ MigrationVersion(parsing: $0) }) else { return true }
            if let reached = reached[need.service], wanted <= reached { return false }
            // One that is repeated comes after all that have a version.
            guard let version = first.version.flatMap({ MigrationVersion(parsing: $0) }) else { return false }
            return version <= wanted
        }
    }

    private mutating func take(_ name: ServiceName) {
        guard let waiting = queues[name]?.popFirst() else { return }
        for need in waiting.needs where queues[need.service] == nil && unknown.insert(need).inserted {
            let wanted = need.version.flatMap { MigrationVersion(parsing: $0) }
            if let reached = reached[need.service], wanted.map({ $0 <= reached }) ?? true { continue }
            steps.append(Runbook.Step(service: need.service, upTo: need.version, count: nil))
        }
        if let version = waiting.version.flatMap({ MigrationVersion(parsing: $0) }) { reached[name] = version }
        guard let last = steps.last, last.service == name, let count = last.count else {
            steps.append(Runbook.Step(service: name, upTo: waiting.version, count: 1))
            return
        }
        steps[steps.count - 1].count = count + 1
        steps[steps.count - 1].upTo = waiting.version ?? last.upTo
    }

    /// Follows what blocks whom until somebody comes up again.
    private func circle(from name: ServiceName) -> [Runbook.Node] {
        var path: [Runbook.Node] = []
        var name = name
        while true {
            let node = Runbook.Node(name, queues[name]?.first?.version)
            if let start = path.firstIndex(of: node) { return Array(path[start...]) + [node] }
            path.append(node)
            guard let next = blocker(of: name) else { return path }
            name = next.service
        }
    }
}
