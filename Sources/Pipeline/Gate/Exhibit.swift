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
        case .none: question.policy.origin.allowUnsigned ? nil : "the record is not signed"
        case .broken: "the record was changed after it was signed: its signature does not fit"
        case .unknown: "the record is signed by a key that is not trusted"
        case .by(let keys): objection(to: keys, of: record, question.policy.origin.threshold)
        }
    }

    /// Signatures are counted by keys: one that signed twice, or stands twice in the trust file, is one.
    private static func objection(to keys: [Trust.Key], of record: Stability, _ threshold: Int) -> String? {
        let good = Set(keys.filter { $0.objection(to: record) == nil }.map(\.spki))
        if good.isEmpty { return keys.first?.objection(to: record) }
        return good.count < threshold
            ? "the record is signed by \(good.count) trusted key\(good.count == 1 ? "" : "s"), and \(threshold) are wanted"
            : nil
    }

    static func objection(to statement: Statement, _ question: GateQuestion) -> String? {
        let record = statement.predicate
        if !statement.isAbout(question.image) {
            return "the record is about \(record.subjectName), not about \(question.image)"
        }
        return objection(to: record, question)
    }

    /// What is wrong with a record whatever image it is about.
    private static func objection(to record: Stability, _ question: GateQuestion) -> String? {
        if record.service.name != question.service {
            return "the record is about service \(record.service.name), not about \(question.service)"
        }
        if let contradiction = record.evidenceContradictions.first { return contradiction }
        if record.run.sealedAt.seconds > question.now.seconds + 300 {
            return "the record was sealed in the future, at \(record.run.sealedAt): check the clocks"
        }
        return nil
    }
}

extension Exhibit {
    /// The record of the service in it, about whatever image, when that counts.
    func record(of question: GateQuestion) -> Stability? {
        guard case .statement(let statement, _) = content, let image = statement.predicate.images.first?.digest else {
            return nil
        }
        var other = question
        other.image = image
        return Examination(self, other).statement?.predicate
    }
}
