/// What a run came to: every service of its plan with its verdict and the evidence for it.
public struct RunOutcome: Equatable, Sendable, Codable {
    public let schema: Int
    public let run: String
    public let plan: Digest
    public let commit: ObjectID
    public let startedAt: Timestamp
    public let finishedAt: Timestamp
    public let services: [ServiceOutcome]
    public let notes: [Plan.Note]
    /// Whether it was told to stop.
    public let interrupted: Bool

    public init(
        run: String, plan: Plan, startedAt: Timestamp, finishedAt: Timestamp, services: [ServiceOutcome],
        interrupted: Bool
    ) {
        schema = 1
        (self.run, self.plan, commit) = (run, plan.digest, plan.repository.head)
        (self.startedAt, self.finishedAt, self.services) = (startedAt, finishedAt, services)
        (notes, self.interrupted) = (plan.notes, interrupted)
    }

    /// The worst of what happened, as the exit code of the run says it.
    ///
    /// An interrupt is the caller's to say.
    public var worst: Severity { services.map(\.severity).max() ?? .good }

    /// What an outcome means to whoever called, from best to worst.
    public enum Severity: Int, Comparable, Sendable {
        case good, unstable, unavailable, incomplete, refused, failed

        public static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }
    }
}

/// One service of a run.
public struct ServiceOutcome: Equatable, Sendable, Codable {
    public let name: ServiceName
    public let verdict: Verdict
    public let version: SemanticVersion?
    public let steps: [StepResult]
    public let tests: TestReport?
    public let image: Stability.ImageFacts?
    /// Further images of the service; nil for none.
    public let otherImages: [Stability.ImageFacts]?
    /// The id of its record: written now, or the one that was reused.
    public let record: String?

    public init(
        name: ServiceName, verdict: Verdict, version: SemanticVersion?, steps: [StepResult], tests: TestReport?,
        images: [Stability.ImageFacts], record: String?
    ) {
        (self.name, self.verdict, self.version, self.steps) = (name, verdict, version, steps)
        (self.tests, image, self.record) = (tests, images.first, record)
        otherImages = images.count > 1 ? Array(images.dropFirst()) : nil
    }

    /// All its images, the one it is called after first.
    public var images: [Stability.ImageFacts] { [image].compactMap(\.self) + (otherImages ?? []) }

    public var severity: RunOutcome.Severity {
        let codes = Set(verdict.reasons.map(\.code))
        switch verdict.state {
        case .stable, .flaky, .reused, .removed: return .good
        case .unstable: return .unstable
        // Everything that was to be done was done.
        case .incomplete: return codes == [.notAsked] ? .good : .incomplete
        case .skipped: return .incomplete
        case .failed:
            if codes.isSubset(of: [.unavailable, .killed]) { return .unavailable }
            return codes.contains(.tagTaken) ? .refused : .failed
        }
    }
}
