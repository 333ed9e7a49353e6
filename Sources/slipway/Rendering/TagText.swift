import Pipeline

/// What verification of tags found, as people read it.
struct TagAuditText {
    let audits: TagAudits
    /// Whether what is as it should be goes without saying.
    let isBrief: Bool
    let style: Style

    var text: String {
        guard !audits.repositories.isEmpty else { return "no record says that an image was pushed\n" }
        return audits.repositories.map(text).joined()
    }

    private func text(_ audit: TagAudit) -> String {
        var table = Table()
        for finding in audit.findings where !isBrief || !finding.state.isGood {
            table.add([
                .init(finding.state.rawValue, finding.state.isGood ? .green : .red), .init(finding.tag),
                .init(finding.digest.map(\.short) ?? ""), .init(sentence(finding)),
            ])
        }
        let bad = audit.findings.count { !$0.state.isGood }
        let verdict = bad == 0 ? "all as recorded" : "\(bad) not as recorded"
        return "\(audit.repository): \(audit.findings.count) tags, \(verdict)\n" + table.text(style, indent: "  ")
    }

    private func sentence(_ finding: TagAudit.Finding) -> String {
        let record = finding.record.map { "record \($0.prefix(8))" } ?? "no record"
        switch finding.state {
        case .recorded: return record
        case .known: return "\(record) knows the image by other tags"
        case .floating: return "on an image of \(record)"
        case .moved: return "\(record) says \(finding.recorded?.short ?? "another")"
        case .unrecorded where finding.record != nil: return "nobody released it so; \(record) knows the image"
        case .unrecorded: return "no record knows it: pushed by hand, or by others"
        case .missing: return "\(record) says \(finding.recorded?.short ?? "")"
        case .unserved: return "the registry names it, and does not serve all of it"
        }
    }
}

/// What became of promotions, as people read it.
struct ImagePromotionText {
    let promotion: ImagePromotion
    let style: Style

    var text: String {
        promotion.images.map { image in
            let place = image.destination.printable
            switch image.state {
            case .promoted:
                let before = image.before.map { ", before \($0.short)" } ?? ""
                let sent = image.sent > 0 ? ", \(ImageInspectionText.size(image.sent)) sent" : ""
                return "\(style.text("promoted", .green))  \(place) is \(image.digest.short)\(before)\(sent)\n"
            case .already:
                return "\(style.text("already published", .grey))  \(place) is \(image.digest.short)\n"
            case .refused:
                return "\(style.text("refused", .red))  \((image.reason ?? "").printable)\n"
            }
        }.joined()
    }
}

/// What a deletion takes with it, as people read it.
struct ImageDeletionText {
    let deletion: ImageDeletion
    let style: Style

    var text: String {
        let image = "\(deletion.repository)@\(deletion.digest)".printable
        let tags =
            deletion.tags.isEmpty ? "it has no tag" : "its tags: \(deletion.tags.joined(separator: ", ").printable)"
        switch deletion.state {
        case .planned: return "would delete  \(image)\n  \(tags)\n  --yes does it\n"
        case .deleted: return "\(style.text("deleted", .yellow))  \(image)\n  \(tags)\n"
        case .refused: return "\(style.text("refused", .red))  \(image): \(deletion.reason ?? "")\n  \(tags)\n"
        }
    }
}
