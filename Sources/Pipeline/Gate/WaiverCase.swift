/// Which waivers count for a question, and what each covers.
struct WaiverCase {
    let question: GateQuestion
    let evidence: GateEvidence

    /// Items that a waiver covers are marked with it; the rest of the answer tells what each waiver did.
    ///
    /// What is blocked all the same has used none.
    func apply(
        to items: [Decision.Item]
    ) -> (items: [Decision.Item], used: [Decision.WaiverUse], unused: [Decision.UnusedWaiver]) {
        var items = items
        var covered: [Int: [Decision.Item.ID]] = [:]
        var objections = evidence.waivers.map(objection)
        for index in items.indices where needsWaiver(items[index]) {
            for (number, testimony) in evidence.waivers.enumerated() where objections[number] == nil {
                guard testimony.content.items.contains(items[index].id) else { continue }
                if let refusal = refusal(of: testimony, for: items[index]) {
                    objections[number] = covered[number] == nil ? refusal : nil
                } else if items[index].waivedBy == nil {
                    items[index].waivedBy = testimony.content.id
                    covered[number, default: []].append(items[index].id)
                }
            }
        }
        let open = items.first { needsWaiver($0) && $0.waivedBy == nil }
        var used: [Decision.WaiverUse] = []
        var unused: [Decision.UnusedWaiver] = []
        for (number, testimony) in evidence.waivers.enumerated() {
            let waiver = testimony.content
            if let items = covered[number], open == nil {
                used.append(
                    .init(
                        id: waiver.id, items: items, approver: waiver.approver, reason: waiver.reason,
                        expires: waiver.expires))
            } else if testimony.isHanded || waiver.isFor(question) {
                let rest = covered[number] == nil ? nil : open.map { "it does not cover \($0.id.rawValue)" }
                unused.append(
                    .init(id: waiver.id, why: rest ?? objections[number] ?? "nothing that it covers is in the way"))
            }
        }
        return (items, used, unused)
    }

    private func needsWaiver(_ item: Decision.Item) -> Bool {
        !item.state.isGood && item.id != .prevented
            && (question.policy.demand(of: item.id) == .enforce || item.state == .unverifiable)
    }

    private var rules: WaiverRules { question.policy.waiver }

    // MARK: - Whether it counts

    /// Why a waiver does not count at all; nil when it does.
    private func objection(to testimony: Testimony<Waiver>) -> String? {
        let waiver = testimony.content
        if let objection = signers(of: testimony).objection { return objection }
        if !testimony.statement.names(waiver.image) { return "it is about another image than its subject" }
        if waiver.service != question.service { return "it is for service \(waiver.service)" }
        if waiver.image != question.image { return "it is for image \(waiver.image.short)" }
        if waiver.environment != question.environment { return "it is for \(waiver.environment.printable)" }
        if waiver.policy != question.policyDigest { return "it was made under another policy" }
        return term(of: waiver) ?? person(of: waiver) ?? debt(before: waiver)
    }

    private func term(of waiver: Waiver) -> String? {
        if let objection = rules.objections(to: waiver).first { return objection }
        if question.now < waiver.notBefore { return "it counts from \(waiver.notBefore)" }
        if waiver.madeAt.seconds > question.now.seconds + 300 { return "it is from the future" }
        if waiver.expires <= question.now { return "it expired \(waiver.expires)" }
        let uses = uses(of: waiver)
        return uses >= waiver.uses ? "it was used \(uses) of \(waiver.uses) times" : nil
    }

    /// How often a kept decision rested on it, or what it is about was deployed since: who decides elsewhere keeps
    /// decisions elsewhere.
    private func uses(of waiver: Waiver) -> Int {
        let decided = evidence.kept.count { $0.decision == .allowed && $0.waived.contains { $0.id == waiver.id } }
        let deployed = evidence.deployments.filter { $0.objection(question) == nil }.map(\.content)
        return max(decided, waiver.deployments(among: deployed))
    }

