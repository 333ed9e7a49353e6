import ArgumentParser
import Driver
import Pipeline

/// What ledgers hold, from all places, with where each of it is.
struct RecordListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List records, waivers and deployments of all places, the newest first.",
        discussion: """
            Every place that slipway.yaml names under ledger: is asked, or the folder that --repo names when that is a ledger \
            itself. What several places have is listed once. Under "worth" stands for whom a record speaks, no more than its \
            signatures are worth by the configured trust file. What cannot be read is named; a place that cannot be \
            asked makes the list incomplete, and ends it with 75.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var wanted: LedgerQueryOptions

    func run() async throws {
        let (query, image) = try wanted.query([.record], in: common.request)
        var request = common.request
        request.limits.isOffline = wanted.offline
        let listing = try await request.look(for: query, of: image)
        for text in listing.damaged { Console.story("slipway: \(text.printable)") }
        if common.json {
            try Console.answer(JSON.array(listing.rows.map { try $0.json }).prettyText)
        } else {
            let showsKind = query.kinds != [.record]
            try Console.answer(LedgerText(rows: listing.rows, showsKind: showsKind, style: common.style).text)
        }
        try listing.endUnlessWhole()
    }
}

extension LedgerListing {
    /// Ends the command when a place could not be asked: half an answer must not look like a whole one.
    func endUnlessWhole() throws {
        guard !unreachable.isEmpty else { return }
        for text in unreachable { Console.error("not asked: \(text.printable)") }
        throw Exit.environment.thrown
    }
}

/// Statements as a table.
struct LedgerText {
    let rows: [LedgerListing.Row]
    let showsKind: Bool
    let style: Style

    var text: String {
        var table = Table()
        for row in rows {
            let head: [Table.Cell] = [
                .init(String(row.content.id.prefix(8)), .grey), .init("\(row.content.at)"),
            ]
            let kind: [Table.Cell] = showsKind ? [.init(row.content.kind.rawValue)] : []
            let tail: [Table.Cell] = [.init(row.places.joined(separator: ", "), .grey)]
            table.add(head + kind + [.init(row.content.service.text)] + cells(row) + tail)
        }
        return table.text(style)
    }

    private func cells(_ row: LedgerListing.Row) -> [Table.Cell] {
        switch row.content {
        case .record(let record):
            [
                .init(record.verdict.state.rawValue, record.verdict.state.colour), .init(record.source.commit.short),
                .init(record.version.map { "\($0.builtAs)" } ?? ""),
                .init(record.images.map(\.digest.short).joined(separator: " ")),
                .init(row.worth.rawValue),
            ]
        case .waiver(let waiver):
            [
                .init(waiver.items.map(\.rawValue).joined(separator: ", ")), .init(waiver.environment),
                .init(waiver.approver.id), .init(waiver.image.short), .init("until \(waiver.expires)"),
            ]
        case .deployment(let deployment):
            [
                .init(deployment.intent.rawValue), .init(deployment.environment), .init(deployment.by),
                .init(deployment.to.image.short), .init(deployment.to.version.map { "\($0)" } ?? ""),
            ]
        }
    }
}
