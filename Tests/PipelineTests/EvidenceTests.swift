import Signing
import Testing

@testable import Pipeline

struct TestNameTests {
    @Test(arguments: [
        ("adds(Thing@1a2b3c4d)", "adds(Thing@<address>)"),
        ("[Ljava.lang.String;@6d06d69c", "[Ljava.lang.String;@<address>"),
        ("<function f at 0x7ffe12345678>", "<function f at <address>>"), ("user@example.org", "user@example.org"),
        ("f(0xff)", "f(0xff)"), ("0b5e6f1c-9c1e-4f0b-8a53-4d0b3d1d2c3e", "<uuid>"),
        ("key[0B5E6F1C-9C1E-4F0B-8A53-4D0B3D1D2C3E]", "key[<uuid>]"),
        ("0b5e6f1c-9c1e-4f0b-8a53-4d0b3d1d2c3e9", "0b5e6f1c-9c1e-4f0b-8a53-4d0b3d1d2c3e9"),
        ("at 2026-01-31T10:11:12.345Z", "at <time>"), ("at 2026-01-31 10:11", "at <time>"),
        ("at 2026-01-31T10:11:12+01:00 and 2026-02-01T00:00Z", "at <time> and <time>"),
        ("on 2026-01-31", "on 2026-01-31"), ("run_1769854272", "run_<epoch>"), ("t[1769854272123]", "t[<epoch>]"),
        ("isbn 9783161484100", "isbn 9783161484100"), ("1234567890", "1234567890"), ("v1769854272", "v1769854272"),
        ("reads /tmp/abc123/in.txt", "reads <tmp>/in.txt"), ("reads(/tmp/tmpx7_3k)", "reads(<tmp>)"),
        ("/var/folders/zz/q1/T/x.json:3", "<tmp>/x.json:3"), ("/opt/tmp/a.txt", "/opt/tmp/a.txt"),
        ("http://localhost:54321/a", "http://localhost:<port>/a"), ("127.0.0.1:8080", "127.0.0.1:<port>"),
        ("example.org:54321", "example.org:54321"), ("adds 1 and 2", "adds 1 and 2"), ("", ""),
        ("größe @ß", "größe @ß"),
    ])
    func `what is another in every run has one word`(name: String, expected: String) {
        #expect(TestName.normal(name) == expected)
        #expect(TestName.normal(expected) == expected)
    }

    @Test func `what has nothing of the kind is not written anew`() {
        #expect(TestName.normal(Array("adds(1, 2)".utf8)) == nil)
    }
}

struct ReportTimeTests {
    @Test(arguments: [
        ("0.5", 500_000), ("12", 12_000_000), (".25", 250_000), ("1,234.5", 1_234_500_000), ("0,12", 120_000),
        ("1.234,5", 1_234_500_000), ("1,234,567.25", 1_234_567_250_000), ("12.3s", 12_300_000), ("250ms", 250_000),
        ("4.2e-05", 42), (" 1 ", 1_000_000), ("0.0000004", 0), ("0", 0),
    ])
    func `seconds in every notation`(text: String, expected: Int64) {
        #expect(ReportTime.microseconds(Array(text.utf8)) == expected)
    }

    @Test(arguments: [
        "", "NaN", "nan", "inf", "-inf", "Infinity", "-1", "-0.5", "1e400", "99999999999", "9999999999999999999999",
        "one",
        "0x10", ".", ",", "1:02", String(repeating: "9", count: 1000),
    ])
    func `what is no time is none`(text: String) {
        #expect(ReportTime.microseconds(Array(text.utf8)) == nil)
    }
}

struct SourcePlaceTests {
    private func place(_ lines: String..., suite: String = "demo.A") -> String? {
        var place = SourcePlace()
        for line in lines { place.read(line[...], suite: suite) }
        return place.text
    }

    @Test func `the place where a test failed is found in what it says`() {
        #expect(place("x", "  a_test.go:12: want 1") == "a_test.go:12")
        #expect(place("tests/test_a.py:3: in helper", "tests/test_a.py:9: AssertionError") == "tests/test_a.py:9")
        #expect(
            place("at org.junit.Assert.fail(Assert.java:89)", "\tat demo.A.t(A.java:9)", "at demo.A.u(A.java:5)")
                == "A.java:9")
        #expect(
            place("    at Object.<anonymous> (C:\\w\\a.test.js:9:5)", "at Test.run (node:internal/x:7:8)")
                == "C:\\w\\a.test.js:9")
        #expect(place("at file:///src/a.test.mjs:3:30") == "/src/a.test.mjs:3")
        #expect(place("/src/gt.cc:3") == "/src/gt.cc:3")
    }

    @Test func `what only looks like one is none`() {
        #expect(place("example.org:80: refused", "12:30: late", "Error: no.such.thing", "at demo.B.t(B.java:9)") == nil)
        #expect(place("at fail (/src/node_modules/x/y.js:1:1)") == nil)
    }

    @Test func `what the report states is good until something better comes`() {
        var place = SourcePlace()
        place.state(file: "a.py", line: 3)
        #expect(place.text == "a.py:3")
        place.read("a.py:9: AssertionError", suite: "")
        #expect(place.text == "a.py:9")
    }
}

struct TestCasesTests {
    private static func report(_ cases: TestCases, runnerPassed: Bool = true) -> TestReport {
        TestReport(kind: .reports, cases: cases, runnerPassed: runnerPassed, problems: [], hash: Digest.sha256)
    }

