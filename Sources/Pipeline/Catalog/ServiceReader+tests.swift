extension ServiceReader {
    /// What the service demands of its tests beyond that they pass.
    func demands(of recipe: Service.Recipe, in reader: inout CatalogReader) -> TestDemands {
        var demands = TestDemands()
        demands.suites = entry.test?.suites ?? []
        if !demands.suites.isEmpty, recipe.evidence == .exitCode {
            let problem = "service \"\(name)\": an exit code names no suites"
            reader.report(place("test", in: reader), problem, hint: "let its tests report, or remove suites:")
        }
        demands.quarantine = quarantine(in: &reader)
        demands.retries = entry.retries ?? 0
        demands.ratchet = Ratchet(
            vanishedTests: entry.ratchets?.vanishedTests ?? ratchets?.vanishedTests ?? 0,
            grownSkips: entry.ratchets?.grownSkips ?? ratchets?.grownSkips ?? 0)
        return demands
    }

    /// A quarantine that nobody owns, that is not tracked or that never ends is a test that was given up.
    private func quarantine(in reader: inout CatalogReader) -> [Quarantine] {
        guard let entries = entry.quarantine else { return [] }
        return entries.enumerated().compactMap { index, entry in
            let line = line(ofQuarantine: index, in: reader)
            func stated(_ member: String, _ text: String?) -> String? {
                if let text, text.utf8.contains(where: { $0 > 0x20 }) { return text }
                let problem =
                    "service \"\(name)\": a quarantine needs test, owner, ticket and expires; \(member) is missing"
                let hint = "{test: InvoiceTests.slow, owner: team-a, ticket: PAY-12, expires: 2027-01-31}"
                reader.report(line, problem, hint: hint)
                return nil
            }
            let test = stated("test", entry.test)
            let owner = stated("owner", entry.owner)
            let ticket = stated("ticket", entry.ticket)
            let day = stated("expires", entry.expires.map { "\($0)" })
            if let test, Wildcard(test).takesAll {
                let problem = "service \"\(name)\": \"\(test)\" would put every test in quarantine"
                reader.report(line, problem, hint: "name the tests; test: false declares a service test-less")
            }
            guard let test, let owner, let ticket, day != nil, let expires = entry.expires else { return nil }
            return Quarantine(test: test, owner: owner, ticket: ticket, expires: expires)
        }
    }

    private func line(ofQuarantine index: Int, in reader: CatalogReader) -> Int {
        guard case .list(let entries)? = reader.document["services"]?[name.text]?["quarantine"]?.content,
            index < entries.count
        else { return place("quarantine", in: reader) }
        return entries[index].line
    }
}
