/// Whether a bundle is a record that can be believed, and for what.
///
/// Eight steps, each of which rests on those before it; the first that finds fault is the last that is taken. Nothing is
/// asked of the world: the same bundle, keys and question always have the same answer.
public struct Verification: Equatable, Sendable {
    /// What the record says; nil when it cannot be believed.
    public private(set) var statement: Statement?
    /// What speaks against it; all of one step.
    public private(set) var objections: [Objection] = []
    /// Whether it is not what somebody once wrote: what it said may have been the worst.
    public private(set) var isDamaged = false

    /// One step of the verification, in order.
    public enum Step: Int, Codable, CaseIterable, Sendable {
        /// Size and form of envelope and payload type.
        case form = 1
        /// Enough distinct trusted keys over the bytes.
        case signatures
        /// Statement, type, major version, what must be understood.
        case statement
        /// The digest in question and nothing else.
        case subject
        /// Whether the keys may sign for builder, service, branch, repository and scope.
        case mandate
        /// Whether they were valid then, and are not revoked.
        case validity
        /// The other statements that were sealed with it are there and agree.
        case companions
        /// No summary says what its details do not.
        case details
    }

    /// Why a bundle is not to be believed.
    public struct Objection: Equatable, Sendable {
        public let step: Step
        public let text: String

        public init(_ step: Step, _ text: String) {
            (self.step, self.text) = (step, text)
        }
    }

    /// What is asked of a bundle.
    public struct Question: Sendable {
        /// Nil: whichever image it is about, none included.
        public var image: Digest?
        /// Nil: whichever service it is about.
        public var service: ServiceName?
        /// How many distinct keys must have signed.
        public var threshold = 1
        /// Whether a record that nobody signed is taken.
        public var allowsUnsigned = false
        /// The clock of whoever asks; nil where nobody minds records from the future.
        public var now: Timestamp?

        public init(image: Digest? = nil, service: ServiceName? = nil, now: Timestamp? = nil) {
            (self.image, self.service, self.now) = (image, service, now)
        }
    }

    /// What could not be read at all.
    public init(unreadable reason: String) {
        objections = [Objection(.form, reason)]
        isDamaged = true
    }

    /// Judges the envelopes of one bundle, whatever their order.
    public init(of envelopes: [OpenedEnvelope], _ question: Question, hash: @escaping HashFunction) {
        let types = envelopes.map(\.predicateType)
        let records = zip(envelopes, types).filter { $0.1 == Stability.predicateType }.map(\.0)
        guard records.count < 2 else {
            objections = [Objection(.form, "holds \(records.count) records, and one is asked for")]
            return
        }
        guard let envelope = records.first ?? envelopes.first else {
            objections = [Objection(.form, "holds no envelope")]
            return
        }
        isDamaged = envelope.isBroken && envelope.signers.isEmpty
        let judge = Judge(question: question, envelope: envelope)
        let others = zip(envelopes, types).filter { $0.1 != Stability.predicateType }.map(\.0)
        let steps: [(Step, (Statement) -> [String])] = [
            (.subject, judge.subject), (.mandate, judge.mandate), (.validity, judge.validity),
            (.companions, { judge.companions(others, of: $0, hash: hash) }),
            (.details, { $0.predicate.contradictions }),
        ]
        objections = judge.form.map { Objection(.form, $0) }
        guard objections.isEmpty else { return }
        objections = judge.signatures.map { Objection(.signatures, $0) }
        guard objections.isEmpty else { return }
        let statement: Statement
        do {
            statement = try Statement(payload: envelope.payload)
        } catch {
            objections = [Objection(.statement, "\(error)")]
            return
        }
        for (step, objections) in steps {
            self.objections = objections(statement).map { Objection(step, $0) }
            guard self.objections.isEmpty else { return }
        }
        self.statement = statement
    }
}

/// The steps for one envelope.
private struct Judge {
    let question: Verification.Question
    let envelope: OpenedEnvelope

    /// Whether enough keys signed of those that something holds for.
    private func isSigned(_ envelope: OpenedEnvelope, by isAllowed: (Trust.Key) -> Bool) -> Bool {
        if !envelope.isSigned, question.allowsUnsigned { return true }
        return envelope.keys(isAllowed).count >= max(question.threshold, 1)
    }

