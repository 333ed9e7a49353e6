/// What somebody who deploys says runs, in a file of their own: nothing that has to be signed, as the policy beside it.
public struct StatedDeployment: Equatable, Sendable, Decodable {
    /// Nil: nothing runs there.
    public var image: Digest?
    public var version: SemanticVersion?
    public var sequence: Int64?
    public var at: Timestamp?
    /// The version of the last migration that was applied.
    public var headVersion: String?
}

/// What runs of a service in an environment, and what ran there before, as deployments tell.
struct DeployedState {
    /// Deployments of the service to the environment that count, the oldest first.
    let own: [Deployment]
    /// All that count, of every service and environment.
    let all: [Deployment]
    let current: Deployment.State?
    let since: Timestamp?
    /// The newest, where its migrations failed: nothing has been put right since.
    let failure: Deployment?
    /// Deployments that do not count, and why.
    let objections: [String]
    /// Whether one of those was changed after it was signed.
    let isDamaged: Bool

    init(_ evidence: GateEvidence, _ question: GateQuestion) {
        var (all, objections, isDamaged): ([Deployment], [String], Bool) = ([], [], false)
        for testimony in evidence.deployments {
            if let objection = testimony.objection(question) {
                objections.append("\(testimony.origin): \(objection)")
                isDamaged = isDamaged || testimony.signatures == .broken && testimony.content.isOf(question)
            } else {
                all.append(testimony.content)
            }
        }
        all.sort { ($0.at, $0.id) < ($1.at, $1.id) }
        (self.all, self.objections, self.isDamaged) = (all, objections, isDamaged)
        let own = all.filter { $0.isOf(question) }
        self.own = own
        let good = own.last { !$0.hasFailed }
        let newest = own.last
        failure = newest.flatMap { $0.hasFailed ? $0 : nil }
        if let stated = evidence.stated {
            current = stated.image.map { image in
                let known = own.last { $0.to.image == image }?.to
                return Deployment.State(
                    image: image, version: stated.version ?? known?.version,
                    sequence: stated.sequence ?? known?.sequence)
            }
            since = stated.at ?? good?.at
        } else {
            current = good?.to ?? failure?.from
            since = good?.at
        }
    }

    /// Whether an image ran in the environment once.
    func ran(_ isWanted: (Digest) -> Bool) -> Bool { own.contains { isWanted($0.to.image) && !$0.hasFailed } }

    /// Up to where migrations were applied, as the newest deployment that says so tells.
    func database(of service: ServiceName, in environment: String) -> DatabaseState? {
        let told = all.last {
            $0.service == service && $0.environment == environment && !$0.hasFailed && $0.migrations?.headVersion != nil
        }
        return told.map { deployment in
            DatabaseState(
                head: deployment.migrations?.headVersion, observedAt: deployment.at,
                origin: "deployment \(deployment.id.printable)")
        }
    }

    /// How many seconds an image ran in an environment without being replaced, at most.
    func soak(
        of isWanted: (Digest) -> Bool, _ service: ServiceName, in environment: String, until now: Timestamp
    ) -> Int64? {
        let there = all.filter { $0.service == service && $0.environment == environment && !$0.hasFailed }
        return there.indices.filter { isWanted(there[$0].to.image) }.map { index in
            let next = there[(index + 1)...].first { !isWanted($0.to.image) }
            return (next?.at ?? now).seconds - there[index].at.seconds
        }.max()
    }
}

extension GateEvidence {
    /// The image that runs where a question is about; nil when nobody says so.
    public func running(for question: GateQuestion) -> Digest? { DeployedState(self, question).current?.image }
}

extension Deployment {
    var hasFailed: Bool { migrations?.result == .failed }

    func isOf(_ question: GateQuestion) -> Bool {
        service == question.service && environment == question.environment
    }
}

extension Testimony where Content == Deployment {
    /// Why a deployment tells a gate nothing; nil when it does.
    func objection(_ question: GateQuestion) -> String? {
        if !statement.names(content.to.image) { return "the deployment is about another image than its subject" }
        if content.at.seconds > question.now.seconds + 300 { return "the deployment is from the future" }
        return signatures.objection(allowUnsigned: question.policy.origin.allowUnsigned, "the deployment") { key in
            key.objection(
                toSigningAs: .deploy, for: content.service, in: content.environment, at: content.at)
        }
    }
}

extension Exhibit.Signatures {
    /// Why signatures do not count, when at least one key must be good for what was signed; nil when they do.
    func objection(
        allowUnsigned: Bool, _ name: String, _ objection: (Trust.Key) -> String?
    ) -> String? {
        switch self {
        case .none: allowUnsigned ? nil : "\(name) is not signed"
        case .broken: "\(name) was changed after it was signed"
        case .unknown: "\(name) is signed by a key that is not trusted"
        case .by(let keys): keys.contains { objection($0) == nil } ? nil : keys.lazy.compactMap(objection).first
        }
    }
}
