/// Point 5: what a call newly writes, the audit index takes.
extension Hearing {
    var auditIndex: Decision.Item {
        if let off = isOff(.auditIndex) { return off }
        let facts = range.links.compactMap(\.audit)
        guard let newest = facts.first else {
            let detail = range.links.isEmpty ? "what runs is this image" : "it writes no audit index"
            return gapWhenBack ?? Decision.Item(.auditIndex, .notApplicable, detail)
        }
        guard newest.catalogue != nil else {
            return Decision.Item(
                .auditIndex, .unknown, "its calls are in no catalogue", toGreen: "let the build export the catalogue")
        }
        guard newest.examined > 0 else {
            return Decision.Item(
                .auditIndex, .unknown, "its catalogue lists no call, so nothing was looked at",
                toGreen: "let the build export its calls, or take audit: out of its configuration")
        }
        let errors = newest.findings.filter(\.isError)
        let open = unready
        let findings =
            errors.map { .init(rule: $0.rule, fingerprint: $0.fingerprint, place: $0.place.printable) }
            + open.map { entry in
                Decision.Item.Finding(
                    rule: "audit-\(entry.call.change.rawValue)", fingerprint: entry.call.fingerprint,
                    place: "\(entry.call.call.printable) \(entry.call.places.joined(separator: ", ").printable)",
                    introducedIn: entry.release)
            }
        if let first = findings.first {
            let more = findings.count == 1 ? "" : ", and \(findings.count - 1) more"
            let hint =
                question.intent == .rollback
                ? "go forward: deploy a new version that writes the older documents under a new index"
                : "add what takes the new documents: a template of a higher version, a new index name, a pipeline"
            return Decision.Item(.auditIndex, .fail, "\(first.place): \(first.rule)\(more)", toGreen: hint)
                .showing(findings).resting(on: rangeNames)
        }
        return (gapItem(.auditIndex) ?? stale ?? quiet(facts)).resting(on: rangeNames)
    }

    private var gapWhenBack: Decision.Item? { question.intent == .rollback ? gapItem(.auditIndex) : nil }

    private typealias Entry = (call: AuditFacts.Call, release: SemanticVersion?)

    /// Calls whose documents changed in a way that the index was not made ready for, the oldest first.
    private var unready: [Entry] {
        let entries: [Entry] = range.links.reversed().flatMap { link in
            let release = link.run.recordId == range.links[0].run.recordId ? nil : link.release?.version
            return (link.audit?.calls ?? []).map { ($0, release) }
        }
        let byCall = Dictionary(grouping: entries) { $0.call.call }
        return entries.enumerated().filter { index, entry in
            guard entry.call.change == .breaking || entry.call.change == .renamed else { return false }
            let all = byCall[entry.call.call] ?? []
            let (first, last) = (all.first?.call.shapeBase, all.last?.call.shapeHead)
            // What was changed and changed back is as it was.
            if all.count > 1, let first, first == last { return false }
            let later = entries[index...].filter { $0.call.call == entry.call.call }
            return !later.contains { $0.call.evidence.map(holds) ?? false }
        }.map(\.element)
    }

    /// Whether evidence helps in the direction that is asked for: to the older documents only a separate index leads back.
    private func holds(_ evidence: AuditFacts.Evidence) -> Bool {
        question.intent != .rollback || evidence.kind == .newIndexName || evidence.kind == .failureStore
    }

    /// The comparison with the index is old, and there is a change that rests on it.
    private var stale: Decision.Item? {
        guard question.intent == .deploy, let limit = policy.ages.auditIndexState,
            question.now.seconds - record.run.sealedAt.seconds > limit.count,
            range.links.contains(where: { $0.audit?.calls.contains { $0.evidence != nil } ?? false })
        else { return nil }
        return Decision.Item(
            .auditIndex, .pending, "what the index takes was compared \(record.run.sealedAt), longer ago than \(limit)",
            toGreen: "compare it again: slipway run --force")
    }

    private func quiet(_ facts: [AuditFacts]) -> Decision.Item {
        let removed = facts.flatMap(\.calls).filter { $0.change == .removed }.map { $0.call.printable }
        let notes = facts.first?.findings.filter { !$0.isError }.map { "\($0.place.printable) (\($0.rule))" } ?? []
        let told = removed.map { "\($0) is gone" } + notes
        let note = told.isEmpty ? "" : "; look at \(told.prefix(5).joined(separator: ", "))"
        return Decision.Item(.auditIndex, .pass, "\(facts[0].examined) calls write what the index takes\(note)")
    }
}
