import Pipeline

/// Tests with two answers for one key, as a table.
struct FlakyText {
    let flakiness: Flakiness
    let style: Style

    var text: String {
        guard flakiness.records > 0 else {
            return "nothing is recorded here yet: slipway run records what it tests\n"
        }
        guard !flakiness.tests.isEmpty else {
            return "no test gave two answers for one key, in \(flakiness.records) records\n"
        }
        var table = Table()
        table.add(
            ["service", "test", "rate", "first seen", "", "last seen", "", "since then"].map { .init($0, .grey) })
        for entry in flakiness.tests {
            table.add([
                .init(entry.service.text), .init(entry.test ?? "(the run as a whole)", .yellow), .init(entry.rate),
                .init("\("\(entry.firstSeen.at)".prefix(10))"), .init(entry.firstSeen.commit.short, .grey),
                .init("\("\(entry.lastSeen.at)".prefix(10))"), .init(entry.lastSeen.commit.short, .grey),
                .init(entry.cleanRuns == 0 ? "no run" : "\(entry.cleanRuns) clean"),
            ])
        }
        let more = flakiness.tests.count == 1 ? "1 test" : "\(flakiness.tests.count) tests"
        return table.text(style) + "\n\(more) in \(flakiness.records) records; look at one: slipway record show "
            + "\(flakiness.tests[0].lastSeen.record.prefix(8))\n"
    }
}
