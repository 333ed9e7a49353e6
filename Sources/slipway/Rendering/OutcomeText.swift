import Driver
import Pipeline
import SystemPackage

/// What a run came to, as people read it: a table, then what is red and how to look at it.
struct OutcomeText {
    let run: FinishedRun
    let style: Style

    private var outcome: RunOutcome { run.outcome }

    var text: String {
        let shown = outcome.services.filter { $0.verdict.state != .reused }
        let reused = outcome.services.count - shown.count
        var table = Table()
        for service in shown { table.add(row(service)) }
        var text = table.isEmpty ? "" : "\n" + table.text(style)
        if reused > 0 { text += "\(reused) reused: a record has their key\n" }
        if outcome.services.isEmpty { text += "nothing to do\n" }
        for service in shown where service.severity != .good { text += "\n" + details(service) }
        for service in shown where service.verdict.state == .flaky { text += "\n" + doubts(about: service) }
        return text + closing
    }

    private func row(_ service: ServiceOutcome) -> [Table.Cell] {
        let seconds = Double(service.steps.reduce(0) { $0 + $1.wallMs }) / 1000
        return [
            .init(service.name.text), .init(service.verdict.state.rawValue, colour(service)),
            .init(service.version.map { "\($0)" } ?? ""), .init(tests(service)),
            .init(service.steps.isEmpty ? "" : "\(seconds.formatted(decimals: 1)) s"),
            .init(service.images.map { "\($0.repository)@\($0.digest.short)" }.joined(separator: " "), .grey),
        ]
    }

    private func colour(_ service: ServiceOutcome) -> Style.Colour? {
        service.verdict.state == .incomplete && service.severity == .good ? .grey : service.verdict.state.colour
    }

    private func tests(_ service: ServiceOutcome) -> String {
        guard let report = service.tests else {
            let codes = service.verdict.reasons.map(\.code)
            return codes.contains(.testless) ? "test-less" : codes.contains(.notAsked) ? "tests not asked for" : ""
        }
        if report.kind == .exitCode { return "by exit code" }
        let totals = report.totals
        let parts = [
            (totals.passed, "passed"), (totals.flaky, "flaky"), (totals.failed + totals.errored, "failed"),
            (totals.skipped, "skipped"),
        ]
        let text = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        return text.isEmpty ? "none ran" : text
    }

    private func details(_ service: ServiceOutcome) -> String {
        let state = style.text(service.verdict.state.rawValue, service.verdict.state.colour)
        var lines = ["\(service.name): \(state)"]
        for reason in service.verdict.reasons {
            lines.append("  \(reason.code.rawValue)\(reason.detail.isEmpty ? "" : ": \(reason.detail.printable)")")
        }
        for failure in (service.tests?.failing ?? []).prefix(5) {
            let place = failure.at.map { " (\($0.printable))" } ?? ""
            lines.append("  ✗ \(failure.id.printable)\(place)" + (failure.message.map { ": \($0.printable)" } ?? ""))
        }
        let more = (service.tests?.totals.failed ?? 0) + (service.tests?.totals.errored ?? 0) - 5
        if more > 0 { lines.append("  and \(more) more") }
        // Tests may be red and their runner content: then its log is still where to look.
        if let step = service.steps.last(where: { !$0.hasPassed }) ?? service.steps.last(where: { $0.log != nil }) {
            if let hint = step.ending.hint { lines.append("  \(hint)") }
            if let log = step.log {
                // Where a test failed, that says more than the end of a log.
                if service.tests?.failing.isEmpty ?? true {
                    lines += run.logs.tail(of: log, lines: 10).map { "  | \($0.printable)" }
                }
                lines.append("  log: \(run.logs.path(of: log))")
            }
        }
        if let hint = Self.hint(service) { lines.append("  \(hint)") }
        if let command = again(service) { lines.append("  again: \(command)") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Why a service that passed is not called stable.
    private func doubts(about service: ServiceOutcome) -> String {
        let reasons = service.verdict.reasons.map { reason in
            "  \(reason.code.rawValue)\(reason.detail.isEmpty ? "" : ": \(reason.detail.printable)")"
        }
        let tests = (service.tests?.flaky ?? []).prefix(5).map { "  ~ \($0.printable)" }
        let state = style.text(service.verdict.state.rawValue, service.verdict.state.colour)
        return (["\(service.name): \(state)"] + reasons + tests).joined(separator: "\n") + "\n"
    }

    /// The command that does it once more: in place where people work, elsewhere from the record.
    private func again(_ service: ServiceOutcome) -> String? {
        guard service.verdict.state != .skipped else { return nil }
        guard !run.isLocal, let record = service.record else { return "slipway run \(service.name) --force" }
        return "slipway reproduce \(record)"
    }

    /// The thing to do about evidence that is missing, which newcomers meet first.
    private static func hint(_ service: ServiceOutcome) -> String? {
        let codes = service.verdict.reasons.map(\.code)
        if let since = service.tests?.context?.since, codes.contains(.testsVanished) || codes.contains(.skipsGrew) {
            let settings = [("vanished-tests", since.vanished), ("grown-skips", since.grownSkips)].filter { $0.1 > 0 }
            let ratchets = "{\(settings.map { "\($0.0): \($0.1)" }.joined(separator: ", "))}"
            return
                "on purpose? allow it in slipway.yaml until this is merged: services: \(service.name): ratchets: \(ratchets)"
        }
        guard codes.contains(.reportMissing) || codes.contains(.nothingRan) else { return nil }
        return
            "a build without evidence is not stable: let the tests report (reports:), or declare reports: exit-code or test: false"
    }

    private var closing: String {
        let images = outcome.services.compactMap { service in service.image.map { (service, $0) } }
        guard let (service, image) = images.first(where: { !$0.1.pushed && $0.0.verdict.state != .reused }),
            let layout = run.images
        else { return "" }
        let name = "\(image.repository):\(service.version.map { "\($0)" } ?? "")"
        return "\nrun one: podman run --rm oci:\(layout):\(name)\n"
    }
}

extension Verdict.State {
    var colour: Style.Colour? {
        switch self {
        case .stable: .green
        case .flaky, .unstable: .yellow
        case .failed, .incomplete: .red
        case .reused, .skipped, .removed: .grey
        }
    }
}
