/// What the audit facts of a service are made from.
public struct AuditQuestion: Sendable {
    public let declaration: AuditDeclaration
    /// The last release; nil when there was none.
    public let base: ReleasedBase?
    /// The catalogue at HEAD as a file; nil when there is none.
    public var file: SupportFile?
    public var head: Reading
    /// The catalogue of the last release.
    public var before: Reading = .absent
    /// The catalogues of all releases that are still known, the last included.
    public var released: [(version: SemanticVersion, catalogue: AuditCatalogue)] = []
    public var support = AuditSupport()

    /// A catalogue, or why there is none.
    public enum Reading: Equatable, Sendable {
        case absent
        case unreadable(String)
        case read(AuditCatalogue)

        var catalogue: AuditCatalogue? {
            if case .read(let catalogue) = self { catalogue } else { nil }
        }
    }

    public init(_ declaration: AuditDeclaration, base: ReleasedBase?, head: Reading) {
        (self.declaration, self.base, self.head) = (declaration, base, head)
    }
}

extension AuditFacts {
    /// Compares what a service writes into the audit index with what its releases wrote.
    public init(_ question: AuditQuestion, hash: @escaping HashFunction) {
        self.init(catalogue: question.head == .absent ? nil : question.declaration.catalogue, base: question.base)
        var findings = AuditFindings(question, hash: hash)
        findings.check()
        self.findings = findings.findings
        guard let head = question.head.catalogue else { return }
        examined = head.calls.count
        guard question.base != nil else { return }
        if case .unreadable = question.before { return }
        var changes = AuditChanges(question, from: question.before.catalogue ?? AuditCatalogue(calls: [:]), to: head)
        calls = Array(
            changes.calls(hash: hash).sorted { $0.change == $1.change ? $0.call < $1.call : $0.change > $1.change }
                .prefix(200))
        self.findings += changes.refused.prefix(50)
    }
}

/// The comparison of two catalogues, call by call.
private struct AuditChanges {
    private let base: AuditCatalogue
    private let head: AuditCatalogue
    private let readiness: AuditReadiness
    /// By index, the newest first.
    private let past: [String: [AuditReadiness.Released]]
    /// What was meant as evidence and is none.
    private(set) var refused: [AuditFacts.Finding] = []

    init(_ question: AuditQuestion, from base: AuditCatalogue, to head: AuditCatalogue) {
        (self.base, self.head) = (base, head)
        let releases = question.released.sorted { $1.version.precedes($0.version) }
        past = Dictionary(
            grouping: releases.flatMap { release in release.catalogue.calls.values.map { (release.version, $0) } },
            by: \.1.index)
        readiness = AuditReadiness(question.support, catalogue: question.file, past: past)
    }

    mutating func calls(hash: HashFunction) -> [AuditFacts.Call] {
        var gone = base.calls.filter { head.calls[$0.key] == nil }
        var calls: [AuditFacts.Call] = []
        for (title, new) in head.calls.sorted(by: { $0.key < $1.key }) {
            if let old = base.calls[title] {
                if let call = call(from: old, to: new, hash: hash) { calls.append(call) }
            } else if let old = former(of: new, among: gone.values) {
                gone[old.title] = nil
                calls.append(renamed(from: old, to: new, hash: hash))
            } else if let call = call(from: nil, to: new, hash: hash) {
                calls.append(call)
            }
        }
        return calls
            + gone.values.map { old in
                var call = AuditFacts.Call(old, .removed, ["the call is gone"], hash)
                call.shapeBase = old.shape.digest(hash)
                return call
            }
    }

    private mutating func call(
        from old: AuditCatalogue.Call?, to new: AuditCatalogue.Call, hash: HashFunction
    ) -> AuditFacts.Call? {
        var comparison = AuditComparison(from: old?.shape ?? AuditShape(), to: new.shape)
        let named = past[new.index] ?? []
        for (version, call) in named {
            comparison.recall(call.shape, of: version, against: new.shape)
        }
        let change = old == nil ? max(comparison.change, .additive) : comparison.change
        guard change != .same else { return nil }
        let places = old == nil && comparison.broken.isEmpty ? ["the call is new"] : comparison.places
        var call = AuditFacts.Call(new, change, places, hash)
        call.shapeBase = old?.shape.digest(hash)
        call.shapeHead = new.shape.digest(hash)
        guard change == .breaking else { return call }
        // The documents that are in the way are those of the release that had another class there.
        let offender = old.flatMap { new.shape.isAtOdds(with: $0.shape) ? $0 : nil }
        let rival = offender ?? named.first { new.shape.isAtOdds(with: $0.call.shape) }?.call
        if let rival {
            let need = AuditReadiness.Need(old: rival, new: new)
            call.evidence = readiness.evidence(for: need)
            if call.evidence == nil { refuse(readiness.objections(to: need), for: new, hash) }
        }
        return call
    }

    private mutating func refuse(
        _ objections: [AuditReadiness.Objection], for call: AuditCatalogue.Call, _ hash: HashFunction
    ) {
        refused += objections.map { objection in
            let file = objection.file.description.printable
            let text = "\(file) \(objection.text)"
            return AuditFacts.Finding(
                rule: "evidence-refused", isError: false, place: call.title,
                fingerprint: hash(Array("audit\nevidence-refused\n\(call.title)\n\(text)".utf8)).short, text: text)
        }
    }

    /// The call that another one was, as far as something of it stayed.
    private func former(
        of new: AuditCatalogue.Call, among gone: some Collection<AuditCatalogue.Call>
    ) -> AuditCatalogue.Call? {
        gone.sorted { $0.title < $1.title }.first { old in
            old.title.letters == new.title.letters || old.address != nil && old.address == new.address
        }
    }

    private func renamed(
        from old: AuditCatalogue.Call, to new: AuditCatalogue.Call, hash: HashFunction
    ) -> AuditFacts.Call {
        let comparison = AuditComparison(from: old.shape, to: new.shape)
        let isCaseOnly = old.title.lowercased() == new.title.lowercased()
        let what = "was called \(old.title)" + (isCaseOnly ? ", which differs in case only" : "")
        var call = AuditFacts.Call(new, .renamed, [what] + comparison.places, hash)
        (call.shapeBase, call.shapeHead) = (old.shape.digest(hash), new.shape.digest(hash))
        call.evidence = readiness.evidenceOfRename(.init(old: old, new: new))
        return call
    }
}

extension AuditFacts.Call {
    fileprivate init(
        _ call: AuditCatalogue.Call, _ change: AuditFacts.Change, _ places: [String], _ hash: HashFunction
    ) {
        let text = (["audit", call.title, change.rawValue] + places).joined(separator: "\n")
        self.init(call: call.title, index: call.index, change: change, fingerprint: hash(Array(text.utf8)).short)
        self.places = Array(places.prefix(20))
    }
}

extension AuditShape {
    func digest(_ hash: HashFunction) -> Digest { hash(Array(canonicalText.utf8)) }
}

extension String {
    /// Its letters and digits without case: what is left when a name is written otherwise.
    fileprivate var letters: [UInt8] { lowercased().utf8.filter { $0.isLetter || $0.isDigit } }
}
