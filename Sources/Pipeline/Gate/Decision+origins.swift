extension Decision {
    /// One statement that was looked at, and where it was found.
    public struct Origin: Hashable, Sendable, Codable {
        public let kind: Kind
        /// Its own id; of a provenance that of the record it was sealed with.
        public let id: String
        /// Of the envelopes as they were found; of a provenance that of its payload.
        public let sha256: Digest
        public let places: [String]

        public enum Kind: String, Codable, CaseIterable, Sendable {
            case record, provenance, deployment, waiver
        }
    }
}

extension GateEvidence {
    /// The statements that bear on a question, each once.
    ///
    /// Of deployments the newest of each environment; of waivers those that somebody may have meant.
    func origins(of question: GateQuestion) -> [Decision.Origin] {
        var found = exhibits.flatMap(\.origins)
        let own = deployments.filter { $0.content.service == question.service }
        for (_, group) in Dictionary(grouping: own, by: \.content.environment) {
            guard let newest = group.max(by: { ($0.content.at, $0.content.id) < ($1.content.at, $1.content.id) }) else {
                continue
            }
            found.append(newest.origin(as: .deployment, newest.content.id))
        }
        found += waivers.filter { $0.isHanded || $0.content.isFor(question) }
            .map { $0.origin(as: .waiver, $0.content.id) }
        return found.united
    }
}

extension Exhibit {
    fileprivate var origins: [Decision.Origin] {
        guard let record else { return [] }
        let own = Decision.Origin(kind: .record, id: record.run.recordId, sha256: digest, places: [origin])
        let provenance = (record.run.statements ?? []).filter { $0.predicateType == Provenance.predicateType }
        return [own]
            + provenance.map { .init(kind: .provenance, id: own.id, sha256: $0.sha256, places: [origin]) }
    }
}

extension Testimony {
    fileprivate func origin(as kind: Decision.Origin.Kind, _ id: String) -> Decision.Origin {
        .init(kind: kind, id: id, sha256: digest, places: places)
    }
}

extension [Decision.Origin] {
    /// Each once, with all of its places.
    fileprivate var united: [Decision.Origin] {
        let groups = Dictionary(grouping: self) {
            Decision.Origin(kind: $0.kind, id: $0.id, sha256: $0.sha256, places: [])
        }
        return groups.map { key, group in
            .init(kind: key.kind, id: key.id, sha256: key.sha256, places: Set(group.flatMap(\.places)).sorted())
        }.sorted { ($0.kind.rawValue, $0.id, $0.sha256) < ($1.kind.rawValue, $1.id, $1.sha256) }
    }
}
