import ArgumentParser
import Driver
import Pipeline

/// How the exceptions of a ledger stand.
struct WaiversCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waivers",
        abstract: "List waivers with how they stand, and what each service still owes for them.",
        discussion: """
            Open, not yet valid, used up, or expired; and whether the follow-up is due, overdue or done. It is done when \
            another image runs in that environment, or when the waiver was over before it let anything pass. An overdue one \
            keeps the service from getting the next waiver. Uses are counted from the decisions in the ledger folder.
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Ask no registry.")
    var offline = false

    @Flag(help: "Only those that are open, or not made good.")
    var open = false

    @Argument(help: ArgumentHelp("Only those of this service.", valueName: "service"))
    var service: String?

    func run() async throws {
        var request = common.request
        request.limits.isOffline = offline
        let (list, listing) = try await request.waivers(of: try service.map(LedgerQueryOptions.service))
        for text in listing.damaged { Console.story("slipway: \(text.printable)") }
        if common.json {
            try Console.answer(JSON(encoding: list).prettyText)
        } else {
            try Console.answer(WaiversText(list: list, isOpenOnly: open, style: common.style).text)
        }
        try listing.endUnlessWhole()
    }
}

/// Waivers as a table, and a line for each service.
struct WaiversText {
    let list: WaiverList
    let isOpenOnly: Bool
    let style: Style

    var text: String {
        guard !list.waivers.isEmpty else { return "nobody has waived anything here\n" }
        var table = Table()
        for row in list.waivers where !isOpenOnly || row.isOwed {
            let waiver = row.waiver
            table.add([
                .init(String(waiver.id.prefix(8)), .grey), .init(row.state.words, row.state.colour),
                .init(waiver.service.text), .init(waiver.image.short), .init(waiver.environment),
                .init(waiver.items.map(\.rawValue).joined(separator: ", ")),
                .init("\(waiver.approver.id) (\(waiver.approver.role))"),
                .init("\(row.used) of \(waiver.uses) used"), .init("until \(waiver.expires)"),
                .init(followUp(row), row.followUp == .overdue ? .red : nil),
            ])
        }
        let debts = list.debts.filter { $0.owed > 0 }.map { debt in
            let overdue = debt.overdue > 0 ? ", \(debt.overdue) overdue" : ""
            let since = debt.since.map { ", since \($0)" } ?? ""
            return "\(debt.service): \(debt.owed) to make good\(overdue)\(since); \(debt.waivers) in all\n"
        }
        return table.text(style) + (debts.isEmpty ? "" : "\n" + debts.joined())
    }

    private func followUp(_ row: WaiverList.Row) -> String {
        guard let state = row.followUp, let who = row.waiver.followUp else { return "" }
        switch state {
        case .due: return "\(who.by) follows up by \(who.due)"
        case .overdue: return "follow-up overdue: \(who.by), \(who.due)"
        case .done: return "followed up"
        }
    }
}

extension WaiverList.State {
    var words: String { rawValue.replacing("-", with: " ") }

    var colour: Style.Colour? {
        switch self {
        case .open: .yellow
        case .notYet: nil
        case .usedUp, .expired: .grey
        }
    }
}