    private static func cases(_ names: [String], suite: String = "s", _ outcome: TestCase.Outcome = .passed)
        -> TestCases
    {
        names.reduce(into: TestCases()) {
            $0.add(TestCase(id: .init(suite: suite, name: $1), outcome: outcome))
        }
    }

    /// SipHash-2-4-128 of nothing and of 15 bytes, with a key of zeros: as an independent implementation gives them.
    @Test func `an identity is what the algorithm says`() {
        func hex(_ bytes: [UInt8]) -> String {
            var found: [UInt8] = []
            TestIdentity(bytes).append(to: &found)
            return found.hexadecimal
        }
        #expect(hex([]) == "7de0a38047d74950f4f2ced447ab0242")
        #expect(hex(Array("adds two and two".utf8)) == "928e3b9b0571f491b16a68ea1c980ded")
    }

    @Test func `the digest of names depends on no order and no outcome`() {
        let one = Self.report(Self.cases(["a", "b", "c"]))
        #expect(one.namesDigest == Self.report(Self.cases(["c", "a", "b"], .failed)).namesDigest)
        #expect(one.namesDigest != Self.report(Self.cases(["a", "b"])).namesDigest)
        #expect(one.namesDigest == Self.report(Self.cases(["a", "b", "c", "a"])).namesDigest)
        // The point between suite and name is no part of either.
        let left = Self.report(Self.cases(["c"], suite: "a.b"))
        #expect(left.namesDigest != Self.report(Self.cases(["b.c"], suite: "a")).namesDigest)
    }

    @Test func `names of one run are the same in the next`() {
        let one = Self.cases(["t(X@1a2b3c4d)", "t(X@2b3c4d5e)"])
        let two = Self.cases(["t(X@6f7a8b9c)", "t(X@7a8b9c0d)"])
        #expect(Self.report(one).namesDigest == Self.report(two).namesDigest)
        #expect(one.sortedNames == ["s.t(X@<address>)", "s.t(X@<address>) #2"])
        #expect(Self.report(one).totals.executed == 2)
    }

    @Test func `in any order of reports the sum is the same`() {
        let parts = [
            Self.cases(["a", "b"], .failed), Self.cases(["b", "c"]), Self.cases(["d"], suite: "other", .skipped),
            Self.cases((0..<50).map { "t\($0)" }, suite: "more"),
        ]
        let sums = [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]].map { order in
            Self.report(order.reduce(into: TestCases()) { $0.add(parts[$1]) })
        }
        #expect(sums[0] == sums[1])
        #expect(sums[0] == sums[2])
        #expect(sums[0].failing.map(\.id) == ["s.a", "s.b"])
    }

    @Test func `beyond a bound names are counted and not kept`() {
        let name = String(repeating: "long ", count: 100_000)
        var cases = Self.cases((0..<40).map { "\(name)\($0)" })
        #expect(cases.sortedNames == nil)
        cases.add(TestCase(id: .init(suite: "s", name: "fails"), outcome: .failed, message: "no"))
        let report = Self.report(cases)
        #expect(report.totals.executed == 41)
        #expect(report.failing.map(\.id) == ["s.fails"])
    }

    @Test func `one name that fails for ever crowds out no other`() {
        var cases = TestCases()
        for _ in 0..<50_000 { cases.add(TestCase(id: .init(suite: "z", name: "same"), outcome: .failed)) }
        cases.add(TestCase(id: .init(suite: "a", name: "other"), outcome: .failed))
        #expect(Self.report(cases, runnerPassed: false).failing.map(\.id) == ["a.other", "z.same"])
    }

    @Test func `a report is its JSON`() throws {
        var cases = Self.cases(["t"], .failed)
        var timed = TestCase(id: .init(suite: "s", name: "u"), outcome: .failed, message: "no")
        (timed.place, timed.time) = ("/home/ada/src/a_test.go:12", 1_500_400)
        cases.add(timed)
        cases.shortenPlaces(below: "/home/ada/src")
        let report = Self.report(cases, runnerPassed: false).adding(
            coverage: [Coverage(.lcov, lines: .init(covered: 1, total: 2))],
            findings: [ToolFindings(tool: "ruff", ran: true, warnings: 2)], notes: ["x.json: has no counts of lines"])
        #expect(report.failing.last?.at == "a_test.go:12")
        #expect(report.suites.map(\.caseMs) == [1500])
        let json = try JSON(encoding: report)
        #expect(try TestReport(json: json) == report)
        #expect(json["coverage"]?.array?.first?["lines"]?["covered"] != nil)
        // A record says the same in every run that is the same.
        let recorded = report.withoutMessages
        #expect(recorded.failing.allSatisfy { $0.at == nil && $0.message == nil })
        #expect(recorded.suites.allSatisfy { $0.caseMs == nil })
        #expect(recorded.coverage == report.coverage)
        #expect(recorded.findings == report.findings)
    }

    @Test func `where nothing new is to be said, the JSON is as it was`() throws {
        let json = try JSON(encoding: Self.report(Self.cases(["t"])))
        #expect(
            json.object?.keys.sorted() == ["failing", "flaky", "kind", "namesDigest", "problems", "suites", "totals"])
        #expect(json["suites"]?.array?.first?.object?.keys.sorted() == ["name", "totals"])
    }
}
