/// What a service takes up while one of its commands runs.
public struct Demand: Hashable, Sendable {
    /// Slots.
    public var cpu: Int
    /// Bytes; 0 when nobody says.
    public var memory: Int64
    /// Names of what must not be used by too many at once, such as `docker` or `port:5432`.
    public var pools: Set<String>

    public init(cpu: Int = 1, memory: Int64 = 0, pools: Set<String> = []) {
        (self.cpu, self.memory, self.pools) = (cpu, memory, pools)
    }
}

/// What there is for all steps that run at once.
public struct Room: Equatable, Sendable {
    /// Slots: how many steps that take one each.
    public var cpu: Int
    /// Bytes; nil when nobody knows, and then none are counted.
    public var memory: Int64?
    /// How many may be in a pool; in one that is not named here, one.
    public var pools: [String: Int]

    public static let unlimited = Room(cpu: 1 << 20)

    public init(cpu: Int, memory: Int64? = nil, pools: [String: Int] = [:]) {
        (self.cpu, self.memory, self.pools) = (cpu, memory, pools)
    }
}

extension Room {
    /// The same works without the pools that cannot overflow: a service is in one once, as its steps follow each other.
    func withoutIdlePools(_ works: [Schedule.Work]) -> [Schedule.Work] {
        let users = works.flatMap(\.demand.pools).reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
        let idle = Set(users.filter { $0.value <= pools[$0.key] ?? 1 }.keys)
        return works.map { work in
            var work = work
            work.demand.pools = work.demand.pools.filter { !idle.contains($0) }
            return work
        }
    }
}

/// Steps that may begin and take up the same, the most urgent first.
struct Lane: Equatable, Sendable {
    /// What each of them takes.
    let space: Space
    /// How many less urgent steps began while its first found no room.
    var bypassed = 0
    private var heap: [Waiting] = []

    /// An amount of everything, with pools by number.
    struct Space: Equatable, Sendable {
        var cpu: Int
        var memory: Int64
        /// Of a lane the pools it holds, of what is free how many may still hold each.
        var pools: [Int]
    }

    private struct Waiting: Equatable, Sendable {
        let priority: Int64
        let number: Int

        func isMoreUrgent(than other: Waiting) -> Bool {
            priority == other.priority ? number < other.number : priority > other.priority
        }
    }

    /// One lane for each demand, and what is free before anything runs.
    ///
    /// Who demands more than there is takes all there is.
    static func lanes(for demands: [Demand], in room: Room) -> (lanes: [Lane], free: Space) {
        let names = Set(demands.flatMap(\.pools)).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
        let free = Space(
            cpu: max(1, room.cpu), memory: room.memory.map { max(0, $0) } ?? .max,
            pools: names.map { max(1, room.pools[$0] ?? 1) })
        let lanes = demands.map { demand in
            Lane(
                space: Space(
                    cpu: demand.cpu.clamped(to: 1...free.cpu),
                    memory: room.memory == nil ? 0 : demand.memory.clamped(to: 0...free.memory),
                    pools: demand.pools.compactMap { numbers[$0] }.sorted()))
        }
        return (lanes, free)
    }

    private init(space: Space) {
        self.space = space
    }
}

extension Lane.Space {
    /// Whether what is free is enough for a step that takes this.
    func holds(_ other: Lane.Space) -> Bool {
        other.cpu <= cpu && other.memory <= memory && other.pools.allSatisfy { pools[$0] > 0 }
    }

    mutating func take(_ other: Lane.Space) {
        cpu -= other.cpu
        memory -= other.memory
        for pool in other.pools { pools[pool] -= 1 }
    }

    mutating func give(_ other: Lane.Space) {
        cpu += other.cpu
        memory += other.memory
        for pool in other.pools { pools[pool] += 1 }
    }
}

// MARK: - What waits

extension Lane {
    /// The number of its most urgent step.
    var first: Int? { heap.first?.number }

    /// Whether its first step goes before the first one of another lane, or is the same.
    func isMoreUrgent(than other: Lane) -> Bool {
        guard let own = heap.first else { return false }
        return other.heap.first.map(own.isMoreUrgent) ?? true
    }

    /// How many of its steps could begin with what is free.
    func count(thatFitIn free: Space) -> Int {
        guard !heap.isEmpty, free.holds(space) else { return 0 }
        let pools = space.pools.map { free.pools[$0] }.min() ?? heap.count
        let memory = space.memory == 0 ? Int64(heap.count) : free.memory / space.memory
        return min(heap.count, free.cpu / space.cpu, pools, Int(min(memory, Int64(heap.count))))
    }

    mutating func insert(_ number: Int, priority: Int64) {
        heap.append(Waiting(priority: priority, number: number))
        var place = heap.count - 1
        while place > 0, heap[place].isMoreUrgent(than: heap[(place - 1) / 2]) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func removeFirst() {
        guard let last = heap.popLast() else { return }
        bypassed = 0
        guard !heap.isEmpty else { return }
        heap[0] = last
        var place = 0
        while true {
            let children = (2 * place + 1)..<min(2 * place + 3, max(heap.count, 2 * place + 1))
            guard let child = children.min(by: { heap[$0].isMoreUrgent(than: heap[$1]) }),
                heap[child].isMoreUrgent(than: heap[place])
            else { return }
            heap.swapAt(place, child)
            place = child
        }
    }
}

extension Lane {
    /// What is kept for steps that waited too long.
    struct Kept {
        private var cpu = false
        private var memory = false
        private var pools: Set<Int> = []

        /// What a step lacks, others leave alone from now on, and its pools, too.
        mutating func keep(_ space: Space, in free: Space) {
            cpu = cpu || free.cpu < space.cpu
            memory = memory || free.memory < space.memory
            pools.formUnion(space.pools)
        }

        func allows(_ space: Space) -> Bool {
            !cpu && !(memory && space.memory > 0) && pools.isDisjoint(with: space.pools)
        }
    }
}

extension Comparable {
    /// The nearest value in a range.
    func clamped(to range: ClosedRange<Self>) -> Self { min(max(self, range.lowerBound), range.upperBound) }
}

extension Step.Kind {
    /// Whether a command of the service runs in it; images are made and pushed by Slipway itself.
    var hasCommand: Bool { self == .build || self == .test }
}
