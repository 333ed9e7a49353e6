/// Everything a plan follows from.
public struct Planning: Sendable {
    public var repository: RepositoryFacts
    public var catalog: Catalog
    public var parts: [ServiceName: KeyParts]
    public var request: Request
    public var testimony: [ServiceName: Testimony]
    public var versions: [ServiceName: VersionAnswer]
    /// What changed between a base commit and the tree that is built.
    public var changes: [ObjectID: Changes]
    public var wiring = Wiring.none
    public var removed: [ServiceName]
    public var notes: [Plan.Note]

    public init(repository: RepositoryFacts, catalog: Catalog, parts: [ServiceName: KeyParts], request: Request) {
        (self.repository, self.catalog, self.parts, self.request) = (repository, catalog, parts, request)
        (testimony, versions, changes, removed, notes) = ([:], [:], [:], [], [])
    }

    /// What was asked for on the command line.
    public struct Request: Equatable, Sendable {
        /// Empty: all.
        public var services: [ServiceName]
        /// Whether records of the named services, and of all that need them, are not taken.
        public var isForced: Bool
        public var through: Step.Kind
        public var isPushing: Bool

        public init(
            services: [ServiceName] = [], isForced: Bool = false, through: Step.Kind = .push, isPushing: Bool = false
        ) {
            (self.services, self.isForced, self.through, self.isPushing) = (services, isForced, through, isPushing)
        }
    }

    /// What records say about one service.
    public struct Testimony: Equatable, Sendable {
        /// The record of this very key that is good enough.
        public var accepted: Stability?
        /// Why records of this key are not.
        public var rejected: [String]
        /// A good record with the same image key, when the image can stand for what would be built.
        public var image: Stability?
        /// The newest record of the service from an ancestor of HEAD.
        public var newest: Stability?
        public var base: Plan.Base?
        /// Whether something about it cannot be known here.
        public var uncertainty: String?

        public init(
            accepted: Stability? = nil, rejected: [String] = [], newest: Stability? = nil, base: Plan.Base? = nil,
            uncertainty: String? = nil
        ) {
            (self.accepted, self.rejected, self.newest) = (accepted, rejected, newest)
            (self.base, self.uncertainty) = (base, uncertainty)
            image = nil
        }
    }
}

extension Plan {
    /// The rule: a service is built exactly when no good record has its key.
    public init(_ planning: Planning, hash: HashFunction) throws {
        let rule = Selection(planning)
        let selected = rule.selected()
        let helpers = rule.helpers(of: selected)
        var notes = planning.notes
        if !helpers.isEmpty {
            let names = helpers.sorted().map(\.text).joined(separator: ", ")
            notes.append(Note(.neededBuild, "built because what needs them is built: \(names)"))
        }
        let entries = planning.catalog.services.compactMap {
            rule.entry($0, isSelected: selected.contains($0.name), isHelper: helpers.contains($0.name))
        }
        if let path = entries.first(where: { $0.reason == .unownedPath })?.because.first {
            let line = "classes: {docs: [\(JSON.string("\(path)").canonicalText)]}"
            notes.append(
                Note(
                    .unownedPath,
                    "\(path) belongs to no service, so it may matter to all; at the top of \(ConfigurationFile.standardName), \(line) would say that it does not"
                ))
        }
        let unsealed = Plan(
            schema: Self.currentSchema, digest: hash([]), repository: planning.repository, services: entries,
            removed: planning.removed.sorted(), notes: notes,
            forecast: Forecast(
                entries, durations: Durations(planning.testimony.compactMapValues { $0.newest?.run.timings })))
        self = try unsealed.sealed(hash: hash)
    }
}

/// Who is selected, and why.
private struct Selection {
    let planning: Planning
    let reasons: Explanation
    let forced: Set<ServiceName>

    init(_ planning: Planning) {
        self.planning = planning
        forced = Self.forced(planning)
        reasons = Explanation(planning)
    }

    var catalog: Catalog { planning.catalog }

    private func steps(of service: Service) -> [Step.Kind] {
        service.steps(pushing: planning.request.isPushing, through: planning.request.through)
    }

    /// The services asked for that have something to do, and whose key no accepted record has.
    func selected() -> Set<ServiceName> {
        let asked = planning.request.services.isEmpty ? catalog.services.map(\.name) : planning.request.services
        return Set(asked + forced).filter { name in
            guard let service = catalog[name], !steps(of: service).isEmpty else { return false }
            return forced.contains(name) || planning.testimony[name]?.accepted == nil
        }
    }

    private static func forced(_ planning: Planning) -> Set<ServiceName> {
        let catalog = planning.catalog
        guard planning.request.isForced else { return [] }
        let named = planning.request.services.isEmpty ? catalog.services.map(\.name) : planning.request.services
        var forced = Set(named)
        var grew = true
        while grew {
            let more = catalog.services.filter { service in
                !forced.contains(service.name) && service.inputs.needs.contains(where: forced.contains)
            }
            grew = !more.isEmpty
            forced.formUnion(more.map(\.name))
        }
        return forced
    }

    /// Those whose build the selected ones need although a record vouches for them: what they leave in their folder
    /// cannot be fetched.
    func helpers(of selected: Set<ServiceName>) -> Set<ServiceName> {
        Set(catalog.closure(of: selected)).subtracting(selected).filter { catalog[$0]?.recipe.build != nil }
    }

    func entry(_ service: Service, isSelected: Bool, isHelper: Bool) -> Plan.Entry? {
        guard let parts = planning.parts[service.name] else { return nil }
        let testimony = planning.testimony[service.name] ?? Planning.Testimony()
        let isForced = forced.contains(service.name)
        // What is forced is made anew, and without tests nothing would be found out.
        let mayReuse = isSelected && !isForced && testimony.uncertainty == nil && service.recipe.test != nil
        let imageRecord = mayReuse && steps(of: service).contains(.image) ? testimony.image?.run.recordId : nil
        let cause = isSelected ? (isForced ? Explanation.Cause(.forced) : reasons.cause(of: service)) : nil
        return Plan.Entry(
            name: service.name, kind: service.kind, path: service.home, selected: isSelected, reason: cause?.reason,
            because: cause.map { Array($0.paths.prefix(Plan.Entry.pathLimit)) } ?? [], via: cause?.via ?? [],
            commit: cause?.commit, author: cause?.author, key: parts.key, base: testimony.base,
            version: planning.versions[service.name].map {
                Plan.VersionSummary(current: $0.current, next: $0.next, bump: $0.bump, snapshot: $0.snapshot)
            },
            steps: isSelected
                ? steps(of: service).filter { imageRecord == nil || $0 < .image } : isHelper ? [.build] : [],
            needs: service.inputs.needs, label: service.label, weight: weight(of: service),
            record: isSelected ? nil : testimony.accepted?.run.recordId, imageRecord: imageRecord)
    }

    /// The whole seconds its last known run took; one when nobody knows.
    private func weight(of service: Service) -> Int64 {
        let timings = planning.testimony[service.name]?.newest?.run.timings ?? [:]
        let milliseconds = Step.Kind.allCases.compactMap { timings[$0.rawValue]?.clamped(to: Durations.range) }
            .reduce(0, +)
        return max(1, (milliseconds + 999) / 1000)
    }
}
