import Driver
import Pipeline

/// A release as people read it: a line a service, then what each brings or lacks.
struct ReleaseText {
    let outcome: ReleaseOutcome
    let style: Style

    var text: String {
        var table = Table()
        for release in outcome.services { table.add(row(release)) }
        let details = outcome.services.map(details).filter { !$0.isEmpty }
        return table.text(style) + details.map { "\n" + $0 }.joined() + closing
    }

    private func row(_ release: ServiceRelease) -> [Table.Cell] {
        let number = release.number
        let previous = number.previous.map { "\($0)" } ?? "unreleased"
        let next = number.version.map { "→ \($0) (\(number.bump.rawValue))" } ?? ""
        let commits = number.commits == 1 ? "1 commit" : "\(number.commits) commits"
        return [
            .init(release.name.text), .init(previous), .init(next), .init(word(release.state)), .init(commits, .grey),
        ]
    }

    private func word(_ state: ServiceRelease.State) -> String {
        switch state {
        case .planned: "can be released"
        case .unbuilt: "must be built first"
        case .released: "released"
        case .alreadyReleased: "already released"
        case .nothing: "nothing to release"
        case .blocked: "BLOCKED"
        case .unfinished: "UNFINISHED"
        }
    }

    private func details(_ release: ServiceRelease) -> String {
        var lines = release.because.map { "  \($0.code): \($0.text.printable)" }
        let isNew = [.planned, .unbuilt, .released, .unfinished].contains(release.state)
        if isNew, let tag = release.number.tag { lines.append("  tag \(tag)") }
        if let candidate = release.number.promotes { lines.append("  promotes \(candidate), which is not built again") }
        for image in isNew ? release.images : [] {
            lines.append("  image \(image.name)@\(image.digest)")
            lines.append("    as \(image.tags.joined(separator: ", "))")
            for moved in image.moved {
                lines.append("    \(moved.tag) was \(moved.from.map { "\($0)" } ?? "not there before")")
            }
        }
        if isNew, !release.changelog.isEmpty {
            lines += release.changelog.markdown().split(separator: "\n", omittingEmptySubsequences: true).map {
                "  \($0)"
            }
        }
        return lines.isEmpty ? "" : "\(release.name)\n" + lines.joined(separator: "\n") + "\n"
    }

    private var closing: String {
        let states = outcome.services.map(\.state)
        guard !outcome.isReal, states.contains(.planned) || states.contains(.unbuilt) else { return "" }
        return "\nnothing was done; --push does it\n"
    }
}
