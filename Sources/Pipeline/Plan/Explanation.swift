/// Why a service is selected: the shortest chain from something that changed to the service.
struct Explanation {
    let planning: Planning

    init(_ planning: Planning) {
        self.planning = planning
    }

    /// A reason with what it rests on.
    struct Cause: Equatable {
        var reason: Plan.Reason
        var paths: [Path] = []
        var via: [Wiring.Node] = []
        var commit: ObjectID?
        var author: String?

        init(_ reason: Plan.Reason) {
            self.reason = reason
        }
    }

    func cause(of service: Service) -> Cause {
        let testimony = planning.testimony[service.name] ?? Planning.Testimony()
        if testimony.uncertainty != nil { return Cause(.uncertain) }
        if !testimony.rejected.isEmpty { return Cause(.recordRejected) }
        guard let newest = testimony.newest else {
            // Only a tag or an option says what it looked like before; without either it is new.
            return testimony.base == nil ? Cause(.new) : chain(to: service) ?? Cause(.new)
        }
        if let chain = chain(to: service) { return chain }
        return changedPart(of: service, since: newest.inputs) ?? Cause(.uncertain)
    }

    /// By what its parts say, where paths cannot: the base is not in this clone, or no path changed.
    private func changedPart(of service: Service, since old: KeyParts) -> Cause? {
        guard let new = planning.parts[service.name] else { return nil }
        if new.paths != old.paths || new.tests != old.tests { return Cause(.path) }
        if new.unowned != old.unowned { return Cause(.unownedPath) }
        if new.configuration != old.configuration { return Cause(.config) }
        if new.toolchain != old.toolchain { return Cause(.toolchain) }
        if new.environment != old.environment { return Cause(.environment) }
        if new.bases != old.bases { return Cause(.baseImage) }
        let lockfiles = Self.changed(KeyParts.map(new.lockfiles), KeyParts.map(old.lockfiles))
        if !lockfiles.isEmpty {
            var cause = Cause(.lockfile)
            cause.paths = lockfiles.compactMap { try? Path(parsing: $0) }
            return cause
        }
        let needs = Self.changed(new.allNeeds, old.allNeeds)
        guard let need = needs.first else { return nil }
        var cause = Cause(.needs)
        cause.via = [Self.node(need)].compactMap(\.self)
        return cause
    }

    private static func changed(_ new: [String: Digest], _ old: [String: Digest]) -> [String] {
        Set(new.keys).union(old.keys).filter { new[$0] != old[$0] }.sorted()
    }

    private static func node(_ text: String) -> Wiring.Node? {
        if text.hasSuffix("/"), let folder = try? Path(parsing: String(text.dropLast())) { return .module(folder) }
        return ServiceName(parsing: text).map(Wiring.Node.service)
    }

    /// Breadth first over what it needs, so that the first changed path found is at the end of a shortest chain.
    private func chain(to service: Service) -> Cause? {
        guard let base = planning.testimony[service.name]?.base, let changes = planning.changes[base.commit] else {
            return nil
        }
        let start = Wiring.Node.service(service.name)
        var trails: [[Wiring.Node]] = [[start]]
        var seen: Set<Wiring.Node> = [start]
        while !trails.isEmpty {
            for trail in trails {
                guard let node = trail.last, let paths = changes.entering[node], !paths.isEmpty else { continue }
                return cause(trail.count == 1 ? .path : .needs, paths, via: trail.dropFirst().reversed())
            }
            trails = trails.flatMap { trail in
                needs(of: trail).compactMap { seen.insert($0).inserted ? trail + [$0] : nil }
            }
        }
        return changes.unowned.isEmpty ? nil : cause(.unownedPath, changes.unowned, via: [])
    }

    /// What only tests need matters to the service itself alone.
    private func needs(of trail: [Wiring.Node]) -> [Wiring.Node] {
        guard let node = trail.last else { return [] }
        var declared: [Wiring.Node] = []
        if case .service(let name) = node {
            declared = (planning.catalog[name]?.inputs.needs ?? []).map(Wiring.Node.service)
        }
        return (declared + planning.wiring.needs(of: node, trail.count == 1 ? [.build, .test] : [.build])).sorted()
    }

    private func cause(_ reason: Plan.Reason, _ paths: [Changes.Difference], via: [Wiring.Node]) -> Cause {
        var cause = Cause(reason)
        cause.paths = paths.map(\.path)
        cause.via = via
        (cause.commit, cause.author) = (paths.first?.commit, paths.first?.author)
        return cause
    }
}

extension KeyParts {
    /// Of all that is needed for building and testing, by name or folder.
    fileprivate var allNeeds: [String: Digest] {
        let own = Dictionary(needs.map { ($0.key.text, $0.value) }) { first, _ in first }
        return own.merging(Self.map(modules)) { $1 }.merging(Self.map(testNeeds)) { $1 }
    }

    fileprivate static func map(_ list: [Named]?) -> [String: Digest] {
        Dictionary((list ?? []).map { ($0.name, $0.digest) }) { first, _ in first }
    }
}
