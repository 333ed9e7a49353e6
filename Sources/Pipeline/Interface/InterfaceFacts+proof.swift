extension InterfaceFacts {
    /// The surfaces that prove nothing: not compared, nothing looked at, or a tool that overlooks what breaks.
    public var unproven: [Surface] { surfaces.filter { !$0.isProven } }
}

extension InterfaceFacts.Surface {
    /// The bump that its changes demand: the most severe of them are always listed.
    public var level: Level { changes.map(\.level).max() ?? .none }

    /// Whether its lack of changes is evidence that there are none.
    fileprivate var isProven: Bool { state == .compared && examined > 0 && canary != false }
}

extension [InterfaceFacts.Change] {
    /// Of changes in the order in which they were made, the places that came and were gone again: nobody before had them.
    var passingPlaces: Set<String> {
        var added: Set<String> = []
        var passing: Set<String> = []
        for change in self {
            if change.id.hasSuffix("-added") { added.insert(change.id.dropLast("added".count) + change.place) }
            guard change.id.hasSuffix("-removed"), added.contains(change.id.dropLast("removed".count) + change.place)
            else { continue }
            passing.insert(change.place)
        }
        return passing
    }
}
