import Driver
import Pipeline
import SystemPackage

/// A reproduction as people read it: both sides beside each other, what differs, what was red here, and what follows.
struct ReproductionText {
    let finished: FinishedReproduction
    let style: Style

    private var reproduction: Reproduction { finished.reproduction }
    private var subject: Reproduction.Subject { reproduction.subject }

    var text: String {
        var text = "\n" + heading + "\n"
        for comparison in reproduction.services { text += "\n" + table(comparison) + details(comparison) }
        for caveat in reproduction.caveats { text += "\nbut: \(caveat.message.printable)" }
        if !reproduction.caveats.isEmpty { text += "\n" }
        return text + "\n\(conclusion)\nit is all in \(reproduction.folder.printable)\n"
    }

    private var heading: String {
        let name = subject.kind == .record ? String(subject.id.prefix(8)) : subject.id
        let time = subject.recordedAt.map { " of \($0)" } ?? ""
        return "\(subject.kind.rawValue) \(name.printable)\(time), commit \(subject.commit.short)"
    }

    // MARK: - One service

    private func table(_ comparison: Reproduction.Comparison) -> String {
        var table = Table()
        table.add([.init(comparison.service.text), .init("recorded", .grey), .init("here", .grey), .init("")])
        for item in comparison.items {
            table.add([
                .init("  " + Self.name(item.aspect)), .init(item.recorded), .init(item.here),
                .init(Self.word(item.conclusion), Self.colour(item.conclusion)),
            ])
        }
        return table.text(style)
    }

    private static func name(_ aspect: Reproduction.Comparison.Aspect) -> String {
        switch aspect {
        case .names: "names of tests"
        case .failing: "red or flaky"
        case .verdict, .tests, .image: aspect.rawValue
        }
    }

    private static func word(_ conclusion: Reproduction.Conclusion) -> String {
        switch conclusion {
        case .agrees: "the same"
        case .differs: "differs"
        case .incomparable: "not comparable"
        }
    }

    private static func colour(_ conclusion: Reproduction.Conclusion) -> Style.Colour {
        switch conclusion {
        case .agrees: .green
        case .differs: .red
        case .incomparable: .yellow
        }
    }

    private func details(_ comparison: Reproduction.Comparison) -> String {
        var lines = comparison.items.flatMap { item in item.details.map { "\(Self.name(item.aspect)): \($0.printable)" }
        }
        if let image = comparison.image { lines += Self.lines(image) }
        for input in comparison.inputs {
            let names = input.names.isEmpty ? "" : ": \(Reproduction.Subject.list(input.names))"
            lines.append("not the same input: \(input.kind.rawValue)\(names)")
        }
        return (lines + failures(comparison.service)).map { "  \($0)\n" }.joined()
    }

    private static func lines(_ image: Reproduction.ImageDifference) -> [String] {
        var lines = ["image: \(image.sharedLayers) of \(image.layers) layers are the same"]
        if !image.settings.isEmpty {
            lines.append("image: differing settings: \(Reproduction.Subject.list(image.settings, limit: 10))")
        }
        guard let paths = image.paths, let count = image.pathCount else { return lines }
        lines += paths.map { "image: differing: \($0.printable)" }
        if count > paths.count { lines.append("image: and \(count - paths.count) more paths") }
        if count == 0, image.sharedLayers < image.layers { lines.append("image: only the times of files differ") }
        return lines
    }

    /// What was red here, and where to look at it.
    private func failures(_ name: ServiceName) -> [String] {
        guard let service = finished.run.outcome.services.first(where: { $0.name == name }), service.severity != .good
        else { return [] }
        var lines = (service.tests?.failing ?? []).prefix(5).map { failure in
            "✗ \(failure.id.printable)" + (failure.message.map { ": \($0.printable)" } ?? "")
        }
        guard let log = service.steps.last(where: { !$0.hasPassed })?.log ?? service.steps.last?.log else {
            return lines
        }
        if lines.isEmpty { lines += finished.run.logs.tail(of: log, lines: 10).map { "| \($0.printable)" } }
        return lines + ["log: \(finished.run.logs.path(of: log))"]
    }

    // MARK: - The end

    private var conclusion: String {
        let names = { (conclusion: Reproduction.Conclusion) in
            reproduction.services.filter { $0.conclusion == conclusion }.map(\.service.text).joined(separator: ", ")
        }
        switch reproduction.conclusion {
        case .agrees: return style.text("reproduced: \(names(.agrees))", .green)
        case .differs: return style.text("not reproduced: \(names(.differs))", .red)
        case .incomparable: return style.text("nothing to compare: \(names(.incomparable))", .yellow)
        }
    }
}
