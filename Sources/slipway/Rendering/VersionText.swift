import Pipeline

/// The version of one service explained: each commit with what it asks for, what is odd, and why it comes to that.
struct VersionText {
    let answer: VersionAnswer
    let style: Style

    /// What is told of one kind at most, before the rest is counted.
    private static let limit = 20

    var text: String {
        var head = Table()
        head.add(Self.row(answer))
        let since = answer.tag.map { "since \($0)" } ?? "since the beginning"
        let count = answer.evidence.filter { $0.commit != nil }.count
        var text = head.text(style) + "\(count) \(count == 1 ? "commit" : "commits") \(since.printable)\n"
        text += evidence
        for (title, table) in [("lints", lints), ("near misses", nearMisses), ("version files", files)] {
            if !table.isEmpty { text += "\(title)\n" + table.text(style, indent: "  ") }
        }
        return text + answer.conclusion.printable + "\n"
    }

    static func row(_ answer: VersionAnswer) -> [Table.Cell] {
        let next = answer.next.map { "→ \($0) (\(answer.bump.rawValue))" } ?? answer.reason?.rawValue
        return [
            .init(answer.name.text), .init(answer.current.map { "\($0)" } ?? "unreleased"),
            .init(next ?? answer.error?.code.rawValue ?? ""), .init("\(answer.snapshot)", .grey),
        ]
    }

    private var evidence: String {
        var table = Table()
        for evidence in answer.evidence {
            let effect = evidence.next.map { "\(evidence.level.rawValue) → \($0)" } ?? evidence.level.rawValue
            table.add([
                .init(evidence.commit?.short ?? evidence.kind.rawValue, .grey), .init(evidence.rule.rawValue),
                .init(effect, evidence.level > .none ? .green : nil), .init(evidence.text),
            ])
        }
        return table.text(style, indent: "  ", isCut: true)
    }

    /// Each code once, with its meaning and what it is about.
    private var lints: Table {
        var table = Table()
        var seen: Set<VersionLint> = []
        for lint in answer.lints where seen.insert(lint.code).inserted {
            let about = answer.lints.filter { $0.code == lint.code }.compactMap { $0.commit?.short ?? $0.tag }
            let places = about.prefix(3).joined(separator: ", ") + (about.count > 3 ? ", … (\(about.count))" : "")
            table.add([
                .init(lint.code.rawValue, lint.code.isError ? .red : .yellow), .init(places, .grey),
                .init(lint.code.meaning),
            ])
        }
        return table
    }

    private var nearMisses: Table {
        var table = Table()
        for miss in answer.nearMisses.prefix(Self.limit) {
            let edit =
                switch miss.kind {
                case .title: "as"
                case .footer: "with"
                case .removal: "without"
                }
            table.add([.init(miss.commit.short, .grey), .init("would make \(miss.next) \(edit) `\(miss.edit)`")])
        }
        let more = answer.nearMisses.count - Self.limit
        if more > 0 { table.add([.init(""), .init("and \(more) more: --json has them all")]) }
        return table
    }

    private var files: Table {
        var table = Table()
        for file in answer.files ?? [] {
            let place = "\(file.path)" + (file.line.map { ":\($0)" } ?? "")
            if let message = file.message {
                let text = message.hasPrefix("\(place): ") ? String(message.dropFirst(place.count + 2)) : message
                table.add([.init(place), .init(text, .red)])
            } else {
                let states = file.states.map { "states \($0)" } ?? "states no version of its own"
                table.add([.init(place), .init(states, .grey)])
            }
        }
        return table
    }
}
