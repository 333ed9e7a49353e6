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
    public var answer: AuditAnswer {
        let open = calls.filter(\.isOpen)
        let errors = findings.filter(\.isError)
        let warnings = findings.filter { !$0.isError }
        let removed = calls.filter { $0.change == .removed }
        let state: AuditAnswer.State =
            if !open.isEmpty || !errors.isEmpty { .fail } else if catalogue == nil || examined == 0 {
                .unknown
            } else { warnings.isEmpty && removed.isEmpty ? .pass : .warn }
        return AuditAnswer(state: state, open: open, errors: errors, warnings: warnings, removed: removed)
    }

    /// Whether the gate must not let it pass.
    public var isOpen: Bool { answer.state == .fail }
}

extension AuditFacts.Call {
    /// Whether the index needs to be made ready for it, and is not.
    public var isOpen: Bool { (change == .breaking || change == .renamed) && evidence == nil }
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