    var form: [String] {
        guard envelope.payloadType == StatementForm.payloadType else {
            return ["the payload is \(envelope.payloadType.prefix(80).description.printable), no in-toto statement"]
        }
        // Whoever takes one thing for another learns what it is before who signed it.
        let others = [VerificationSummary.predicateType, Waiver.predicateType, Deployment.predicateType]
        guard let type = envelope.predicateType, others.contains(type) else { return [] }
        return ["\(RecordError.otherFormat(type, wanted: Stability.predicateType))"]
    }

    var signatures: [String] {
        guard !isSigned(envelope, by: { $0.role == .build }) else { return [] }
        if !envelope.isSigned { return ["the record is not signed"] }
        if envelope.isBroken { return ["the record was changed after it was signed: its signature does not fit"] }
        guard let first = envelope.signers.first else { return ["the record is signed by a key that is not trusted"] }
        let known = envelope.keys { $0.role == .build }.count
        guard known > 0 else { return ["key \(first.key.id) may sign as \(first.key.role.rawValue), not builds"] }
        return ["signed by \(known) trusted keys, and \(question.threshold) are wanted"]
    }

    func subject(of statement: Statement) -> [String] {
        let record = statement.predicate
        guard statement == Statement(record) else {
            return ["the subject is not the image, or the sources, that the record is about"]
        }
        if let wanted = question.image, !statement.isAbout(wanted) {
            return ["the record is about \(record.subjectName), not about \(wanted)"]
        }
        if let service = question.service, record.service.name != service {
            return ["the record is about service \(record.service.name), not about \(service)"]
        }
        return []
    }

    func mandate(_ statement: Statement) -> [String] {
        objections { $0.mandateObjection(to: statement.predicate) }
    }

    func validity(_ statement: Statement) -> [String] {
        let record = statement.predicate
        if let now = question.now, record.run.sealedAt.seconds > now.seconds + 300 {
            return ["the record was sealed in the future, at \(record.run.sealedAt): check the clocks"]
        }
        return objections { key in key.mandateObjection(to: record) ?? key.validityObjection(to: record) }
    }

    /// None while enough keys are left of those that nothing speaks against.
    private func objections(_ objection: (Trust.Key) -> String?) -> [String] {
        guard !isSigned(envelope, by: { objection($0) == nil }) else { return [] }
        return envelope.signers.compactMap { objection($0.key) }
    }

    // MARK: - What was sealed with it

    func companions(_ others: [OpenedEnvelope], of statement: Statement, hash: HashFunction) -> [String] {
        let record = statement.predicate
        // The type counts as well: an envelope that claims to hold something else would not be looked at below.
        let found = others.map { Stability.Companion(predicateType: $0.predicateType ?? "", sha256: hash($0.payload)) }
        for named in record.run.statements ?? [] where !found.contains(named) {
            return ["the \(named.predicateType.printable) that was sealed with it is missing, or was changed"]
        }
        for other in others where other.predicateType == Provenance.predicateType {
            let isGood = isSigned(other) { key in
                key.mandateObjection(to: record) == nil && key.validityObjection(to: record) == nil
            }
            guard isGood else { return ["the provenance is not signed by a key that may sign the record"] }
            if let objection = Self.provenance(other, statement) { return [objection] }
        }
        return []
    }

    private static func provenance(_ envelope: OpenedEnvelope, _ statement: Statement) -> String? {
        let provenance: InTotoStatement<Provenance>
        do {
            provenance = try InTotoStatement(payload: envelope.payload)
        } catch {
            return "the provenance cannot be read: \(error)"
        }
        if provenance.subject.map(\.digest) != statement.subject.map(\.digest) {
            return "the provenance is about another image than the record"
        }
        if provenance.predicate.commit != "\(statement.predicate.source.commit)" {
            return "the provenance names another commit than the record"
        }
        if provenance.predicate.runDetails.builder.id != statement.predicate.builder.id {
            return "the provenance names another builder than the record"
        }
        return nil
    }
}
