import Disk
public import Pipeline
public import SystemPackage

extension GateRequest {
    /// Asks every question that was asked before once more, of another policy; of services that nobody asked about, the
    /// newest image.
    ///
    /// Waivers count as they did: what is compared are the policies.
    public func replay(under file: FilePath, of service: ServiceName?) async throws -> Replay {
        var local = self
        local.places.asksRegistry = false
        return try await local.replayed(under: file, of: service)
    }

    private func replayed(under file: FilePath, of service: ServiceName?) async throws -> Replay {
        let terms = try GateTerms(self)
        let other = try GateTerms.policy(of: environment, in: file)
        let library = try await GateLibrary(self, terms, nil)
        if let missed = library.reading.missed.first { throw missed.error }
        guard let folder = places.folders.first else { throw GateError.noLedger }
        let shelf = GateShelf(folder)
        let isWanted = { (name: ServiceName) in service.map { $0 == name } ?? true }
        let kept = try places.folders.map { GateShelf($0) }.kept(of: nil).filter {
            $0.environment == environment && isWanted($0.service)
        }
        .sorted { $0.at < $1.at }
        var rows: [Replay.Row] = []
        for old in kept { rows.append(try await again(old, other, library, terms, before: kept)) }
        let asked = Set(kept.map(\.service))
        for name in try shelf.ledger.services() where !asked.contains(name) && isWanted(name) {
            if let row = try await first(name, other.0, library, terms, shelf) { rows.append(row) }
        }
        return Replay(in: environment, policy: other.1, rows)
    }

    /// A question that was asked before, with what was known then.
    private func again(
        _ old: Decision, _ other: (Policy, Digest), _ library: GateLibrary, _ terms: GateTerms, before kept: [Decision]
    ) async throws -> Replay.Row {
        let candidate = Candidate(old.service, try Self.reference(of: old))
        let past = try GateTerms(
            environment: environment, policy: (other.0, old.policy), trust: terms.trust, now: old.at)
        let question = try past.question(candidate, old.intent)
        var (evidence, _) = try await evidence(about: candidate, question, from: library, nil)
        evidence.deployments = evidence.deployments.filter { $0.statement.predicate.at <= old.at }
        evidence.kept = kept.filter { $0.at < old.at }
        return Replay.Row(old, Decision(question, evidence, verifier: Builder.gate))
    }

    /// The newest image of a service that nobody asked about.
    private func first(
        _ name: ServiceName, _ other: Policy, _ library: GateLibrary, _ terms: GateTerms, _ shelf: GateShelf
    ) async throws -> Replay.Row? {
        let newest = try shelf.ledger.newest(of: name, limit: 20).records.first { $0.record.image != nil }
        guard let image = newest?.record.image, let reference = ImageReference(image) else { return nil }
        let candidate = Candidate(name, reference)
        let question = try terms.question(candidate, .deploy)
        let (evidence, _) = try await evidence(about: candidate, question, from: library, nil)
        var changed = question
        changed.policy = other
        return Replay.Row(
            Decision(question, evidence, verifier: Builder.gate), Decision(changed, evidence, verifier: Builder.gate))
    }

    private static func reference(of decision: Decision) throws -> ImageReference {
        let text = "\(decision.service.text.lowercased())@\(decision.image)"
        guard let reference = ImageReference(parsing: text) else { throw GateError.noDigest(text) }
        return reference
    }
}

extension ImageReference {
    fileprivate init?(_ image: Stability.ImageFacts) { self.init(parsing: "\(image.repository)@\(image.digest)") }
}
