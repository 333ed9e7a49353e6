/// What the indices of today do with what a service writes now, as a cluster itself tells.
///
/// Unlike what is read from a repository it is true only for a while: an index keeps the mapping it was made with, and
/// somebody may put another template beside ours.
public struct AuditIndexState: Equatable, Sendable, Codable {
    public var observedAt: Timestamp
    /// The host that was asked.
    public var cluster: String
    /// By the calls of all services.
    public var indices: [Index]

    /// The index of one call.
    public struct Index: Equatable, Sendable, Codable {
        public var service: ServiceName
        public var call: String
        /// Its name today.
        public var index: String
        /// Whether it has been made already.
        public var exists: Bool
        /// What it would not take, or why that cannot be told.
        public var problems: [String]
    }

    public init(observedAt: Timestamp, cluster: String, indices: [Index]) {
        (self.observedAt, self.cluster, self.indices) = (observedAt, cluster, indices)
    }

    /// Whether every index takes what is written.
    public var isReady: Bool { indices.allSatisfy(\.problems.isEmpty) }
}

extension AuditIndexState.Index {
    /// Judges what a cluster says of the index of a call.
    ///
    /// `simulated` answers `POST _index_template/_simulate_index/NAME`: what a new index would be like. `live` answers
    /// `GET NAME/_mapping`; nil when there is no such index.
    public init(
        of call: AuditCatalogue.Call, in service: ServiceName, on day: String, simulated: JSON, live: JSON?
    ) {
        let name = call.index.replacing("*", with: day)
        (self.service, self.call, index, exists) = (service, call.title, name, live != nil)
        var found: [String] = []
        if let template = simulated["template"], template.object != nil {
            var mapping = IndexMapping(template["mappings"] ?? .object([:]))
            found += mapping.index(call.shape.sample).map { "a new index refuses \($0.path): \($0.text)" }
        } else {
            found.append("the cluster does not say what a new index would be like")
        }
        if let live {
            // A data stream or an alias is answered for by the indices behind it, of which the last is written to.
            let answer = live[name] ?? live.object?.max { $0.key < $1.key }?.value
            if let mappings = answer?["mappings"] {
                var mapping = IndexMapping(mappings)
                found += mapping.index(call.shape.sample).map {
                    "the index of today refuses \($0.path): \($0.text); roll it over, or name another"
                }
            } else {
                found.append("the cluster does not say what the index of today is like")
            }
        }
        problems = found
    }
}
