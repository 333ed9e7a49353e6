/// What the gate is told about the audit index.
public struct AuditAnswer: Equatable, Sendable {
    public let state: State
    /// Calls whose documents the index would refuse or mix up, and for which nothing is prepared.
    public let open: [AuditFacts.Call]
    public let errors: [AuditFacts.Finding]
    public let warnings: [AuditFacts.Finding]
    /// Calls or paths that are gone: whoever searches for them finds nothing any more.
    public let removed: [AuditFacts.Call]

    public enum State: String, Sendable {
        case pass, warn, fail
        /// There is no catalogue, or none of its calls could be looked at.
        case unknown
    }
}

extension AuditFacts {
    /// Whether documents written from now on fit the index, as far as these facts tell.
    public var answer: AuditAnswer { answer(opening: \.isOpen) }

    /// The same for going back to the release these facts start from: its documents meet what was made ready since.
    public var rollbackAnswer: AuditAnswer { answer(opening: \.blocksRollback) }

    /// Whether the gate must not let it pass.
    public var isOpen: Bool { answer.state == .fail }

    private func answer(opening isOpen: (Call) -> Bool) -> AuditAnswer {
        let open = calls.filter(isOpen)
        let errors = findings.filter(\.isError)
        let warnings = findings.filter { !$0.isError }
        let removed = calls.filter { $0.change == .removed }
        let state: AuditAnswer.State =
            if !open.isEmpty || !errors.isEmpty { .fail } else if catalogue == nil || examined == 0 {
                .unknown
            } else { warnings.isEmpty && removed.isEmpty ? .pass : .warn }
        return AuditAnswer(state: state, open: open, errors: errors, warnings: warnings, removed: removed)
    }

    /// What a chain of releases did to the documents of a service, the oldest first, as if it were one release.
    ///
    /// Of facts that start from one release the last count: the others are of commits on the way. A document that is in the
    /// end what it was in the beginning did not change. Nil without links.
    public static func united(_ links: [AuditFacts]) -> AuditFacts? {
        var chain: [AuditFacts] = []
        for facts in links {
            if let last = chain.last, last.base == facts.base { chain.removeLast() }
            chain.append(facts)
        }
        guard let first = chain.first, var united = chain.last else { return nil }
        united.base = first.base
        var order: [String] = []
        var found: [String: [Call]] = [:]
        for call in chain.flatMap(\.calls) {
            if found[call.call] == nil { order.append(call.call) }
            found[call.call, default: []].append(call)
        }
        united.calls = order.compactMap { Call(uniting: found[$0] ?? []) }.sorted { $0.change > $1.change }
        // What is wrong with names now is wrong, whatever was before; what was widened stays so.
        let widened = chain.dropLast().flatMap(\.findings).filter { !$0.isError && !united.findings.contains($0) }
        united.findings += widened
        return united
    }
}

extension AuditFacts.Call {
    /// Whether the index needs to be made ready for it, and is not.
    public var isOpen: Bool { (change == .breaking || change == .renamed) && evidence == nil }

    /// Whether the release before cannot write what it used to: only an index of its own takes both.
    fileprivate var blocksRollback: Bool {
        (change == .breaking || change == .renamed) && evidence?.kind != .newIndexName
    }

    /// Several changes of one call, the oldest first; nil when nothing is left of them.
    fileprivate init?(uniting changes: [Self]) {
        guard let first = changes.first, let last = changes.last else { return nil }
        self = last
        guard changes.count > 1 else { return }
        if first.shapeBase == last.shapeHead, first.index == last.index { return nil }
        shapeBase = first.shapeBase
        change = changes.map(\.change).max() ?? last.change
        var seen: Set<String> = []
        places = Array(changes.flatMap(\.places).filter { seen.insert($0).inserted }.prefix(20))
        guard let open = changes.first(where: \.isOpen) else {
            evidence = changes.last { $0.evidence != nil }?.evidence
            return
        }
        (evidence, fingerprint) = (nil, open.fingerprint)
    }
}

extension AuditFacts.Change: Comparable {
    private var rank: Int {
        switch self {
        case .same: 0
        case .additive: 1
        case .removed: 2
        case .breaking: 3
        case .renamed: 4
        }
    }

    /// The worse is the greater.
    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}
