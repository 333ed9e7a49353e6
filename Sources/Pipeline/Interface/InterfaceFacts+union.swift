extension InterfaceFacts {
    /// What a chain of releases did to the interfaces of a service, the oldest first, as if it were one release.
    ///
    /// Of facts that start from one release the last count: the others are of commits on the way. What was added and taken
    /// away again within the chain nets out. Nil without links.
    public static func united(_ links: [InterfaceFacts]) -> InterfaceFacts? {
        guard !links.isEmpty else { return nil }
        var order: [Surface.Identity] = []
        var found: [Surface.Identity: [Surface]] = [:]
        for surface in links.flatMap(\.surfaces) {
            let identity = surface.identity
            if found[identity] == nil { order.append(identity) }
            if let last = found[identity]?.last, last.base == surface.base { found[identity]?.removeLast() }
            found[identity, default: []].append(surface)
        }
        let surfaces = order.compactMap { found[$0]?.dropFirst().reduce(found[$0]?.first) { $0?.followed(by: $1) } }
        return InterfaceFacts(surfaces: surfaces, requiredBump: surfaces.map(\.level).max() ?? .none)
    }

    /// The bump that the listed changes demand; a record that states another one contradicts itself.
    public var recomputedBump: Level { surfaces.map(\.level).max() ?? .none }

    /// The surfaces that prove nothing: not compared, nothing looked at, or a tool that overlooks what breaks.
    public var unproven: [Surface] { surfaces.filter { !$0.isProven } }
}

extension InterfaceFacts.Surface {
    /// What makes two surfaces of different releases the same.
    fileprivate struct Identity: Hashable {
        let kind: Kind
        let path: Path?
        let tool: String
    }

    fileprivate var identity: Identity { Identity(kind: kind, path: path, tool: tool.name) }

    /// The bump that its changes demand: the most severe of them are always listed.
    public var level: Level { changes.map(\.level).max() ?? .none }

    /// Whether its lack of changes is evidence that there are none.
    public var isProven: Bool { state == .compared && examined > 0 && canary != false }

    /// This release and the next as one.
    fileprivate func followed(by next: Self) -> Self {
        var both = next
        (both.base, both.baseDigest) = (base, baseDigest)
        both.state = state == .compared ? next.state : state
        both.examined = min(examined, next.examined)
        both.canary = canary == false ? false : next.canary ?? canary
        both.problem = next.problem ?? problem
        if let baseDigest, baseDigest == next.headDigest, both.state == .compared {
            (both.changes, both.changeCount) = ([], 0)
            return both
        }
        let all = changes + next.changes
        let isCut = changeCount > changes.count || next.changeCount > next.changes.count
        both.changes = isCut ? all : Self.net(changes, next.changes)
        both.changeCount = changeCount + next.changeCount - (all.count - both.changes.count)
        both.changes = Array(both.changes.sorted { $0.level > $1.level }.prefix(200))
        return both
    }

    /// All changes but those of what came and went.
    private static func net(
        _ old: [InterfaceFacts.Change], _ new: [InterfaceFacts.Change]
    ) -> [InterfaceFacts.Change] {
        let added = old.filter { $0.id.hasSuffix("-added") }
        let gone = added.filter { change in
            new.contains { $0.place == change.place && $0.id == change.id.dropLast("added".count) + "removed" }
        }
        let places = Set(gone.map(\.place))
        guard !places.isEmpty else { return old + new }
        return (old + new).filter { change in
            !places.contains { change.place == $0 || change.place.hasPrefix($0 + " ") }
        }
    }
}

/// Whether a version says as much as the interface demands.
public struct BumpAnswer: Equatable, Sendable {
    public let state: State
    /// What the changes demand.
    public let required: Level
    /// What the versions give: below 1.0.0 a minor counts as a major, and a patch as a minor.
    public let taken: Level
    /// The changes that demand more than was given.
    public let blocking: [InterfaceFacts.Change]
    /// What could not be compared.
    public let unproven: [InterfaceFacts.Surface]

    public enum State: String, Sendable {
        case pass
        /// It passes, and says more than anything demands.
        case more
        case fail
        /// Nobody can tell.
        case unknown
    }
}

extension InterfaceFacts {
    /// Compares the step from what is deployed to a candidate with what the interfaces demand.
    ///
    /// The step begins at the release that was compared with, where that is earlier: a candidate that is deployed already
    /// has the version it leads to. Nothing deployed demands nothing.
    public func answer(from deployed: SemanticVersion?, to candidate: SemanticVersion) -> BumpAnswer {
        let bases = surfaces.compactMap(\.base?.version)
        let start = ([deployed].compactMap(\.self) + bases).reduce(nil as SemanticVersion?) { first, next in
            first.map { next.precedes($0) ? next : $0 } ?? next
        }
        let required = recomputedBump
        guard let start else {
            return BumpAnswer(state: .pass, required: required, taken: .major, blocking: [], unproven: [])
        }
        let taken = candidate.step(since: start)
        let state: BumpAnswer.State =
            if taken < required { .fail } else if !unproven.isEmpty {
                .unknown
            } else if taken == .major,
                required < .major
            { .more } else { .pass }
        return BumpAnswer(
            state: state, required: required, taken: taken,
            blocking: surfaces.flatMap(\.changes).filter { $0.level > taken }, unproven: unproven)
    }
}

extension SemanticVersion {
    /// How large the step from an earlier version is to those who rely on it, pre-releases counted as what they lead to.
    public func step(since base: SemanticVersion) -> Level {
        let isEarly = base.major == "0"
        if major != base.major { return .major }
        if minor != base.minor { return isEarly ? .major : .minor }
        if patch != base.patch { return isEarly ? .minor : .patch }
        return .none
    }
}
