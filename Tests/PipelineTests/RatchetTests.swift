import Fixtures
import Signing
import Testing

@testable import Pipeline

struct RatchetTests {
    /// Names of tests; those with a minus before them were skipped.
    private static func side(_ names: String, kind: TestReport.Kind = .reports, named: Bool = true)
        -> TestComparison.Side
    {
        var cases = TestCases()
        for name in names.split(separator: " ") {
            let outcome: TestCase.Outcome = name.hasPrefix("-") ? .skipped : .passed
            cases.add(TestCase(id: .init(suite: "", name: String(name.drop { $0 == "-" })), outcome: outcome))
        }
        let report = TestReport(kind: kind, cases: cases, runnerPassed: true, problems: [], hash: Digest.sha256)
        return .init(report, named ? TestNames(cases, runnerPassed: true) : nil)
    }

    private static func compare(
        _ before: TestComparison.Side, _ now: TestComparison.Side, _ allowed: Ratchet = Ratchet()
    ) -> TestComparison? {
        TestComparison(of: now, since: before, record: "1b55bb68-aaaa", allowed: allowed)
    }

    @Test(arguments: [
        Row("the same tests", ("a b", "a b"), (0, 0)),
        Row("one more", ("a", "a b"), (0, 0)),
        Row("one less", ("a b", "a"), (1, 0)),
        Row("one is called otherwise: by name it is gone", ("a b", "a c"), (1, 0)),
        Row("one is skipped now", ("a b", "a -b"), (0, 1)),
        Row("one is run again", ("a -b", "a b"), (0, 0)),
        Row("another one is skipped instead", ("a -b", "-a b"), (0, 0)),
        Row("a new one that is skipped", ("a", "a -b"), (0, 1)),
        Row("a skipped one is gone", ("a -b", "a"), (1, 0)),
        Row("everything is gone", ("a b c", "d"), (3, 0)),
    ])
    private func `what vanished and what is skipped`(row: Row<(String, String), (Int, Int)>) throws {
        let comparison = try #require(Self.compare(Self.side(row.input.0), Self.side(row.input.1)))
        #expect(comparison.basis == .names)
        #expect(comparison.vanished == row.expected.0)
        #expect(comparison.grownSkips == row.expected.1)
        #expect(comparison.breaches.count == (row.expected.0 > 0 ? 1 : 0) + (row.expected.1 > 0 ? 1 : 0))
    }

    @Test func `without names the numbers are compared, and it says so`() throws {
        for (before, now) in [
            (Self.side("a b c", named: false), Self.side("a d")), (Self.side("a b c"), Self.side("a d", named: false)),
            (Self.side("a b c", kind: .output), Self.side("a d")),
        ] {
            let comparison = try #require(Self.compare(before, now))
            #expect((comparison.basis, comparison.vanished, comparison.vanishedTests) == (.counts, 1, nil))
            #expect(comparison.breaches.map(\.detail) == ["1 since record 1b55bb68, 0 allowed, by count"])
        }
    }

    @Test func `an exit code is nothing that tests can be compared with`() {
        let exit = TestComparison.Side(TestReport(exitCode: 0), nil)
        #expect(Self.compare(exit, Self.side("a")) == nil)
        // But tests that gave way to an exit code are gone.
        #expect(Self.compare(Self.side("a b c"), exit)?.vanished == 2)
    }

    @Test func `ten names are told, fifty are recorded`() throws {
        let names = (100..<170).map { "t\($0)" }.joined(separator: " ")
        let comparison = try #require(Self.compare(Self.side(names), Self.side("a")))
        #expect(comparison.vanishedTests?.count == 50)
        #expect(comparison.breaches.first?.code == .testsVanished)
        let detail = try #require(comparison.breaches.first?.detail)
        #expect(detail.hasPrefix("70 since record 1b55bb68, 0 allowed: t100, t101,"))
        #expect(detail.hasSuffix("t109, and 60 more"))
    }

    @Test func `what is allowed is no breach`() throws {
        let allowed = Ratchet(vanishedTests: 1, grownSkips: 1)
        let one = try #require(Self.compare(Self.side("a b"), Self.side("-a"), allowed))
        #expect(one.breaches.isEmpty)
        let two = try #require(Self.compare(Self.side("a b c d"), Self.side("-a -b"), allowed))
        #expect(two.breaches.map(\.code) == [.testsVanished, .skipsGrew])
    }

    // MARK: - Names

    @Test func `names survive their file, whatever is in them`() throws {
        var cases = TestCases()
        for name in ["plain", "two\nlines", "tab\t", "é", "- minus", "", "\u{202E}abc", "t[1, \"x\"]"] {
            cases.add(TestCase(id: .init(suite: "s", name: name), outcome: name == "é" ? .skipped : .failed))
        }
        let names = try #require(TestNames(cases, runnerPassed: true))
        #expect(names.all.count == 8)
        #expect(names.skipped == ["s.é"])
        #expect(TestNames(parsing: names.bytes) == names)
    }

    @Test(arguments: ["", "+ a", "a\n", "+ a\n\n", "* a\n", "+\n", "+ a\n- \u{FFFD}"])
    func `what is no file of names is none`(text: String) {
        #expect(TestNames(parsing: Array(text.utf8)) == nil)
    }

    @Test func `bytes that are no text are no names`() {
        #expect(TestNames(parsing: Array("+ ".utf8) + [0xFF, 0x0A]) == nil)
    }

    @Test func `the file is the same whatever came first`() throws {
        let names = ["b", "a", "c", "-d"]
        let one = Self.side(names.joined(separator: " ")).names
        let other = Self.side(names.reversed().joined(separator: " ")).names
        #expect(one?.bytes == other?.bytes)
        #expect(one.map { String(decoding: $0.bytes, as: UTF8.self) } == "+ a\n+ b\n+ c\n- d\n")
    }
}
