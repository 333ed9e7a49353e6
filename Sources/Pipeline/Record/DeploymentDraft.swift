/// What somebody says was deployed, before it is written down.
public struct DeploymentDraft: Equatable, Sendable {
    public var service: ServiceName
    public var image: Digest
    public var environment: String
    /// A person, a job.
    public var by: String
    /// Nil: a redeployment where the same image ran before, else a deployment.
    public var intent: Decision.Intent?
    public var migrations: Deployment.Migrations?

    public init(service: ServiceName, image: Digest, environment: String, by: String) {
        (self.service, self.image, self.environment, self.by) = (service, image, environment, by)
    }

    /// What rests on what others have written down: the newest deployment there, records of the image, the decision.
    public struct Evidence: Equatable, Sendable {
        public var deployments: [Deployment]
        public var records: [Stability]
        public var decision: Digest?

        public init(deployments: [Deployment], records: [Stability], decision: Digest?) {
            (self.deployments, self.records, self.decision) = (deployments, records, decision)
        }
    }

    /// What is signed.
    ///
    /// It is later than the one it follows, by a second where the clock says otherwise: which is the newest must be clear.
    public func deployment(id: String, at now: Timestamp, _ evidence: Evidence) -> Deployment {
        let previous = evidence.deployments.newest(of: service, in: environment)
        let moment = previous.map { max(now, Timestamp(seconds: $0.at.seconds + 1)) } ?? now
        let ran = evidence.deployments.state(of: service, in: environment)
        let isSame = ran?.image == image
        return Deployment(
            schema: Deployment.currentSchema, crit: nil, id: id, at: moment, service: service,
            environment: environment, to: state(evidence.records), from: ran, by: by,
            intent: intent ?? (isSame ? .redeploy : .deploy), decision: evidence.decision, migrations: migrations)
    }

    /// The image with what the newest record of it says; that of a release names the version it was given.
    private func state(_ records: [Stability]) -> Deployment.State {
        let own = records.filter { $0.service.name == service && $0.has(image) }
        let newest = own.max { ($0.run.sequence, $0.run.sealedAt) < ($1.run.sequence, $1.run.sealedAt) }
        let version = own.compactMap(\.release?.version).max { $0.precedes($1) } ?? newest?.version?.builtAs
        return Deployment.State(image: image, version: version, sequence: newest?.run.sequence)
    }
}

extension [Deployment] {
    /// What runs of a service in an environment: the image of the newest deployment whose migrations did not fail.
    func state(of service: ServiceName, in environment: String) -> Deployment.State? {
        let good = filter { $0.migrations?.result != .failed }.newest(of: service, in: environment)
        return good?.to ?? newest(of: service, in: environment)?.from
    }

    /// What was written down last of a service in an environment.
    public func newest(of service: ServiceName, in environment: String) -> Deployment? {
        filter { $0.service == service && $0.environment == environment }.max { ($0.at, $0.id) < ($1.at, $1.id) }
    }
}
