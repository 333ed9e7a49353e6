import Pipeline
import Testing

@testable import Reports

struct OutputTests {
    private static func summary(_ cases: [TestCase]) -> [String] { cases.map { "\($0.id): \($0.outcome)" } }

    private func read(_ dialect: Evidence.Dialect, _ text: String) -> (cases: [String], problem: String?) {
        var reader = OutputReader(dialect)
        reader.feed(Array(text.utf8)[...])
        let (cases, problem) = reader.finish()
        return (Self.summary(cases), problem?.detail)
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

            33% tests passed, 2 tests failed out of 4

            """
        let (cases, problem) = read(.ctest, text)
        #expect(
            cases == ["ctest.adds: passed", "ctest.fails now: failed", "ctest.crashes: failed", "ctest.off: skipped"])
        #expect(problem == "CTest counts 4 tests, the output shows 3")
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

    @Test(arguments: [
        "thread 'tests::fails' panicked at src/lib.rs:9:5:\nassertion failed: one() == 2\n",
        "thread 'tests::fails' panicked at 'assertion failed: one() == 2', src/lib.rs:9:5\n",
    ])
    func `cargo says where a test failed, in both of its forms`(panic: String) {
        let text =
            "running 1 test\ntest tests::fails ... FAILED\n\nfailures:\n\n---- tests::fails stdout ----\n" + panic
            + "note: run with `RUST_BACKTRACE=1`\n\ntest result: FAILED. 0 passed; 1 failed; 0 ignored\n"
        var reader = OutputReader(.cargo)
        reader.feed(Array(text.utf8)[...])
        let test = reader.finish().cases.first
        #expect(test?.message == "assertion failed: one() == 2")
        #expect(test?.place == "src/lib.rs:9")
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
            Self.summary(cases) == [
                "ex/a.TestAdds: passed", "ex/a.TestFails: failed", "ex/a.TestFails/sub: failed",
                "ex/a.TestSkips: skipped",
            ])
        let failure = cases.first { $0.id.name == "TestFails/sub" }
        #expect(failure?.message == "a_test.go:9: want 1, got 2")
        #expect(failure?.place == "a_test.go:9")
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
        #expect(Self.summary(reader.finish().cases) == ["tap.after: passed"])
    }
}
