import Foundation
import Pipeline
import Testing

@testable import Reports

struct JUnitTests {
    static func read(_ text: String, chunk: Int = 1 << 16) -> (cases: [TestCase], problem: TestReport.Problem?) {
        let reader = JUnitReader()
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            reader.feed(rest.prefix(chunk))
            rest = rest.dropFirst(chunk)
        }
        return reader.finish()
    }

    static func summary(_ cases: [TestCase]) -> [String] { cases.map { "\($0.id): \($0.outcome)" } }

    /// Reports as the real runners wrote them, with what they say.
    static let recorded: [(String, [String])] = [
        (
            "pytest.xml",
            [
                "tests.test_sample.test_passes: passed", "tests.test_sample.test_fails: failed",
                "tests.test_sample.test_skips: skipped",
                "tests.test_sample.test_errors: errored", "tests.test_sample.test_xfails: skipped",
            ]
        ),
        ("node.xml", ["test.passes: passed", "test.fails: failed", "test.skips: skipped"]),
        (
            "surefire.xml",
            [
                "com.example.SampleTest.passes: passed", "com.example.SampleTest.fails: failed",
                "com.example.SampleTest.throwsUp: errored", "com.example.SampleTest.skips: skipped",
            ]
        ),
        ("surefire-flaky.xml", ["com.example.FlakyTest.settles: flaky", "com.example.FlakyTest.never: failed"]),
        (
            "gradle.xml",
            ["demo.SampleTest.passes(): passed", "demo.SampleTest.fails(): failed", "demo.SampleTest.skips(): skipped"]
        ),
        (
            "swift-xctest.xml",
            [
                "DemoTests.DemoTests.testFails: failed", "DemoTests.DemoTests.testPasses: passed",
                // A skip that SwiftPM reports as a pass.
                "DemoTests.DemoTests.testSkips: passed",
            ]
        ),
        (
            "swift-testing.xml",
            [
                "DemoTests.parameterised(n:): passed", "DemoTests.passes(): passed", "DemoTests.skips(): skipped",
                "DemoTests.fails(): failed",
            ]
        ),
        ("jest.xml", ["adds numbers.adds 1 + 2: passed", "adds numbers.fails: failed"]),
    ]

    @Test(arguments: recorded)
    func `reports of real runners`(file: String, expected: [String]) throws {
        let url = try #require(Bundle.module.url(forResource: file, withExtension: nil, subdirectory: "Reports"))
        let text = try String(contentsOf: url, encoding: .utf8)
        let (cases, problem) = Self.read(text)
        #expect(problem == nil)
        #expect(Self.summary(cases).sorted() == expected.sorted())
        // In pieces of any size the same.
        #expect(Self.read(text, chunk: 7).cases == cases)
    }

    @Test(arguments: [
        ("nothing", "", TestReport.Problem.Code.unreadable), ("no XML", "all tests passed\n", .unreadable),
        ("cut in a tag", "<testsuites><testsuite name=\"a\"><testcase na", .unreadable),
        ("cut between tags", "<testsuites><testsuite name=\"a\"><testcase name=\"t\"/>", .unreadable),
        ("only a root that is open", "<testsuites>", .unreadable),
        ("another root", "<html><body/></html>", .unreadable),
        ("a DOCTYPE", "<!DOCTYPE x><testsuites/>", .unreadable),
        (
            "an external entity",
            "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><testsuites>&e;</testsuites>", .unreadable
        ),
        (
            "a suite that counts failures and shows none", #"<testsuite name="s" tests="1" failures="1"></testsuite>"#,
            .contradictory
        ),
        ("a suite that was cut", #"<testsuite name="s" tests="50"><testcase name="t"/></testsuite>"#, .contradictory),
        (
            "a root that counts failures and shows none",
            #"<testsuites failures="2" errors="1"><testsuite name="s"><testcase name="t"/></testsuite></testsuites>"#,
            .contradictory
        ),
        ("a failure outside of a test", #"<testsuite name="s"><error message="no"/></testsuite>"#, .contradictory),
    ])
    func `reports that cannot be believed`(name: String, text: String, code: TestReport.Problem.Code) {
        #expect(Self.read(text).problem?.code == code, "\(name)")
    }

    @Test func `billions of laughs are over after the first`() {
        let entities = (1...9).map { "<!ENTITY l\($0) \"\(String(repeating: "&l\($0 - 1);", count: 10))\">" }.joined()
        let text = "<!DOCTYPE x [<!ENTITY l0 \"ha\">\(entities)]><testsuites>&l9;</testsuites>"
        #expect(Self.read(text).problem?.detail == "has a DOCTYPE, which a test report never needs")
    }

    @Test func `nesting without end is refused`() {
        let text = String(repeating: "<testsuite name=\"s\">", count: 100_000)
        #expect(Self.read(text).problem?.detail == "is nested deeper than 64")
    }

    @Test func `control characters, which XML forbids and runners write, are dropped`() {
        let text =
            "<testsuite name=\"s\"><testcase name=\"t&#x1B;[31m\"><failure message=\"a&#0;b\">\u{1}x</failure></testcase></testsuite>"
        let (cases, problem) = Self.read(text)
        #expect(problem == nil)
        #expect(cases.map(\.outcome) == [.failed])
    }

    @Test func `a failure wins over a skip in one case`() {
        let text =
            #"<testsuite name="s"><testcase name="t"><skipped/><failure/></testcase><testcase name="u"><failure/><skipped/></testcase></testsuite>"#
        #expect(Self.read(text).cases.map(\.outcome) == [.failed, .failed])
    }

    @Test func `a failure may be an attribute only`() {
        let text =
            #"<testsuite name="s"><testcase name="t" status="failed"/><testcase name="u" result="error"/><testcase name="v" status="disabled"/><testcase name="w" status="timeout"/><testcase name="x" status="run" result="completed"/></testsuite>"#
        #expect(Self.read(text).cases.map(\.outcome) == [.failed, .errored, .skipped, .errored, .passed])
    }

    @Test func `two of a name are attempts in one suite, and two tests in two`() {
        func outcome(_ text: String) -> (worst: TestCase.Outcome?, last: TestCase.Outcome?) {
            let reader = JUnitReader()
            reader.feed(Array(text.utf8)[...])
            _ = reader.finish()
            let known = reader.united.attempts.values.first
            return (known?.worst, known?.last)
        }
        let red = #"<testcase classname="c" name="t"><failure/></testcase>"#
        let green = #"<testcase classname="c" name="t"/>"#
        #expect(outcome("<testsuite>\(red)\(green)</testsuite>") == (.failed, .passed))
        let two = "<testsuites><testsuite>\(red)</testsuite><testsuite>\(green)</testsuite></testsuites>"
        #expect(outcome(two) == (.failed, .failed))
    }

    @Test func `counts beyond all bounds end nothing`() {
        let text =
            #"<testsuite name="s" tests="9223372036854775807" failures="9223372036854775807" errors="9223372036854775807"><testcase name="t"/></testsuite>"#
        #expect(Self.read(text).problem?.code == .contradictory)
    }

    @Test func `a file is no test, unless it fails`() {
        let text =
            #"<testsuites><testcase name="/a/helper.js" classname="test"/><testcase name="/a/b.js" classname="test"><failure/></testcase></testsuites>"#
        #expect(Self.summary(Self.read(text).cases) == ["test./a/b.js: failed"])
    }

    @Test func `a message comes from the attribute, or the first line of the text`() {
        let text =
            #"<testsuite name="s"><testcase name="t"><failure message="one"/></testcase><testcase name="u"><failure>  two\nthree</failure></testcase></testsuite>"#
        #expect(Self.read(text.replacing("\\n", with: "\n")).cases.map(\.message) == ["one", "two"])
    }

    @Test func `suites may be nested, and name their cases when those do not`() {
        let text =
            #"<testsuites><testsuite name="outer"><testsuite name="inner"><testcase name="t"/></testsuite></testsuite></testsuites>"#
        #expect(Self.summary(Self.read(text).cases) == ["inner.t: passed"])
    }

    @Test func `what did not run is skipped, however it is said`() {
        let text =
            #"<testsuite name="s"><testcase name="a" status="notrun"/><testcase name="b" status="run" result="suppressed"/><testcase name="c"><disabled/></testcase></testsuite>"#
        #expect(Self.read(text).cases.map(\.outcome) == [.skipped, .skipped, .skipped])
    }

    @Test func `a hundred megabytes of output are passed over`() {
        let reader = JUnitReader()
        reader.feed(Array("<testsuite name=\"s\"><testcase name=\"t\"/><system-out>".utf8)[...])
        let line = Array(String(repeating: "x", count: 1 << 20).utf8)[...]
        for _ in 0..<100 { reader.feed(line) }
        reader.feed(Array("</system-out></testsuite>".utf8)[...])
        let (cases, problem) = reader.finish()
        #expect(problem == nil)
        #expect(cases.count == 1)
    }
}

struct OutputTests {
    private func read(_ dialect: Evidence.Dialect, _ text: String) -> (cases: [String], problem: String?) {
        var reader = OutputReader(dialect)
        reader.feed(Array(text.utf8)[...])
        let (cases, problem) = reader.finish()
        return (JUnitTests.summary(cases), problem?.detail)
    }

    @Test func `TAP`() {
        let text =
            "TAP version 13\n1..5\nok 1 - adds\nnot ok 2 - divides\n  # by zero\nok 3 - net # SKIP offline\nnot ok 4 # TODO later\n    ok 1 - a subtest\nok\n"
        let (cases, problem) = read(.tap, text)
        #expect(
            cases == [
                "tap.adds: passed", "tap.divides: failed", "tap.net: skipped", "tap.test 4: skipped",
                "tap.test 5: passed",
            ])
        #expect(problem == nil)
    }

    @Test(arguments: [
        ("ok 1 - a\n", "the output has TAP lines but no plan (1..n)"),
        ("1..3\nok 1 - a\n", "the TAP plan is 3 tests, the output shows 1"),
        ("1..2\nok 1\nBail out! no database\n", "Bail out! no database"),
    ])
    func `TAP that is not whole`(text: String, problem: String) {
        #expect(read(.tap, text).problem == problem)
    }

    @Test func `output without TAP has no tests, and that is all`() {
        #expect(read(.tap, "gcc -c x.c\nAll good!\n") == ([], nil))
    }

    @Test func `CTest`() {
        let text = """
            Test project /x/build
                Start 1: adds
            1/4 Test #1: adds .............................   Passed    0.00 sec
                Start 2: fails now
            2/4 Test #2: fails now ........................***Failed    0.01 sec
            3/4 Test #3: crashes ..........................***Exception: SegFault  0.12 sec
            4/4 Test #4: off ..............................***Not Run (Disabled)   0.00 sec

            33% tests passed, 2 tests failed out of 3

            """
        let (cases, problem) = read(.ctest, text)
        #expect(
            cases == ["ctest.adds: passed", "ctest.fails now: failed", "ctest.crashes: failed", "ctest.off: skipped"])
        #expect(problem == "CTest counts 3 tests, the output shows 4")
    }

    @Test func `CTest that was cut`() {
        #expect(
            read(.ctest, "1/2 Test #1: adds ....   Passed    0.00 sec\n").problem
                == "the output of CTest has no summary")
    }

    @Test func `cargo`() {
        let text = """
                 Running unittests src/lib.rs (target/debug/deps/demo-1)

            running 3 tests
            test tests::adds ... ok
            test tests::fails ... FAILED
            test tests::slow ... ignored

            test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s

               Doc-tests demo

            running 1 test
            test src/lib.rs - add (line 3) ... ok

            test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s

            """
        let (cases, problem) = read(.cargo, text)
        #expect(
            cases == [
                "unittests src/lib.rs.tests::adds: passed", "unittests src/lib.rs.tests::fails: failed",
                "unittests src/lib.rs.tests::slow: skipped", "demo.src/lib.rs - add (line 3): passed",
            ])
        #expect(problem == nil)
    }

    @Test func `cargo's closing line counts what the tests' own output hid`() {
        let text =
            "running 1 test\ntest tests::prints ... hello\nok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored\n"
        #expect(read(.cargo, text).cases == ["(passed 1): passed"])
    }

    @Test func `cargo that was cut`() {
        #expect(
            read(.cargo, "running 2 tests\ntest a ... ok\n").problem
                == #"cargo announced 2 tests in "" and printed no result"#)
    }

    @Test func `go test -json`() {
        let events = [
            #"{"Action":"start","Package":"ex/a"}"#, #"{"Action":"run","Package":"ex/a","Test":"TestAdds"}"#,
            #"{"Action":"pass","Package":"ex/a","Test":"TestAdds","Elapsed":0.01}"#,
            #"{"Action":"run","Package":"ex/a","Test":"TestFails"}"#,
            #"{"Action":"run","Package":"ex/a","Test":"TestFails/sub"}"#,
            #"{"Action":"output","Package":"ex/a","Test":"TestFails/sub","Output":"    a_test.go:9: want 1, got 2\n"}"#,
            #"{"Action":"fail","Package":"ex/a","Test":"TestFails/sub","Elapsed":0}"#,
            #"{"Action":"fail","Package":"ex/a","Test":"TestFails","Elapsed":0}"#,
            #"{"Action":"skip","Package":"ex/a","Test":"TestSkips","Elapsed":0}"#,
            #"{"Action":"fail","Package":"ex/a","Elapsed":0.2}"#,
        ]
        var reader = OutputReader(.goJSON)
        reader.feed(Array(("# noise from the compiler\n" + events.joined(separator: "\n") + "\n").utf8)[...])
        let (cases, problem) = reader.finish()
        #expect(problem == nil)
        #expect(
            JUnitTests.summary(cases) == [
                "ex/a.TestAdds: passed", "ex/a.TestFails: failed", "ex/a.TestFails/sub: failed",
                "ex/a.TestSkips: skipped",
            ])
        #expect(cases.first { $0.id.name == "TestFails/sub" }?.message == "a_test.go:9: want 1, got 2")
    }

    @Test func `a go package that was cut is no evidence`() {
        let text = #"{"Action":"pass","Package":"ex/a","Test":"TestAdds"}"# + "\n"
        #expect(read(.goJSON, text).problem == "package ex/a began and did not end")
        let warned =
            #"{"ImportPath":"ex/a","Action":"build-output","Output":"warning"}"# + "\n" + text
            + #"{"Action":"pass","Package":"ex/a"}"# + "\n"
        #expect(read(.goJSON, warned).problem == nil)
    }

    @Test func `output with more tests than anybody reads is no evidence, and is not kept`() {
        let text = "1..200001\n" + String(repeating: "ok\n", count: 200_001)
        let (cases, problem) = read(.tap, text)
        #expect(cases.isEmpty)
        #expect(problem == "more than 200000 tests in one output")
    }

    @Test func `several TAP documents are added up`() {
        #expect(read(.tap, "1..1\nok 1 - a\n1..2\nok 1 - b\nok 2 - c\n").problem == nil)
        #expect(read(.tap, "1..3\n1..2\nok 1 - b\nok 2 - c\n").problem != nil)
    }

    @Test func `a go package that failed without a failing test is an error of its own`() {
        let text = #"{"Action":"fail","Package":"ex/broken","Elapsed":0}"# + "\n"
        #expect(read(.goJSON, text).cases == ["ex/broken.(package): errored"])
    }

    @Test func `a go test that panicked took its package with it`() {
        let text =
            #"{"Action":"run","Package":"ex/a","Test":"TestPanics"}"# + "\n" + #"{"Action":"fail","Package":"ex/a"}"#
            + "\n"
        #expect(read(.goJSON, text).cases == ["ex/a.TestPanics: errored"])
    }

    @Test func `a line without end is cut, not kept`() {
        var reader = OutputReader(.tap)
        for _ in 0..<64 { reader.feed(Array(repeating: UInt8(ascii: "x"), count: 1 << 20)[...]) }
        reader.feed(Array("\n1..1\nok 1 - after\n".utf8)[...])
        #expect(JUnitTests.summary(reader.finish().cases) == ["tap.after: passed"])
    }
}
