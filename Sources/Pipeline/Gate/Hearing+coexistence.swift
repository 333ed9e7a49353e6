/// Point 3: the migrations of the range leave alone what runs while they are applied.
extension Hearing {
    var coexistence: Decision.Item {
        if let off = isOff(.coexistence) { return off }
        if question.intent == .rollback { return reversed }
        guard range.links.contains(where: { $0.migrations != nil }) else {
            let detail = range.links.isEmpty ? "what runs is this image" : "it has no migrations"
            return Decision.Item(.coexistence, .notApplicable, detail)
        }
        if evidence.stated != nil, deployed.current == nil {
            return Decision.Item(.coexistence, .pass, "nothing runs there that could mind")
        }
        let breaks = SchemaBreaks(
            range.migrations, tiers: [.coexistence], user: deployed.current?.version, scheme: policy.progress.scheme)
        let item = trialItem ?? openItem(breaks) ?? untried ?? unknownItem(breaks) ?? gapItem(.coexistence)
        if let item { return item.resting(on: rangeNames) }
        let seen = range.migrations.count
        let excused = breaks.excused == 0 ? "" : ", \(breaks.excused) of their findings excused"
        let new = "\(seen) new migration\(seen == 1 ? "" : "s")"
        let running = deployed.current == nil ? "what runs" : runningName
        return Decision.Item(.coexistence, .pass, "nothing in \(new) breaks \(running)\(excused)")
            .resting(on: rangeNames)
    }

    private func openItem(_ breaks: SchemaBreaks) -> Decision.Item? {
        let all = breaks.waiting + breaks.open
        guard let first = all.first else { return nil }
        let what = "\(first.finding.rule)\(first.finding.object.map { " of \($0.printable)" } ?? "")"
        let more = all.count == 1 ? "" : ", and \(all.count - 1) more"
        let hint: String
        if breaks.open.isEmpty, let contract = breaks.waiting.compactMap(\.migration.contractOf).max(by: precedes) {
            hint = "deploy \(contract) or later first"
        } else {
            hint =
                "deploy a version that no longer uses it first, and say so beside the migration: "
                + "-- slipway:contract-of VERSION"
        }
        return Decision.Item(.coexistence, .fail, "\(runningName) would meet \(what)\(more)", toGreen: hint)
            .showing(all.map(\.told))
    }

    private func precedes(_ left: SemanticVersion, _ right: SemanticVersion) -> Bool {
        policy.progress.scheme.precedes(left, right)
    }

    /// What nobody can read counts once its author says what it does and a trial has shown it.
    private func unknownItem(_ breaks: SchemaBreaks) -> Decision.Item? {
        let isShown = record.migrations?.trial?.applied == true
        let whole = (record.migrations?.findings ?? []).filter { $0.tier == .unknown }
        if let first = whole.first {
            return Decision.Item(
                .coexistence, .unknown,
                "nobody can tell which migrations are new (\(first.rule)): \(first.text.printable)",
                toGreen: "build it where they can all be read")
        }
        let open = breaks.unknown.filter { !(isShown && $0.finding.acknowledgement != nil) }
        guard let first = open.first else { return nil }
        let more = open.count == 1 ? "" : ", and \(open.count - 1) more"
        return Decision.Item(
            .coexistence, .unknown,
            "nobody can tell what \(first.migration.path.description.printable) does (\(first.finding.rule))\(more)",
            toGreen: "acknowledge it beside the statement, and let a trial on a scratch database show it"
        ).showing(open.map(\.told))
    }

    /// What a range with a gap says of a point: nothing yet.
    func gapItem(_ id: Decision.Item.ID) -> Decision.Item? {
        range.gap.map { Decision.Item(id, .pending, $0, toGreen: "name the ledger that holds it: --records") }
    }

    /// Going back: the older image must be able to live with everything that was applied since.
    private var reversed: Decision.Item {
        guard range.links.contains(where: { $0.migrations != nil }) else {
            return gapItem(.coexistence)
                ?? Decision.Item(.coexistence, .notApplicable, "no migrations were applied since")
        }
        let breaks = SchemaBreaks(
            range.migrations, tiers: [.coexistence, .rollback], user: version, scheme: policy.progress.scheme)
        let all = breaks.open + breaks.waiting + breaks.unknown
        guard let first = all.first else {
            return
                (gapItem(.coexistence)
                ?? Decision.Item(.coexistence, .pass, "\(range.migrations.count) migrations since suit it"))
                .resting(on: rangeNames)
        }
        let more = all.count == 1 ? "" : ", and \(all.count - 1) more"
        return Decision.Item(
            .coexistence, .fail,
            "migrations applied since are in its way: \(first.told.place) (\(first.finding.rule))\(more)",
            toGreen: "go forward: deploy a new version that takes the change back"
        ).showing(all.map(\.told)).resting(on: rangeNames)
    }
}
