/// A bundle that was found for the question, opened.
public struct Exhibit: Equatable, Sendable {
    /// Where it was found, for people.
    public let origin: String
    public let digest: Digest
    public let content: Content
    /// What is written in it, whether or not that can be believed; nil where no record can be read.
    public let statement: Statement?

    public enum Content: Equatable, Sendable {
        case unreadable(String)
        /// The envelopes of a record and of what was sealed with it.
        case bundle([OpenedEnvelope])
    }

    /// What the signatures of one envelope are worth.
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
        statement = content.statement
    }

    /// The record that is written in it.
    public var record: Stability? { statement?.predicate }
}

extension Exhibit.Content {
    fileprivate var statement: Statement? {
        guard case .bundle(let envelopes) = self,
            let record = envelopes.first(where: { $0.predicateType == Stability.predicateType })
        else { return nil }
        do {
            return try Statement(payload: record.payload)
        } catch {
            // Whoever asks whether it can be believed is told why it cannot be read.
            return nil
        }
    }
}

// MARK: - Whether it can be believed

extension Exhibit {
    /// The eight steps, taken for the service of a question; nil as an image stands for whichever it is about.
    func verification(for question: GateQuestion, about image: Digest?) -> Verification {
        switch content {
        case .unreadable(let problem): return Verification(unreadable: problem)
        case .bundle(let envelopes):
            var asked = Verification.Question(image: image, service: question.service, now: question.now)
            asked.threshold = question.policy.origin.threshold
            asked.allowsUnsigned = question.policy.origin.allowUnsigned
            return Verification(of: envelopes, asked, hash: question.hash)
        }
    }

    /// The record of the service in it, about whatever image, when that counts.
    func record(of question: GateQuestion) -> Stability? {
        guard record?.image != nil else { return nil }
        return verification(for: question, about: nil).statement?.predicate
    }

    /// What is written in it about the image of a question, whoever signed it.
    func written(about question: GateQuestion) -> Stability? {
        guard let statement, statement.isAbout(question.image), statement.predicate.service.name == question.service
        else { return nil }
        return statement.predicate
    }
}
