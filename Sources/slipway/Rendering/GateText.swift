import Pipeline

/// A decision as people read it.
struct GateText {
    let style: Style

    /// In a few lines what is in the way, for standard error.
    static func story(_ decision: Decision) -> [String] {
        var lines = [head(decision)]
        for item in decision.items where !item.state.isGood {
            let mark =
                item.waivedBy.map { " (waived by \($0.printable))" } ?? item.demand.map { " (\($0.rawValue))" } ?? ""
            lines.append("  \(item.id.rawValue): \(item.detail)\(mark)")
            if item.waivedBy == nil, let hint = item.toGreen { lines.append("    \(hint)") }
        }
        return lines + decision.unusedWaivers.map { "  waiver \($0.id.printable) was not used: \($0.why.printable)" }
    }

    private static func head(_ decision: Decision) -> String {
        let advisory = decision.wouldBlock.isEmpty ? "" : " (advisory: an enforcing environment would say no)"
        let waived = decision.waived.isEmpty ? "" : ", with \(decision.waived.count) waived"
        return "\(decision.service) \(decision.image.short) to \(decision.environment.printable): "
            + "\(decision.decision.rawValue)\(waived)\(advisory)"
    }

    // MARK: - Every item

    /// Every item, what it rests on, and what to do.
    func explanation(_ decision: Decision) -> String {
        var text = style.text(Self.head(decision), decision.exit == 0 ? .green : .red) + "\n"
        text += "\(decision.mode.rawValue), \(decision.intent.rawValue), asked \(decision.at)\n"
        if let candidate = decision.candidate {
            let version = candidate.version.map { "\($0)" } ?? "no version"
            text += "candidate  \(version), record \(candidate.recordId), commit \(candidate.commit.short)\n"
        }
        let running = decision.deployedFrom.map { state in
            "\(state.version.map { "\($0)" } ?? "no version"), \(state.image.short)"
        }
        text += "runs       \(running ?? "nothing that is known")\n\n"
        for item in decision.items { text += explanation(item) }
        for waiver in decision.waived {
            let items = waiver.items.map(\.rawValue).joined(separator: ", ")
            text +=
                "waiver \(waiver.id.printable) of \(waiver.approver.id.printable) covers \(items) until "
                + "\(waiver.expires): \(waiver.reason.printable)\n"
        }
        for waiver in decision.unusedWaivers {
            text += "waiver \(waiver.id.printable) was not used: \(waiver.why.printable)\n"
        }
        for origin in decision.origins ?? [] where origin.kind != .provenance {
            text +=
                "\(origin.kind.rawValue) \(origin.id.printable) is from \(origin.places.joined(separator: " and ").printable)\n"
        }
        return text + ending(decision)
    }

    private func explanation(_ item: Decision.Item) -> String {
        var text =
            style.text(item.state.rawValue.padding(to: 14), colour(of: item)) + "\(item.id.rawValue): \(item.detail)\n"
        func line(_ name: String, _ more: String) { text += "".padding(to: 14) + "\(name) \(more)\n" }
        if let demand = item.demand { line("only told:", "the policy says \(demand.rawValue)") }
        for finding in item.findings ?? [] {
            let since = finding.introducedIn.map { ", since \($0)" } ?? ""
            line("-", "\(finding.rule) \(finding.fingerprint) \(finding.place)\(since)")
        }
        for (index, step) in (item.plan ?? []).enumerated() {
            let upTo = step.upTo.map { " up to V\($0.printable)" } ?? ""
            line("\(index + 1).", "migrate \(step.service)\(upTo)\(step.job.map { " (job \($0.printable))" } ?? "")")
        }
        if let evidence = item.evidence { line("rests on", evidence.map(\.printable).joined(separator: ", ")) }
        if let waiver = item.waivedBy { line("waived by", waiver.printable) }
        if item.waivedBy == nil, let hint = item.toGreen { line("to green:", hint) }
        return text
    }

    private func colour(of item: Decision.Item) -> Style.Colour? {
        if item.state == .pass { return .green }
        return item.state.isGood ? .grey : item.waivedBy != nil || item.demand != nil ? .yellow : .red
    }

    private func ending(_ decision: Decision) -> String {
        switch decision.exit {
        case 0: "\nit holds until \(decision.validUntil), and while the same runs: slipway gate --check DECISION\n"
        case 22: "\nask again\(decision.retryAfter.map { " at \($0)" } ?? " when that is done")\n"
        default: "\n"
        }
    }

    // MARK: - Another policy

    /// Old and new answers side by side.
    func table(_ replay: Replay) -> String {
        guard !replay.rows.isEmpty else {
            return "nothing was decided or recorded for \(replay.environment.printable) yet\n"
        }
        var table = Table()
        table.add(["service", "version", "image", "asked", "was", "would be", "because"].map { .init($0, .grey) })
        for row in replay.rows {
            table.add([
                .init(row.service.text), .init(row.version.map { "\($0)" } ?? "-"), .init(row.image.short, .grey),
                .init("\("\(row.at)".prefix(16))", .grey), .init(row.before.rawValue),
                .init(row.after.rawValue, row.before == row.after ? nil : row.after == .allowed ? .green : .red),
                .init(
                    row.changes.first.map { $0 + (row.changes.count > 1 ? " (+\(row.changes.count - 1))" : "") } ?? ""),
            ])
        }
        return table.text(style) + "\n\(replay.changed) of \(replay.rows.count) answers would change\n"
    }
}
