import Driver
import Pipeline

/// What the tags of a repository come to, and what is proposed.
struct AdoptionText {
    let answer: AdoptionAnswer
    let style: Style

    /// What is told of one kind at most, before the rest is counted.
    private static let limit = 20

    /// What was found and is proposed; nothing was written.
    var text: String {
        let end =
            answer.tags.isEmpty && !answer.addsSection
            ? "nothing to write\n"
            : "nothing was written; to write it, and make the tags here: slipway version adopt --accept\n"
        return found + proposed + end
    }

    /// What was written of it.
    func text(of adopted: Adopted) -> String {
        var text = found
        if !answer.byHand.isEmpty { text += byHand }
        if let file = adopted.written { text += "wrote \(file.printable); look at it, and commit it\n" }
        for tag in adopted.tags { text += "made the tag \(tag.printable)\n" }
        if let push = adopted.push {
            text += "nothing was pushed; to push them: \(push.printable)\n"
        } else if !adopted.tags.isEmpty {
            text += "this clone has no remote to push them to\n"
        }
        return adopted.written == nil && adopted.tags.isEmpty ? text + "nothing to write\n" : text
    }

    // MARK: - Found

    private var found: String {
        var text = services + "\(answer.policy.reason)\n"
        text += section("fits nothing", answer.proposal.unfit.map { [$0.tag, $0.reason] })
        text += section(
            "claimed by several",
            answer.proposal.contested.map { [$0.tag, $0.services.map(\.text).joined(separator: ", ")] })
        return text
    }

    private var services: String {
        var table = Table()
        for service in answer.proposal.services {
            let schemes = service.schemes.map { "\($0.template) (\($0.tags))" }.joined(separator: ", ")
            let start =
                service.baseline.map { "\($0.version) at \($0.commit.short), tagged \($0.tag)" }
                ?? "begins with \(service.initial.map { "\($0)" } ?? "")"
            let notes = service.notes.isEmpty ? [] : [Table.Cell(service.notes.joined(separator: "; "), .grey)]
            table.add([.init(service.name.text), .init(schemes.isEmpty ? "no tags" : schemes), .init(start)] + notes)
        }
        return table.text(style)
    }

    private func section(_ title: String, _ rows: [[String]]) -> String {
        guard !rows.isEmpty else { return "" }
        var table = Table()
        for row in rows.prefix(Self.limit) { table.add(row.map { .init($0) }) }
        let more = rows.count - Self.limit
        if more > 0 { table.add([.init("and \(more) more: --json has them all")]) }
        return "\(title)\n" + table.text(style, indent: "  ")
    }

    // MARK: - Proposed

    private var proposed: String {
        var text = "\n"
        if answer.addsSection {
            text += lines(of: answer.yaml) + "\n"
        }
        if !answer.byHand.isEmpty { text += byHand + "\n" }
        let tags = answer.tags.map { [$0.proposedTag, "\($0.commit.short)", "\($0.version), as \($0.tag)"] }
        return text + section("baseline tags", tags) + (tags.isEmpty ? "" : "\n")
    }

    private var byHand: String {
        answer.byHand.map { change in
            let file = answer.configuration ?? ConfigurationFile.standardName
            return "\(file):\(change.line): add under \(change.section):".printable + "\n"
                + lines(of: change.yaml)
        }.joined()
    }

    private func lines(of yaml: String) -> String {
        yaml.split(separator: "\n").map { String($0).printable + "\n" }.joined()
    }
}
