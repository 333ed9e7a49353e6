extension ModuleGraph {
    /// The edges along a cycle, in order, the last one leading back to the first module; nil when there is none.
    ///
    /// Only edges that count are followed. The cycle begins at its first module in order, and of several the one that a
    /// walk in order meets first is told.
    public func cycle(where counts: (Edge) -> Bool) -> [Edge]? {
        var outgoing: [Path: [Edge]] = [:]
        for edge in edges where counts(edge) { outgoing[edge.from, default: []].append(edge) }
        var done: Set<Path> = []
        for start in outgoing.keys.sorted() where !done.contains(start) {
            if let cycle = Self.cycle(from: start, outgoing, &done) { return Self.rotated(cycle) }
        }
        return nil
    }

    /// A walk in depth without recursion: a chain of modules may be as long as a repository.
    private static func cycle(from start: Path, _ outgoing: [Path: [Edge]], _ done: inout Set<Path>) -> [Edge]? {
        var trail: [Edge] = []
        var depths: [Path: Int] = [start: 0]
        var stack = [(module: start, next: 0)]
        while let top = stack.last {
            let edges = outgoing[top.module] ?? []
            guard top.next < edges.count else {
                done.insert(top.module)
                depths[top.module] = nil
                stack.removeLast()
                if !trail.isEmpty { trail.removeLast() }
                continue
            }
            stack[stack.count - 1].next += 1
            let edge = edges[top.next]
            if let depth = depths[edge.to] { return trail[depth...] + [edge] }
            if done.contains(edge.to) { continue }
            depths[edge.to] = stack.count
            trail.append(edge)
            stack.append((edge.to, 0))
        }
        return nil
    }

    private static func rotated(_ cycle: [Edge]) -> [Edge] {
        let first = cycle.indices.min { cycle[$0].from < cycle[$1].from } ?? 0
        return Array(cycle[first...] + cycle[..<first])
    }
}
