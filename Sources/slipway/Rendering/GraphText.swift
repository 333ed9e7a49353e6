import Pipeline

/// What needs what, for people and for programs that draw.
struct GraphText {
    let answer: WiringAnswer
    let style: Style

    /// Every node with what it needs, and where that is written.
    var text: String {
        var lines: [String] = []
        let edges = Dictionary(grouping: answer.edges, by: \.from)
        for node in answer.nodes {
            let own = edges[node.name] ?? []
            lines.append("\(node.name)".printable + style.text("  \(node.kind)", .grey))
            var table = Table()
            for edge in own {
                let places = edge.places.prefix(3).map { "\($0.file):\($0.line)".printable }.joined(separator: ", ")
                let more = edge.places.count > 3 ? " and \(edge.places.count - 3) more" : ""
                table.add([.init("→ \(edge.to)".printable), .init(edge.kind.rawValue), .init(places + more, .grey)])
            }
            if !table.isEmpty { lines.append(String(table.text(style, indent: "  ").dropLast())) }
        }
        lines += answer.notes.map { style.text("note \($0.code.rawValue): \($0.message.printable)", .yellow) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// For Graphviz.
    var dot: String {
        var lines = ["digraph slipway {", "  rankdir=LR;"]
        for node in answer.nodes {
            let shape = node.kind == "service" ? "box" : node.kind == "library" ? "folder" : "ellipse"
            lines.append("  \(Self.quoted("\(node.name)")) [shape=\(shape)];")
        }
        for edge in answer.edges {
            let line = edge.kind == .build ? "" : edge.kind == .test ? " [style=dashed]" : " [style=dotted]"
            lines.append("  \(Self.quoted("\(edge.from)")) -> \(Self.quoted("\(edge.to)"))\(line);")
        }
        return (lines + ["}"]).joined(separator: "\n") + "\n"
    }

    /// For a Markdown page.
    var mermaid: String {
        var lines = ["graph LR"]
        var ids: [Wiring.Node: String] = [:]
        for (index, node) in answer.nodes.enumerated() {
            ids[node.name] = "n\(index)"
            let label = "\(node.name)".printable.replacing("\"", with: "#quot;")
            let (open, close) = node.kind == "service" ? ("[", "]") : node.kind == "library" ? ("[[", "]]") : ("(", ")")
            lines.append("  n\(index)\(open)\"\(label)\"\(close)")
        }
        for edge in answer.edges {
            guard let from = ids[edge.from], let to = ids[edge.to] else { continue }
            lines.append("  \(from) \(edge.kind == .build ? "-->" : "-.->") \(to)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func quoted(_ text: String) -> String { JSON.string(text).canonicalText }
}

/// How two plans differ, service by service.
struct DifferenceText {
    let difference: PlanDifference
    let style: Style

    var text: String {
        guard !difference.isEmpty else { return "the same plan\n" }
        var lines: [String] = []
        if let heads = difference.heads { lines.append("commit \(heads.old.short) → \(heads.new.short)") }
        lines += difference.added.map { "\($0): new in the second" }
        lines += difference.gone.map { "\($0): only in the first" }
        for entry in difference.services {
            lines.append("\(entry.name)")
            if let selected = entry.selected {
                lines.append("  \(Self.word(selected.old)) → \(Self.word(selected.new))")
            }
            if let reason = entry.reason { lines.append("  reason \(Self.or(reason.old)) → \(Self.or(reason.new))") }
            if let because = entry.because {
                lines.append("  because \(Self.list(because.old)) → \(Self.list(because.new))")
            }
            if let key = entry.key { lines.append("  key \(key.old.short) → \(key.new.short)") }
            if let version = entry.version {
                lines.append("  version \(Self.or(version.old)) → \(Self.or(version.new))")
            }
            if let steps = entry.steps { lines.append("  steps \(Self.list(steps.old)) → \(Self.list(steps.new))") }
            if let needs = entry.needs { lines.append("  needs \(Self.list(needs.old)) → \(Self.list(needs.new))") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func word(_ isSelected: Bool) -> String { isSelected ? "selected" : "not selected" }

    private static func or(_ text: String) -> String { text.isEmpty ? "none" : text.printable }

    private static func list(_ items: [some CustomStringConvertible]) -> String {
        items.isEmpty ? "none" : items.map { "\($0)".printable }.joined(separator: ", ")
    }

    private static func list(_ steps: [Step.Kind]) -> String {
        steps.isEmpty ? "none" : steps.map(\.rawValue).joined(separator: ", ")
    }
}
