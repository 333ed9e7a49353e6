public import Pipeline
import Registry
import SystemPackage

extension Request {
    /// What the cluster at an address does today with what the services of HEAD write.
    ///
    /// Reads only: it asks what an index would be like, and what one that is there is like.
    public func auditIndexState(at address: String) async throws -> AuditIndexState {
        guard let (host, isPlain) = Self.cluster(address) else { throw ClusterError.noAddress(address) }
        let survey = try await Survey.make(self)
        let wanted = try survey.services(named: selection.services)
        let calls = survey.catalog.services.flatMap { service -> [(ServiceName, AuditCatalogue.Call)] in
            guard let declaration = service.audit, wanted.isEmpty || wanted.contains(service.name) else { return [] }
            let question = EvidenceQuestion(survey: survey, service: service, folder: survey.root)
            guard case .read(let catalogue) = question.auditQuestion(declaration).head else { return [] }
            return catalogue.calls.values.sorted { $0.title < $1.title }.map { (service.name, $0) }
        }
        guard !calls.isEmpty else { throw ClusterError.noCalls }
        let now = Timestamp.now
        let day = String("\(now)".prefix(10)).replacing("-", with: ".")
        let key = environment["ELASTIC_API_KEY"]
        let indices = try await RegistryAccess(survey) { _ in }.withConnections { connections in
            let asking = ClusterAsking(connections, host: host, isPlain: isPlain, key: key)
            var indices: [AuditIndexState.Index] = []
            for (service, call) in calls {
                let name = call.index.replacing("*", with: day)
                guard name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"/?#%".utf8.contains($0) }) else {
                    indices.append(.init(of: call, in: service, on: day, simulated: .null, live: nil))
                    continue
                }
                let simulated = try await asking.ask(.post, "/_index_template/_simulate_index/\(name)")
                let live = try await asking.ask(.get, "/\(name)/_mapping")
                indices.append(.init(of: call, in: service, on: day, simulated: simulated ?? .null, live: live))
            }
            return indices
        }
        return AuditIndexState(observedAt: now, cluster: host, indices: indices)
    }

    /// The host of an address, and whether it is asked without TLS.
    private static func cluster(_ address: String) -> (host: String, isPlain: Bool)? {
        for (scheme, isPlain) in [("http://", true), ("https://", false)] where address.hasPrefix(scheme) {
            let rest = address.dropFirst(scheme.count)
            let host = rest.hasSuffix("/") ? rest.dropLast() : rest
            let isHost = !host.isEmpty && host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/@?#".utf8.contains($0) }
            return isHost ? (String(host), isPlain) : nil
        }
        return nil
    }
}

/// Questions to Elasticsearch.
private struct ClusterAsking {
    private let client: RegistryClient
    private let host: String
    private let key: String?

    init(_ connections: Connections, host: String, isPlain: Bool, key: String?) {
        client = RegistryClient(
            connections, host: host, isPlain: isPlain, credentials: CredentialSource(environment: [:], host: nil))
        (self.host, self.key) = (host, key)
    }

    /// The answer; nil when there is nothing of that name.
    func ask(_ method: PlainRequest.Method, _ target: String) async throws -> JSON? {
        var request = PlainRequest(method, target)
        request.headers = key.map { [("Authorization", "ApiKey \($0)")] } ?? []
        let reply: PlainReply
        do {
            reply = try await client.askBare(request)
        } catch RegistryError.unreachable(_, let reason, _) {
            throw ClusterError.unreachable(host, reason: reason)
        }
        switch reply.status {
        case 404: return nil
        case 200:
            do {
                return try JSON(parsing: reply.body, profile: .lenient)
            } catch {
                throw ClusterError.refused(host, target, "no JSON: \(error)")
            }
        default: throw ClusterError.refused(host, target, "status \(reply.status)")
        }
    }
}

/// Why an audit index cannot be asked.
enum ClusterError: Failure, Equatable {
    case noAddress(String)
    case noCalls
    case unreachable(String, reason: String)
    case refused(String, String, String)

    var fault: Fault {
        switch self {
        case .noAddress: .usage
        case .noCalls: .input
        case .unreachable, .refused: .environment
        }
    }

    var hint: String? {
        switch self {
        case .noAddress: "http://HOST:PORT, or https://HOST:PORT"
        case .noCalls: "say audit: {calls: …, index: …} in the entry of a service, and commit the catalogue"
        case .unreachable: nil
        case .refused: "a key that may read index templates and mappings goes into ELASTIC_API_KEY"
        }
    }

    var description: String {
        switch self {
        case .noAddress(let text): "\"\(text.printable)\" is no address of a cluster"
        case .noCalls: "no service here says what it writes into an audit index"
        case .unreachable(let host, let reason): "\(host): not reachable: \(reason)"
        case .refused(let host, let target, let what): "\(host): \(target.printable) was answered with \(what)"
        }
    }
}
