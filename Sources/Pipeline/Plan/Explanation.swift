/// Why a service is selected: the shortest chain from something that changed to the service.
struct Explanation {
    let planning: Planning
    private let ownership: Ownership
    private let unownedRules: PathRules

    init(_ planning: Planning) {
        self.planning = planning
        ownership = Ownership(planning.catalog)
        unownedRules = planning.catalog.unownedRules
    }

    /// A reason with what it rests on.
    struct Cause: Equatable {
        var reason: Plan.Reason
        var paths: [Path] = []
        var via: [ServiceName] = []
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
        if new.paths != old.paths { return Cause(.path) }
        if new.unowned != old.unowned { return Cause(.unownedPath) }
        if new.configuration != old.configuration { return Cause(.config) }
        if new.toolchain != old.toolchain { return Cause(.toolchain) }
        if new.environment != old.environment { return Cause(.environment) }
        if new.bases != old.bases { return Cause(.baseImage) }
        guard let need = new.needs.keys.sorted().first(where: { new.needs[$0] != old.needs[$0] }) else { return nil }
        var cause = Cause(.needs)
        cause.via = [need]
        return cause
    }

    /// Breadth first over what it needs, so that the first changed path found is at the end of a shortest chain.
    private func chain(to service: Service) -> Cause? {
        guard let base = planning.testimony[service.name]?.base, let changed = planning.differences[base.commit],
            !changed.isEmpty
        else { return nil }
        var trails: [[ServiceName]] = [[service.name]]
        var seen: Set<ServiceName> = [service.name]
        while !trails.isEmpty {
            for trail in trails {
                guard let name = trail.last, let member = planning.catalog[name] else { continue }
                let paths = changed.filter { enters($0.path, member) }
                guard !paths.isEmpty else { continue }
                return cause(trail.count == 1 ? .path : .needs, paths, via: trail.dropFirst().reversed())
            }
            trails = trails.flatMap { trail in
                (trail.last.flatMap { planning.catalog[$0]?.inputs.needs } ?? []).sorted().compactMap { need in
                    seen.insert(need).inserted ? trail + [need] : nil
                }
            }
        }
        let unowned = changed.filter { isUnowned($0.path) }
        return unowned.isEmpty ? nil : cause(.unownedPath, unowned, via: [])
    }

    private func cause(_ reason: Plan.Reason, _ paths: [Planning.Difference], via: [ServiceName]) -> Cause {
        var cause = Cause(reason)
        cause.paths = paths.map(\.path)
        cause.via = via
        (cause.commit, cause.author) = (paths.first?.commit, paths.first?.author)
        return cause
    }

    private func enters(_ path: Path, _ service: Service) -> Bool {
        if service.inputs.paths.contains(where: path.lies) { return true }
        if planning.taken[service.name]?.contains(path) == true { return true }
        return ownership.owners(of: path).contains { $0.name == service.name && $0.pathClass.entersKey }
    }

    private func isUnowned(_ path: Path) -> Bool {
        path != Path.root.appending(ConfigurationFile.standardName)
            && !planning.catalog.services.contains { $0.inputs.paths.contains(where: path.lies) }
            && ownership.owners(of: path).isEmpty
            && unownedRules.pathClass(of: path).entersKey
    }
}