    /// Who approves must not be among those whose commits it is about.
    private func person(of waiver: Waiver) -> String? {
        let approver = waiver.approver
        if rules.approveOwn { return nil }
        if let requester = waiver.requester, Self.isSame(requester, approver.id) {
            return "\(approver.id.printable) asked for it and approved it"
        }
        // What nobody knows is no pass.
        guard let committers = evidence.committers else {
            return "nobody here knows whose commits it is about: ask in a clone that has them (--repo)"
        }
        return committers.contains { Self.isSame($0, approver.id) }
            ? "\(approver.id.printable) committed to what it is about" : nil
    }

    /// Whether two names are of one person: the whole, or the name or the address in `Name <address>`.
    static func isSame(_ left: String, _ right: String) -> Bool {
        !names(of: left).isDisjoint(with: names(of: right))
    }

    private static func names(of text: String) -> Set<String> {
        let parts = text.lowercased().split(whereSeparator: { $0 == "<" || $0 == ">" })
        let trimmed = parts.map { part in
            part.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        return Set(trimmed.filter { !$0.isEmpty })
    }

    /// An earlier waiver of the service whose follow-up is overdue: first that is put in order.
    private func debt(before waiver: Waiver) -> String? {
        let overdue = evidence.waivers.filter { other in
            other.content.id != waiver.id && other.content.service == waiver.service
                && signers(of: other).objection == nil && isOverdue(other.content)
        }
        return overdue.map(\.content.id).min().map { "the follow-up of waiver \($0.printable) is overdue" }
    }

    /// Whether it was used, its time is over, and still nothing else runs there.
    private func isOverdue(_ waiver: Waiver) -> Bool {
        guard let due = waiver.followUp?.due, due < question.now, uses(of: waiver) > 0 else { return false }
        return !evidence.deployments.contains { testimony in
            let deployment = testimony.content
            return testimony.objection(question) == nil && deployment.service == waiver.service
                && deployment.environment == waiver.environment && deployment.at > waiver.madeAt
                && deployment.to.image != waiver.image
        }
    }

    // MARK: - What it covers

    /// Why a waiver that counts does not cover an item; nil when it does.
    private func refusal(of testimony: Testimony<Waiver>, for item: Decision.Item) -> String? {
        let waiver = testimony.content
        if needsTwo(item), signers(of: testimony).keys.count < 2 {
            return "\(item.id.rawValue) needs two persons, and one has signed"
        }
        guard let named = waiver.findings else { return nil }
        let open = (item.findings ?? []).filter { !named.contains($0.fingerprint) }
        return open.first.map { "it does not name finding \($0.fingerprint)" }
    }

    /// Where identity is in doubt, two persons stand for it; so they do for a database that is half migrated.
    private func needsTwo(_ item: Decision.Item) -> Bool {
        item.state == .unverifiable || item.id == .identity || rules.twoPersonFor.contains(item.id.rawValue)
            || (item.findings ?? []).contains { $0.rule == Hearing.failedRule }
    }

    /// The distinct keys that signed a waiver and may.
    private func signers(of testimony: Testimony<Waiver>) -> (keys: Set<String>, objection: String?) {
        let waiver = testimony.content
        let mayNot = { (key: Trust.Key) -> String? in
            key.objection(toSigningAs: .waiver, for: waiver.service, in: waiver.environment, at: waiver.madeAt)
                ?? roleObjection(key)
        }
        let objection = testimony.signatures.objection(
            allowUnsigned: question.policy.origin.allowUnsigned, "the waiver", mayNot)
        guard objection == nil, case .by(let keys) = testimony.signatures else { return ([], objection) }
        return (Set(keys.filter { mayNot($0) == nil }.map(\.spki)), nil)
    }

    private func roleObjection(_ key: Trust.Key) -> String? {
        guard let title = key.title else { return "key \(key.id) has no title, and the policy names who may waive" }
        return rules.roles.contains(title)
            ? nil : "key \(key.id) belongs to a \(title.printable), which the policy does not name"
    }
}
