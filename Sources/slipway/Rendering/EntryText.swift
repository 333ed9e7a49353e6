import Pipeline

/// Why one service is built, or is not: the chain from what changed to the service, or the record that has its key.
struct EntryText {
    let entry: Plan.Entry
    let notes: [Plan.Note]
    let style: Style

    var text: String {
        var lines = entry.selected ? selected : unselected
        lines += notes.map { style.text("note \($0.code.rawValue): \($0.message.printable)", .yellow) }
        return lines.joined(separator: "\n") + "\n"
    }

    private var selected: [String] {
        var lines = ["\(entry.name) is selected: \(entry.reason?.rawValue ?? "")"]
        if !entry.because.isEmpty {
            let who = entry.commit.map { commit in
                let author = entry.author.map { ", \($0.prefix { $0 != "<" }.trimmingSuffix(" "))" } ?? ""
                return " (\(commit.short)\(author.printable))"
            }
            let uncommitted = notes.contains { $0.code == .dirty } ? " (uncommitted)" : ""
            let paths = entry.because.enumerated().map { index, path in
                "  \("\(path)".printable)" + (index == 0 ? who ?? uncommitted : "")
            }
            lines += paths
        }
        // From what changed to what is built for it.
        for (depth, name) in (entry.via + (entry.via.isEmpty ? [] : [.service(entry.name)])).enumerated() {
            lines.append(String(repeating: "  ", count: depth + 2) + "→ \(name)")
        }
        if let base = entry.base { lines.append("compared with \(base.commit.short), \(Self.text(base.from))") }
        lines.append("steps: \(entry.steps.map(\.rawValue).joined(separator: ", "))")
        lines.append("key: \(entry.key)")
        return lines
    }

    private var unselected: [String] {
        guard let record = entry.record else {
            return ["\(entry.name) is not selected: it has nothing to do, or was not asked for", "key: \(entry.key)"]
        }
        var lines = ["\(entry.name) is not selected: record \(record) has its key"]
        if !entry.steps.isEmpty {
            let steps = entry.steps.map(\.rawValue).joined(separator: ", ")
            lines.append("what others need of it is done all the same: \(steps)")
        }
        lines.append("key: \(entry.key)")
        lines.append("look at it: slipway record show \(record.prefix(8))")
        return lines
    }

    private static func text(_ origin: Plan.Base.Origin) -> String {
        switch origin {
        case .option: "as --base says"
        case .record: "the commit of its newest record"
        case .tag: "its last release"
        case .pullRequest: "where the pull request left its target"
        case .previousBuild: "the last successful build, as Jenkins says"
        }
    }
}
