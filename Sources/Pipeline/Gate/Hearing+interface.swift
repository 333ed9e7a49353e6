/// Point 4: a release that breaks an interface is a major one, counted from what runs.
extension Hearing {
    var semver: Decision.Item {
        if let off = isOff(.semver) { return off }
        if question.intent == .rollback { return reversedInterface }
        if range.links.isEmpty { return Decision.Item(.semver, .notApplicable, "what runs is this image") }
        if record.source.shallow, record.lastRelease == nil {
            return Decision.Item(
                .semver, .unknown, "built in a shallow clone: nobody knows since which release its interface changed",
                toGreen: "build it in a whole clone: git fetch --unshallow --tags")
        }
        guard range.links.contains(where: { $0.interface != nil }) else {
            return Decision.Item(.semver, .notApplicable, "it declares no interface")
        }
        let item = unclear ?? gapItem(.semver) ?? bump
        return item.resting(on: rangeNames)
    }

    private typealias Surface = InterfaceFacts.Surface

    private var surfaces: [(surface: Surface, release: SemanticVersion?)] {
        range.links.reversed().flatMap { link in
            let release = link.run.recordId == range.links[0].run.recordId ? nil : link.release?.version
            return (link.interface?.surfaces ?? []).map { ($0, release) }
        }
    }

    /// A surface that could not be compared, or of which nothing was looked at.
    private var unclear: Decision.Item? {
        for (surface, _) in surfaces {
            guard let why = Self.doubt(about: surface) else { continue }
            let name = surface.path.map { "\($0)".printable } ?? surface.kind.rawValue
            return Decision.Item(
                .semver, .unknown, "interface \(name) \(why)", toGreen: "mend its comparison, and build again")
        }
        return nil
    }

    private static func doubt(about surface: Surface) -> String? {
        if surface.state != .compared { return "could not be compared" }
        if surface.canary == false { return "was compared by a tool that overlooks what breaks" }
        return surface.base != nil && surface.examined == 0 ? "was compared, and is empty" : nil
    }

    /// Changes that are still there at the end of the range.
    private var changes: [(change: InterfaceFacts.Change, release: SemanticVersion?)] {
        let named = Dictionary(grouping: surfaces) { SurfaceName($0.surface) }
        let passing = named.mapValues { $0.flatMap(\.surface.changes).passingPlaces }
        return surfaces.filter { entry in
            guard let all = named[SurfaceName(entry.surface)], all.count > 1, let first = all[0].surface.baseDigest
            else { return true }
            // What was changed and changed back is as it was.
            return all[all.count - 1].surface.headDigest != first
        }.flatMap { entry in
            let gone = passing[SurfaceName(entry.surface)] ?? []
            return entry.surface.changes.filter { change in
                !gone.contains { change.place == $0 || change.place.hasPrefix($0 + " ") }
            }.map { ($0, entry.release) }
        }
    }

    private struct SurfaceName: Hashable {
        let kind: InterfaceFacts.Surface.Kind
        let path: Path?

        init(_ surface: InterfaceFacts.Surface) {
            (kind, path) = (surface.kind, surface.path)
        }
    }

    /// The release from which the bump is counted: what runs or, where that is none, the last before it.
    private var start: SemanticVersion? {
        if let running = deployed.current?.version, running.isStable { return running }
        return range.links.last?.lastRelease
    }

    private var bump: Decision.Item {
        guard let start else { return Decision.Item(.semver, .pass, "nothing was released before") }
        guard let version else {
            return Decision.Item(
                .semver, .unknown, "the candidate has no version", toGreen: "build it where versions are known")
        }
        let changes = changes
        let required = changes.map(\.change.level).max() ?? .none
        let taken = version.bump(from: start)
        let beyond = changes.filter { $0.change.level > taken }
        guard let worst = beyond.first(where: { $0.change.level == required }) else {
            let over = taken == .major && required < .major && version.major != start.major
            let note = over ? ": a major version, and nothing breaks" : ""
            return Decision.Item(.semver, .pass, "\(start) to \(version) is enough for \(required.rawValue)\(note)")
        }
        let more = beyond.count == 1 ? "" : ", and \(beyond.count - 1) more"
        return Decision.Item(
            .semver, .fail,
            "\(start) to \(version) is too little for \(worst.change.id) at \(worst.change.place.printable)\(more)",
            toGreen: "release it as \(start.next(for: required)) or later, or take the change back"
        ).showing(Self.findings(beyond))
    }

    private static func findings(
        _ changes: [(change: InterfaceFacts.Change, release: SemanticVersion?)]
    ) -> [Decision.Item.Finding] {
        changes.map { entry in
            .init(
                rule: entry.change.id, fingerprint: entry.change.fingerprint, place: entry.change.place.printable,
                introducedIn: entry.release)
        }
    }

    /// Going back over a break: whoever was deployed since may need what the older image does not have.
    private var reversedInterface: Decision.Item {
        guard range.links.contains(where: { $0.interface != nil }) else {
            return gapItem(.semver) ?? Decision.Item(.semver, .notApplicable, "no interface changed since")
        }
        let breaks = changes.filter { $0.change.level == .major }
        let since = deployed.since ?? question.now
        let consumers = Set(
            deployed.all.filter { other in
                other.environment == question.environment && other.service != question.service && other.at >= since
            }.map(\.service)
        ).sorted()
        guard !breaks.isEmpty, !consumers.isEmpty else {
            return gapItem(.semver) ?? Decision.Item(.semver, .pass, "nobody was deployed since who could need a break")
        }
        let names = consumers.map { "\($0)" }.joined(separator: ", ")
        return Decision.Item(
            .semver, .fail, "its interface broke since, and \(names) came after",
            toGreen: "take \(names) back first, or show that nothing of the new interface is needed"
        ).showing(Self.findings(breaks)).resting(on: rangeNames)
    }
}

extension SemanticVersion {
    /// What the step from another version promises; below 1.0.0 each level plays the one above it.
    func bump(from base: SemanticVersion) -> Level {
        if major != base.major { return .major }
        let isEarly = isInitialDevelopment
        if minor != base.minor { return isEarly ? .major : .minor }
        if patch != base.patch { return isEarly ? .minor : .patch }
        return .none
    }

    /// The least version after this one that promises a level.
    func next(for level: Level) -> SemanticVersion {
        guard isInitialDevelopment else { return bumped(level) }
        return bumped(level == .major ? .minor : .patch)
    }
}
