/// How many tests may vanish, and how many skips be added, from one passing record to the next.
public struct Ratchet: Equatable, Sendable, Codable {
    public var vanishedTests: Int
    public var grownSkips: Int

    public init(vanishedTests: Int = 0, grownSkips: Int = 0) {
        (self.vanishedTests, self.grownSkips) = (vanishedTests, grownSkips)
    }
}

/// What became of the tests of a service since its last passing record.
public struct TestComparison: Equatable, Sendable, Codable {
    /// The id of that record.
    public let record: String
    public let basis: Basis
    public let vanished: Int
    /// The first by name, where names are known; at most `listLimit`.
    public let vanishedTests: [String]?
    public let grownSkips: Int
    /// Tests that are skipped now and were not, by name; at most `listLimit`.
    public let newlySkipped: [String]?
    public let allowed: Ratchet

    public static let listLimit = 50
    private static let toldLimit = 10

    public enum Basis: String, Codable, Sendable {
        case names
        /// Names of one of the two are not known: only how many there are is compared.
        case counts
    }

    /// The tests of one run, by number and, where they are known, by name.
    public struct Side: Sendable {
        let report: TestReport
        let names: TestNames?

        public init(_ report: TestReport, _ names: TestNames?) {
            (self.report, self.names) = (report, names)
        }

        fileprivate var count: Int { report.totals.executed + report.totals.skipped }
    }

    /// Nil where nothing can be compared: an exit code names and counts no tests.
    public init?(of now: Side, since before: Side, record: String, allowed: Ratchet) {
        guard before.report.kind != .exitCode else { return nil }
        (self.record, self.allowed) = (record, allowed)
        grownSkips = max(0, now.report.totals.skipped - before.report.totals.skipped)
        // What counts tests otherwise names them otherwise.
        guard now.report.kind == before.report.kind, let old = before.names, let new = now.names else {
            basis = .counts
            vanished = max(0, before.count - now.count)
            (vanishedTests, newlySkipped) = (nil, nil)
            return
        }
        basis = .names
        let gone = old.all.subtracting(new.all).sorted(by: TestNames.precedes)
        vanished = gone.count
        vanishedTests = gone.isEmpty ? nil : Array(gone.prefix(Self.listLimit))
        let skipped = new.skipped.subtracting(old.skipped).sorted(by: TestNames.precedes)
        newlySkipped = skipped.isEmpty || grownSkips == 0 ? nil : Array(skipped.prefix(Self.listLimit))
    }

    /// What goes beyond what is allowed.
    var breaches: [Verdict.Reason] {
        var reasons: [Verdict.Reason] = []
        if vanished > allowed.vanishedTests {
            reasons.append(.init(.testsVanished, detail(vanished, allowed.vanishedTests, vanishedTests)))
        }
        if grownSkips > allowed.grownSkips {
            reasons.append(.init(.skipsGrew, detail(grownSkips, allowed.grownSkips, newlySkipped)))
        }
        return reasons
    }

    private func detail(_ count: Int, _ allowed: Int, _ names: [String]?) -> String {
        let told = (names ?? []).prefix(Self.toldLimit)
        let more = (names ?? []).isEmpty || count <= told.count ? "" : ", and \(count - told.count) more"
        let list = told.isEmpty ? ", by count" : ": \(told.joined(separator: ", "))\(more)"
        return "\(count) since record \(record.prefix(8)), \(allowed) allowed\(list)"
    }
}
