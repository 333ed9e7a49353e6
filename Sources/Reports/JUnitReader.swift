public import Pipeline

/// Reads JUnit XML in the dialects that exist: Surefire, Gradle, pytest, node, swift test, go-junit-report and their kin.
///
/// Feed it one file piece by piece; then ask.
public final class JUnitReader {
    /// More tests than anybody reads; a report beyond that would only fill memory.
    static let caseLimit = 200_000

    private let stream: XMLStream
    private let document = JUnitDocument()

    public init() {
        stream = XMLStream(listener: document)
    }

    public func feed(_ bytes: ArraySlice<UInt8>) { stream.feed(bytes) }

    /// The cases with attempts at the same test united; only within one suite are two of a name attempts.
    public var united: TestCases {
        Dictionary(grouping: zip(document.cases, document.suiteOfCase), by: \.1).values.reduce(into: TestCases()) {
            $0.add($1.reduce(into: TestCases()) { $0.add($1.0) })
        }
    }

    /// The cases of the file, and what is wrong with it.
    public func finish() -> (cases: [TestCase], problem: TestReport.Problem?) {
        stream.finish()
        if let problem = stream.problem { return (document.cases, .init(.unreadable, problem)) }
        guard document.isReport else {
            return ([], .init(.unreadable, "is no JUnit report: its root is <\(document.root ?? "")>"))
        }
        return (document.cases, document.contradiction.map { .init(.contradictory, $0) })
    }
}

/// The elements of a report that matter, and nothing of the rest.
private final class JUnitDocument: XMLListener {
    private(set) var cases: [TestCase] = []
    /// For each case, which suite of the file it stands in.
    private(set) var suiteOfCase: [Int] = []
    private var suiteCount = 0
    private(set) var root: String?
    private(set) var contradiction: String?
    /// The suites that are open, the outermost first, the root among them.
    private var suites: [Suite] = []
    private var current: TestCase?
    /// What stands in the failure or error that is being read, up to a limit.
    private var failureText: [UInt8]?

    private struct Suite {
        let name: String
        let claimedTests: Int
        let claimedFailures: Int
        var seenTests = 0
        var seenFailures = 0

        let number: Int

        init(_ attributes: [String: String], number: Int) {
            self.number = number
            func count(_ attribute: String) -> Int {
                // Sums of what somebody wrote must fit.
                min(attributes[attribute].flatMap { Int($0) } ?? 0, 1 << 40)
            }
            name = attributes["name"] ?? ""
            (claimedTests, claimedFailures) = (count("tests"), count("failures") + count("errors"))
        }

        /// What it counts and does not show: a report that was cut, or put together wrongly.
        var contradiction: String? {
            if claimedTests > seenTests { return "counts \(claimedTests) tests and shows \(seenTests)" }
            let hidesFailures = claimedFailures > 0 && seenFailures == 0
            return hidesFailures ? "counts \(claimedFailures) failed tests and shows none" : nil
        }
    }

    private static let textLimit = 2000

    var isReport: Bool { root == "testsuites" || root == "testsuite" }

    func wantsAttributes(of element: String) -> Bool {
        switch element {
        case "testsuites", "testsuite", "testcase", "failure", "error": true
        default: false
        }
    }

    func begin(_ element: String, _ attributes: [String: String]) {
        root = root ?? element
        switch element {
        case "testsuites", "testsuite":
            suiteCount += 1
            suites.append(Suite(attributes, number: suiteCount))
        case "testcase": beginCase(attributes)
        case "failure": fail(.failed, attributes)
        case "error": fail(.errored, attributes)
        case "skipped", "disabled": raise(to: .skipped, over: .passed)
        // Failed at first and passed when tried again; `rerunFailure` stands beside a failure that stayed.
        // Where they are counted as tests, each attempt is.
        case "flakyFailure", "flakyError":
            raise(to: .flaky, over: .passed)
            countTest()
        case "rerunFailure", "rerunError": countTest()
        default: break
        }
    }

    private func beginCase(_ attributes: [String: String]) {
        let suite = attributes["classname"].flatMap { $0.isEmpty ? nil : $0 } ?? suites.last?.name ?? ""
        let name = attributes["name"] ?? ""
        let words = [attributes["status"], attributes["result"]].compactMap { $0?.lowercased() }
        let outcome = words.map { Self.outcomes[$0] ?? .errored }.max() ?? .passed
        let isSkipped = words.contains { Self.outcomes[$0] == .skipped } && outcome <= .passed
        current = TestCase(id: .init(suite: suite, name: name), outcome: isSkipped ? .skipped : outcome)
    }

    /// What `status` and `result` of a case mean, as far as runners are known to write them.
    ///
    /// A word that is not here is nobody's pass.
    private static let outcomes: [String: TestCase.Outcome] = [
        "": .passed, "run": .passed, "passed": .passed, "pass": .passed, "success": .passed, "successful": .passed,
        "completed": .passed, "ok": .passed, "fixed": .passed, "notrun": .skipped, "skipped": .skipped,
        "skip": .skipped, "suppressed": .skipped, "disabled": .skipped, "ignored": .skipped, "pending": .skipped,
        "todo": .skipped, "failed": .failed, "failure": .failed, "fail": .failed, "error": .errored,
    ]

    /// `node --test` lists each file as a test of its own, also one without tests.
    private static func isFile(_ test: TestCase) -> Bool {
        test.outcome == .passed && test.id.suite == "test" && test.id.name.hasPrefix("/")
            && [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"].contains { test.id.name.hasSuffix($0) }
    }

    private func fail(_ outcome: TestCase.Outcome, _ attributes: [String: String]) {
        guard let outcomeNow = current?.outcome else {
            // A suite that failed as a whole has no case to say so.
            contradiction = contradiction ?? "suite \"\(suites.last?.name ?? "")\" failed outside of any test"
            return
        }
        if outcomeNow < outcome { current?.outcome = outcome }
        if current?.message == nil { current?.message = attributes["message"].flatMap(Self.firstLine) }
        failureText = []
    }

    private func countTest() {
        for index in suites.indices { suites[index].seenTests += 1 }
    }

    private func raise(to outcome: TestCase.Outcome, over only: TestCase.Outcome) {
        if current?.outcome == only { current?.outcome = outcome }
    }

    func text(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let known = failureText, known.count < Self.textLimit else { return }
        unsafe failureText?.append(contentsOf: bytes.prefix(Self.textLimit - known.count))
    }

    func end(_ element: String) {
        switch element {
        case "failure", "error":
            if current?.message == nil, let text = failureText {
                current?.message = Self.firstLine(String(decoding: text, as: UTF8.self))
            }
            failureText = nil
        case "testcase":
            guard let test = current else { return }
            countTest()
            if test.outcome >= .failed {
                for index in suites.indices { suites[index].seenFailures += 1 }
            }
            if cases.count == JUnitReader.caseLimit {
                contradiction = "more than \(JUnitReader.caseLimit) tests in one report"
            }
            if cases.count < JUnitReader.caseLimit, !Self.isFile(test) {
                cases.append(test)
                suiteOfCase.append(suites.last?.number ?? 0)
            }
            current = nil
        case "testsuites", "testsuite":
            guard
                let problem = suites.popLast().flatMap({ suite in
                    suite.contradiction.map { "suite \"\(suite.name)\" \($0)" }
                })
            else { return }
            contradiction = contradiction ?? problem
        default: break
        }
    }

    private static func firstLine(_ text: String) -> String? {
        let line = text.drop(while: \.isWhitespace).prefix { !$0.isNewline }
        return line.isEmpty ? nil : String(line.prefix(300))
    }
}
