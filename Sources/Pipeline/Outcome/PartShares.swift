extension Plan {
    /// The services that a shard of this plan speaks for; nobody is in two, and all shards together have all.
    ///
    /// A pure function of the plan and the number of shards. The longest come first, each to the shard that has the least
    /// to do with it, the builds it needs and that shard lacks included: no shard waits for another, a library is built
    /// again wherever it is needed, and that price keeps together what needs the same. What records vouch for is told by
    /// the first shard.
    public func share(of shard: Shard) -> [ServiceName] {
        var shares = Shares(self, count: shard.count)
        for name in shares.byCost { shares.place(name) }
        let told = services.filter { !$0.selected && $0.record != nil && $0.steps.isEmpty }.map(\.name)
        return (shares.members[shard.number - 1] + (shard.number == 1 ? told : [])).sorted()
    }

    /// How many shards have something to do, however many there are.
    public var usefulShards: Int { max(1, selected.count) }
}

/// A plan that is being dealt out.
private struct Shares {
    private(set) var members: [[ServiceName]]
    /// Selected services, the costliest first.
    let byCost: [ServiceName]
    private var loads: [Int64]
    /// What each shard builds.
    private var built: [Set<ServiceName>]
    private let entries: [ServiceName: Plan.Entry]
    /// The builds that each selected service needs besides its own.
    private let needed: [ServiceName: Set<ServiceName>]

    init(_ plan: Plan, count: Int) {
        let entries = Dictionary(uniqueKeysWithValues: plan.services.map { ($0.name, $0) })
        let needed = plan.selected.reduce(into: [:] as [ServiceName: Set<ServiceName>]) { needed, entry in
            needed[entry.name] = Self.builds(neededBy: entry, in: entries)
        }
        let costs = needed.map { name, builds in
            (name, cost: Self.whole(entries[name]) + builds.reduce(0) { $0 + Self.build(entries[$1]) })
        }
        byCost = costs.sorted { $0.cost != $1.cost ? $0.cost > $1.cost : $0.0 < $1.0 }.map(\.0)
        (self.entries, self.needed) = (entries, needed)
        members = Array(repeating: [], count: count)
        loads = Array(repeating: 0, count: count)
        built = Array(repeating: [], count: count)
    }

    mutating func place(_ name: ServiceName) {
        let builds = needed[name] ?? []
        let totals = loads.indices.map { shard in
            let lacking = builds.subtracting(built[shard]).reduce(0) { $0 + Self.build(entries[$1]) }
            let own = Self.whole(entries[name]) - (built[shard].contains(name) ? Self.build(entries[name]) : 0)
            return loads[shard] + own + lacking
        }
        guard let shard = totals.indices.min(by: { (totals[$0], $0) < (totals[$1], $1) }) else { return }
        members[shard].append(name)
        loads[shard] = totals[shard]
        built[shard].formUnion(builds)
        built[shard].insert(name)
    }

    private static func builds(
        neededBy entry: Plan.Entry, in entries: [ServiceName: Plan.Entry]
    ) -> Set<ServiceName> {
        var seen: Set<ServiceName> = []
        var pending = entry.needs
        while let name = pending.popLast() {
            guard name != entry.name, seen.insert(name).inserted else { continue }
            pending += entries[name]?.needs ?? []
        }
        return seen.filter { entries[$0]?.steps.contains(.build) == true }
    }

    /// Expected seconds of all steps.
    private static func whole(_ entry: Plan.Entry?) -> Int64 { max(1, entry?.weight ?? 1) }

    /// Expected seconds of the build: nobody recorded which step took how much of them.
    private static func build(_ entry: Plan.Entry?) -> Int64 {
        max(1, whole(entry) / Int64(max(1, entry?.steps.count ?? 1)))
    }
}
