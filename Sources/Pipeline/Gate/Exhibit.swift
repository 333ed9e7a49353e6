/// An envelope that was found for the question, opened.
public struct Exhibit: Equatable, Sendable {
    /// Where it was found, for people.
    public let origin: String
    public let digest: Digest
    public let content: Content

    public enum Content: Equatable, Sendable {
        case unreadable(String)
        case statement(Statement, Signatures)
    }

    /// What the signatures are worth.
    public enum Signatures: Equatable, Sendable {
        case none
        /// The keys of the trust file whose signatures fit.
        case by([Trust.Key])
        /// One names a trusted key and does not fit: the payload was changed after it was signed.
        case broken
        /// Made by keys that nobody here trusts.
        case unknown
    }

    public init(origin: String, digest: Digest, content: Content) {
        (self.origin, self.digest, self.content) = (origin, digest, content)
    }
}

/// Whether an exhibit is a record that speaks for the digest in question, and the first objection when not.
struct Examination {
    let statement: Statement?
    let objection: String?
    /// Whether it is not what somebody once wrote: what it said may have been the worst.
    let isDamaged: Bool

    init(_ exhibit: Exhibit, _ question: GateQuestion) {
        switch exhibit.content {
        case .unreadable(let problem):
            (statement, objection, isDamaged) = (nil, "\(exhibit.origin): \(problem)", true)
        case .statement(let statement, let signatures):
            let objection =
                Self.objection(to: signatures, of: statement.predicate, question)
                ?? Self.objection(to: statement, question)
            isDamaged = signatures == .broken
            self.objection = objection.map { "\(exhibit.origin): \($0)" }
            self.statement = objection == nil ? statement : nil
        }
    }

    private static func objection(
        to signatures: Exhibit.Signatures, of record: Stability, _ question: GateQuestion
    ) -> String? {
        switch signatures {
        case .none: question.policy.allowUnsigned ? nil : "the record is not signed"
        case .broken: "the record was changed after it was signed: its signature does not fit"
        case .unknown: "the record is signed by a key that is not trusted"
        case .by(let keys): keys.contains { $0.objection(to: record) == nil } ? nil : keys.first?.objection(to: record)
        }
    }

    private static func objection(to statement: Statement, _ question: GateQuestion) -> String? {
        let record = statement.predicate
        if !statement.isAbout(question.image) {
            let subject = record.image.map { "\($0.digest)" } ?? "no image"
            return "the record is about \(subject), not about \(question.image)"
        }
        if record.service.name != question.service {
            return "the record is about service \(record.service.name), not about \(question.service)"
        }
        let recomputed = record.recomputedVerdict.state
        if recomputed != record.verdict.state {
            return "the record says \(record.verdict.state.rawValue), but its details say \(recomputed.rawValue)"
        }
        if record.run.sealedAt.seconds > question.now.seconds + 300 {
            return "the record was sealed in the future, at \(record.run.sealedAt): check the clocks"
        }
        return nil
    }
}
