/// Parts of one plan, united: what several machines, or several tries, made of it.
///
/// A set of parts and nothing else, so that it makes no difference in which order, how often and in which groups they are
/// put together.
public struct Merge: Equatable, Sendable {
    public let roster: Roster
    /// Each once, in one order; that something began is left out where its end is known.
    public let parts: [Part]

    /// Throws when a part is of another plan, or two say different things of the same try.
    public init(_ roster: Roster, _ parts: some Sequence<Part>) throws(MergeError) {
        let known = Set(roster.services.map(\.name))
        var unique: [Digest: Part] = [:]
        for part in parts {
            guard part.origin.plan == roster.plan else { throw .foreign(part, roster.plan) }
            if let name = part.service, !known.contains(name) { throw .unknown(part, name) }
            unique[part.digest] = part
        }
        self.roster = roster
        self.parts = try Self.settled(unique.values.sorted { Self.precedes($0, $1) })
    }

    /// The sorted parts without beginnings whose end is there.
    private static func settled(_ sorted: [Part]) throws(MergeError) -> [Part] {
        var kept: [Part] = []
        for part in sorted {
            guard let last = kept.last, last.isTwin(of: part) else {
                kept.append(part)
                continue
            }
            // Ends come before beginnings.
            if part.end != nil { throw .contradiction(part) }
            if last.end == nil { kept.append(part) }
        }
        return kept
    }

    private static func precedes(_ left: Part, _ right: Part) -> Bool {
        func key(_ part: Part) -> (String, Int, String, Int, String) {
            (part.service?.text ?? "", part.origin.attempt, part.origin.run, part.end == nil ? 1 : 0, part.digest.hex)
        }
        let (one, other) = (key(left), key(right))
        return (one.0, one.1, one.2) != (other.0, other.1, other.2)
            ? (one.0, one.1, one.2) < (other.0, other.1, other.2) : (one.3, one.4) < (other.3, other.4)
    }

    /// What all of it comes to, worth as much as the outcome of one run of the whole plan.
    public func outcome(hash: HashFunction) -> RunOutcome {
        let attempts = Dictionary(grouping: parts.filter { $0.service != nil }) { $0.service }
        let built = roster.services.compactMap { entry in
            attempts[entry.name].map { united($0, of: entry) }
                ?? entry.outcome(hint: "no part tells what became of it")
        }
        let removed = roster.removed.map { name in
            ServiceOutcome(
                name: name, verdict: Verdict(.removed, []), version: nil, steps: [], tests: nil, images: [], record: nil
            )
        }
        let name = hash(Array(parts.map(\.digest.hex).joined().utf8)).short
        return RunOutcome(
            uniting: roster, as: "merge-\(name)", between: parts.map(\.origin.startedAt).min(),
            and: parts.map { $0.end?.at ?? $0.origin.startedAt }.max(),
            services: (built + removed).sorted { $0.name < $1.name })
    }

    private func united(_ parts: [Part], of entry: Roster.Entry) -> ServiceOutcome {
        let attempts = parts.map { Attempt(number: $0.origin.attempt, id: $0.digest, outcome: $0.end?.outcome) }
        let outcome = Attempts(attempts).united(of: entry.name)
        guard outcome.verdict.reasons.first?.code == .lost, let last = parts.last else { return outcome }
        let place = last.origin.node.map { " on \($0)" } ?? ""
        return entry.outcome(hint: "attempt \(last.origin.attempt)\(place) began and did not end") ?? outcome
    }

    /// The run that has the logs of what `outcome` says of a service.
    public func run(behind service: ServiceOutcome) -> String? {
        parts.last { $0.service == service.name && $0.end?.outcome.steps == service.steps }?.origin.run
    }
}

extension RunOutcome {
    fileprivate init(
        uniting roster: Roster, as name: String, between start: Timestamp?, and end: Timestamp?,
        services: [ServiceOutcome]
    ) {
        schema = 1
        (run, plan, commit, notes) = (name, roster.plan, roster.commit, roster.notes)
        (startedAt, finishedAt) = (start ?? Timestamp(seconds: 0), end ?? Timestamp(seconds: 0))
        self.services = services
        interrupted = services.contains { $0.verdict.reasons.contains { $0.code == .interrupted } }
    }
}

/// Why parts cannot be put together.
public enum MergeError: Failure, Equatable {
    case foreign(Part, Digest)
    case unknown(Part, ServiceName)
    case contradiction(Part)
    case untrue

    public var fault: Fault { .unverifiable }

    public var hint: String? {
        switch self {
        case .foreign: "merge only what runs of one plan file left"
        case .unknown, .contradiction, .untrue: "copy it anew from the machine that wrote it"
        }
    }

    /// The part that is in the way.
    public var part: Part? {
        switch self {
        case .foreign(let part, _), .unknown(let part, _), .contradiction(let part): part
        case .untrue: nil
        }
    }

    public var description: String {
        switch self {
        case .foreign(let part, let plan):
            "a part of plan \(part.origin.plan.short), and this is about plan \(plan.short)"
        case .unknown(_, let name): "a part about \"\(name)\", which the plan does not have"
        case .contradiction(let part):
            "attempt \(part.origin.attempt) at \"\(part.service?.text ?? "")\" ended in two ways, says one and the same run"
        case .untrue: "what it says is not what its parts say"
        }
    }
}
