/// Which record speaks for a digest, or why none does.
struct Standing {
    let identity: Decision.Item
    /// The record that is judged; nil where identity is not sure.
    let record: Stability?
    /// All records of the digest that count.
    let valid: [Stability]
    /// What is written about the digest, whoever signed it.
    let unproved: Stability?

    init(_ exhibits: [Exhibit], _ question: GateQuestion) {
        let verified = exhibits.map { ($0, $0.verification(for: question, about: question.image)) }
        let objections = verified.compactMap { exhibit, verification in
            verification.objections.first.map {
                (text: "\(exhibit.origin): \($0.text)", isDamaged: verification.isDamaged)
            }
        }
        valid = verified.compactMap { $0.1.statement?.predicate }
        unproved = Self.record(among: exhibits.compactMap { $0.written(about: question) })
        let best = Self.record(among: valid)
        // What was damaged may have been a red record: it spoils the rest.
        let damage = objections.first(where: \.isDamaged)?.text
        record = damage == nil ? best : nil
        if let damage {
            let hint = "bring it back, or build and test again under another digest"
            identity = .init(.identity, .unverifiable, damage, toGreen: hint)
        } else if let best {
            identity = .init(
                .identity, .pass, "record \(best.run.recordId) is about this digest and rightly signed"
            ).resting(on: valid.map { "record \($0.run.recordId)" })
        } else if let objection = objections.first?.text {
            let hint = "let CI build, sign and record it, or let two persons vouch for the digest: slipway waive"
            identity = .init(.identity, .unverifiable, objection, toGreen: hint)
        } else {
            let hint = "run slipway for this service, or name the ledger that holds its record"
            identity = .init(.identity, .pending, "nobody recorded digest \(question.image)", toGreen: hint)
        }
    }

    /// Of several records of one digest those of the newest key count: what tests see may have been mended since.
    private static func record(among records: [Stability]) -> Stability? {
        let judging = records.filter { $0.verdict.state.isPassing || $0.verdict.judgesSources }
        let newest = judging.max { $0.run.sequence < $1.run.sequence }
        let counting = newest.map { newest in judging.filter { $0.inputs.key == newest.inputs.key } } ?? records
        return counting.filter { !isAnswered($0, by: counting) }.min(by: isWorse)
    }

    /// Whether a later run of the same key says itself that it was red before.
    private static func isAnswered(_ red: Stability, by records: [Stability]) -> Bool {
        guard red.verdict.judgesSources else { return false }
        return records.contains { other in
            other.run.sequence > red.run.sequence && other.verdict.reasons.contains { $0.code == .failedBefore }
        }
    }

    /// Of several records of one key the worst counts; of equally bad ones the newest.
    ///
    /// One that says nothing about the sources, because the run was ended or the world failed, counts only alone.
    private static func isWorse(_ left: Stability, _ right: Stability) -> Bool {
        func rank(_ verdict: Verdict) -> Int {
            let order = Verdict.State.allCases
            guard verdict.state.isPassing || verdict.judgesSources else { return order.count }
            return order.firstIndex(of: verdict.state) ?? 0
        }
        let ranks = (rank(left.verdict), rank(right.verdict))
        return ranks.0 == ranks.1 ? left.run.sequence > right.run.sequence : ranks.0 < ranks.1
    }
}
