import Disk
import Git
package import Pipeline
import Signing
package import SystemPackage

/// What a gate judges by: the policy of the environment, the trusted keys, and the moment.
struct GateTerms: Sendable {
    let environment: String
    let policy: (policy: Policy, digest: Digest)
    let trust: (trust: Trust, digest: Digest)
    let now: Timestamp

    init(_ request: GateRequest, now: Timestamp = .now) throws {
        let trusted = try TrustFile.read(request.trust, request.anchor)
        try self.init(
            environment: request.environment, policy: Self.policy(of: request.environment, in: request.policy),
            trust: (trusted.trust, trusted.digest), now: now)
    }

    init(environment: String, policy: (Policy, Digest), trust: (Trust, Digest), now: Timestamp) throws {
        (self.environment, self.policy, self.trust, self.now) = (environment, policy, trust, now)
    }

    /// A policy file of its own, or the `environments` of a slipway.yaml.
    static func policy(of environment: String, in file: FilePath) throws -> (Policy, Digest) {
        struct Entries: Decodable {
            var environments: [String: Policy]?
        }
        let bytes = try configurationBytes(of: file)
        let document = try Document(yaml: bytes, fileName: file.string)
        let isOwn = document["services"] == nil && document["discover"] == nil
        let schema = isOwn ? Schema.policyFile : Schema.slipway
        let environments = try schema.decode(Entries.self, from: document, fileName: file.string).environments ?? [:]
        guard let demanded = environments[environment] else {
            let near = nearest(to: environment, among: environments.keys).map { "did you mean \"\($0)\"?" }
            throw ConfigurationError(
                file: file.string, line: 1, "has no environment \"\(environment.printable)\"", hint: near)
        }
        return (demanded, .sha256(bytes))
    }

    func question(_ candidate: GateRequest.Candidate, _ intent: Decision.Intent) throws -> GateQuestion {
        var question = GateQuestion(
            service: candidate.service, image: try candidate.digest(), environment: environment, policy: policy,
            trust: trust, now: now, hash: Digest.sha256)
        question.intent = intent
        return question
    }
}

extension Policy {
    /// The policy of an environment as a gate reads it.
    package static func read(_ file: FilePath, for environment: String) throws -> Policy {
        try GateTerms.policy(of: environment, in: file).0
    }
}

extension GateRequest {
    /// Whoever may change a candidate must not be able to change what is demanded of it: policy and trust do not count
    /// when they lie in a checkout that holds the candidate's commit.
    func refuseOwnTree(of exhibits: [Exhibit]) throws {
        let sources = exhibits.compactMap(\.record?.source)
        for file in [policy, trust] + [anchor.root].compactMap(\.self) {
            // Where a link leads to is where it can be changed.
            let folder = file.resolvingLinks().removingLastComponent()
            guard let repository = try Self.repository(around: folder), repository.workTree != nil,
                try Self.isHome(repository, of: sources)
            else { continue }
            let hint = "keep it outside of the checkout of the candidate, where a commit cannot change it"
            throw ConfigurationError(
                file: file.string, line: 1, "lies in the candidate's own tree, and cannot judge it", hint: hint)
        }
    }

    /// Whether a candidate was built from this repository: it has the commit or, being shallow, the same origin.
    private static func isHome(_ repository: borrowing Repository, of sources: [Stability.Source]) throws -> Bool {
        if sources.contains(where: { repository.has($0.commit) }) { return true }
        guard let origin = try repository.facts().remote else { return false }
        return sources.contains { $0.uri == origin }
    }
}
