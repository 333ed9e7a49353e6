import Foundation
import Pipeline

/// A plan as people read it.
struct PlanText {
    let plan: Plan
    let style: Style

    var text: String {
        var lines = [headline, ""]
        var table = Table()
        for entry in plan.services where entry.selected || !entry.steps.isEmpty { table.add(row(entry)) }
        if !table.isEmpty { lines.append(table.text(style, indent: "  ")) }
        let reused = plan.services.filter { !$0.selected && $0.record != nil }
        if !reused.isEmpty { lines.append(reusedText(reused)) }
        if let forecast = plan.forecast { lines.append(text(of: forecast)) }
        if !plan.removed.isEmpty {
            lines.append("removed: \(plan.removed.map(\.text).joined(separator: ", "))\n")
        }
        for note in plan.notes {
            lines.append(style.text("note \(note.code.rawValue): \(note.message.printable)", .yellow))
        }
        // A table ends its last line itself.
        let text = lines.joined(separator: "\n")
        return text.hasSuffix("\n") ? text : text + "\n"
    }

    private var headline: String {
        let repository = plan.repository
        let branch = repository.branch.map { "\($0.printable) at " } ?? ""
        let dirty = repository.dirty ? " with uncommitted work" : ""
        let count = plan.selected.count
        let what = count == 0 ? "nothing to do" : "\(count) of \(plan.services.count) to build"
        return "\(branch)\(repository.head.short)\(dirty): \(what)"
    }

    private func row(_ entry: Plan.Entry) -> [Table.Cell] {
        let version = entry.version.map { "\($0.snapshot)" } ?? (entry.kind == .library ? "library" : "version unknown")
        let steps = entry.steps.map(\.rawValue).joined(separator: ", ")
        return [
            .init(entry.name.text), .init(version, .grey), .init(steps),
            .init(Self.reason(entry, isDirty: plan.repository.dirty)),
        ]
    }

    /// What it will take here, and what no number of jobs would make shorter.
    private func text(of forecast: Forecast) -> String {
        guard plan.foundedForecast != nil else {
            return style.text("how long it takes is not known: nothing of it was recorded yet\n", .grey)
        }
        let jobs = ProcessInfo.processInfo.activeProcessorCount
        let path =
            forecast.path.count > 1 ? ", \(forecast.path.map(\.text).joined(separator: " → ")) after each other" : ""
        let unknown = forecast.unknown.isEmpty ? "" : "; \(forecast.unknown.count) guessed"
        return style.text(
            "about \(Self.duration(forecast.seconds(jobs: jobs))) with \(jobs) jobs: \(Self.duration(forecast.workSeconds)) of work, at least \(Self.duration(forecast.pathSeconds))\(path)\(unknown)\n",
            .grey)
    }

    private static func duration(_ seconds: Int64) -> String {
        seconds < 60
            ? "\(seconds) s"
            : seconds < 3600 ? "\((seconds + 30) / 60) min" : "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }

    /// Why, in one line: the changed path, who changed it, and the way from there to here.
    static func reason(_ entry: Plan.Entry, isDirty: Bool) -> String {
        guard let reason = entry.reason else { return "needed by others" }
        var text = reason.rawValue
        if let path = entry.because.first {
            let more = entry.because.count > 1 ? " and \(entry.because.count - 1) more" : ""
            text += ": \(path)\(more)"
            if let commit = entry.commit {
                let author = entry.author.map { ", \($0.prefix { $0 != "<" }.trimmingSuffix(" "))" } ?? ""
                text += " (\(commit.short)\(author))"
            } else if isDirty {
                text += " (uncommitted)"
            }
        }
        if !entry.via.isEmpty { text += " via \(entry.via.map { "\($0)" }.joined(separator: " → "))" }
        return text
    }

    private func reusedText(_ reused: [Plan.Entry]) -> String {
        if reused.count > 12 { return "\(reused.count) reused: a record has their key\n" }
        var table = Table()
        for entry in reused {
            table.add([.init(entry.name.text, .grey), .init("reused: record \(entry.record?.prefix(8) ?? "")", .grey)])
        }
        return table.text(style, indent: "  ")
    }
}

extension Substring {
    func trimmingSuffix(_ character: Character) -> Substring {
        var text = self
        while text.last == character { text.removeLast() }
        return text
    }
}
