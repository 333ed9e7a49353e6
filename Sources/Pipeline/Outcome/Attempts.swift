/// One try at a service, and what became of it.
public struct Attempt: Equatable, Sendable, Codable {
    /// Which try it was, from 1 on.
    public let number: Int
    /// The digest of what it left behind: two of one number and id are the same.
    public let id: Digest
    /// Nil when it began and was not heard of again.
    public let outcome: ServiceOutcome?

    public init(number: Int, id: Digest, outcome: ServiceOutcome?) {
        (self.number, self.id, self.outcome) = (number, id, outcome)
    }

    /// Whether it says something that no later attempt takes back.
    ///
    /// One that was interrupted or lost, that never began because of another service, or that the world ended (registry
    /// away, killed from outside) says nothing about the service.
    public var isConclusive: Bool {
        guard let severity = outcome?.severity else { return false }
        return severity != .incomplete && severity != .unavailable
    }

    /// Whether a test was red in it at least once, or the whole of it was.
    var sawRed: Bool {
        guard let outcome else { return false }
        let totals = outcome.tests?.totals ?? TestTotals()
        let isRed = [.failed, .unstable, .flaky].contains(outcome.verdict.state)
        return isConclusive && isRed || totals.failed + totals.errored + totals.flaky > 0
    }
}

/// The attempts at one service, each of them once.
///
/// A set: in which order they are put together, and how often each is, makes no difference.
public struct Attempts: Equatable, Sendable {
    /// By number, then by id.
    public private(set) var all: [Attempt] = []

    public init(_ attempts: some Sequence<Attempt> = []) {
        for attempt in attempts { add(attempt) }
    }

    public mutating func add(_ attempt: Attempt) {
        let place = all.firstIndex { !Self.precedes($0, attempt) } ?? all.count
        if place < all.count, !Self.precedes(attempt, all[place]) { return }
        all.insert(attempt, at: place)
    }

    public mutating func formUnion(_ other: Attempts) {
        for attempt in other.all { add(attempt) }
    }

    private static func precedes(_ left: Attempt, _ right: Attempt) -> Bool {
        (left.number, left.id.hex) < (right.number, right.id.hex)
    }

    /// What they come to together; without any attempt the service is lost.
    ///
    /// The last conclusive attempt decides, or the last of all where none is; of several of one number the worst. What
    /// passes after a red one is flaky.
    public func united(of name: ServiceName) -> ServiceOutcome {
        let conclusive = all.filter(\.isConclusive)
        let eligible = conclusive.isEmpty ? all : conclusive
        let deciding = eligible.filter { $0.number == eligible.last?.number }.min { Self.rank($0) < Self.rank($1) }
        guard let deciding, let outcome = deciding.outcome else {
            let detail = deciding.map { "attempt \($0.number)" } ?? ""
            return ServiceOutcome(
                name: name, verdict: Verdict(.incomplete, [.init(.lost, detail)]), version: nil, steps: [], tests: nil,
                images: [], record: nil)
        }
        guard outcome.verdict.state.isPassing || outcome.verdict.state == .reused,
            let red = all.last(where: { $0.sawRed && $0 != deciding })
        else { return outcome }
        return outcome.flaky(after: red)
    }

    /// From worst to best; what is not known is worst.
    private static func rank(_ attempt: Attempt) -> Int {
        attempt.outcome.flatMap { Verdict.State.allCases.firstIndex(of: $0.verdict.state) } ?? -1
    }
}

extension ServiceOutcome {
    /// The same, remembering that an earlier attempt was red.
    fileprivate func flaky(after red: Attempt) -> ServiceOutcome {
        let kept = verdict.reasons.filter { $0.code != .failedBefore && $0.code != .keyEqual }
        let state = red.outcome?.verdict.state.rawValue ?? ""
        let reason = Verdict.Reason(.failedBefore, "attempt \(red.number): \(state)")
        return ServiceOutcome(
            name: name, verdict: Verdict(.flaky, [reason] + kept), version: version, steps: steps, tests: tests,
            images: images, record: record)
    }
}
