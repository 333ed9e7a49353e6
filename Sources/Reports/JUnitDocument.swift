import Pipeline

/// Listens to a report of tests.
final class JUnitDocument: XMLListener {
    var content: JUnitContent

    init(_ cases: TestCases) { content = JUnitContent(cases: cases) }

    func begin(_ element: XMLElement) { content.begin(element) }
    func text(_ text: XMLText) { content.text(text) }
    func end(_ word: XMLWord) { content.end(word) }
}

/// The elements of a report of tests that matter, and nothing of the rest.
struct JUnitContent {
    /// More tests than anybody reads; a report beyond that would only fill memory.
    static let caseLimit = 2_000_000

    var cases: TestCases
    private(set) var problem: TestReport.Problem?
    /// The suites that are open, the outermost first, the root among them.
    private var suites: [JUnitSuite] = []
    private var test = TestCases.Raw()
    private var state = CaseState()

    init(cases: TestCases) { self.cases = cases }

    /// What is known of the case that is being read, besides what is kept of it.
    private struct CaseState {
        var isOpen = false
        /// Whether what failed was still to do, which is no failure.
        var isToDo = false
        var place = SourcePlace()
        /// What stands in the failure or error that is being read.
        var text: FailureText?
        /// Whether it has no class.
        var isBare = false

        mutating func read(_ piece: XMLText, of suite: [UInt8]) {
            if text != nil { text?.read(piece, of: String(decoding: suite, as: UTF8.self), into: &place) }
        }

        mutating func endText(of suite: [UInt8]) -> String? {
            text?.finishLine(of: String(decoding: suite, as: UTF8.self), into: &place)
            defer { text = nil }
            return text?.firstLine
        }
    }

    private mutating func note(_ code: TestReport.Problem.Code, _ detail: String) {
        problem = problem ?? TestReport.Problem(code, detail)
    }

    // MARK: - Elements

    mutating func begin(_ element: XMLElement) {
        switch element.word {
        case .testcase: beginCase(element)
        case .testsuite, .testsuites: beginSuite(element)
        case .failure: fail(.failed, element)
        case .error: fail(.errored, element)
        case .skipped, .disabled: skip(element)
        // Failed at first and passed when tried again; `rerunFailure` stands beside a failure that stayed.
        // Where they are counted as tests, each attempt is.
        case .flakyFailure, .flakyError:
            if state.isOpen, test.outcome == .passed { test.outcome = .flaky }
            countTest(failed: false)
        case .rerunFailure, .rerunError: countTest(failed: false)
        default: break
        }
    }

    private mutating func beginSuite(_ element: XMLElement) {
        let isRetrying = suites.last?.isOfPytest == true || element[.name] == "pytest"
        let suite = JUnitSuite(element, scope: cases.openScope(repeatsAreRetries: isRetrying))
        if let tool = suite.check { cases.declareCheck(tool) }
        suites.append(suite)
    }

    private mutating func beginCase(_ element: XMLElement) {
        test.suite.removeAll(keepingCapacity: true)
        test.name.removeAll(keepingCapacity: true)
        (test.outcome, test.message, test.place, test.time) = (.passed, nil, nil, nil)
        state = CaseState()
        state.isOpen = true
        var words: (status: TestCase.Outcome?, result: TestCase.Outcome?) = (nil, nil)
        var source: (file: String, line: Int) = ("", 0)
        element.eachAttribute { word, text in
            switch word {
            case .name: text.copy(to: &test.name)
            case .classname: text.copy(to: &test.suite)
            case .time: test.time = text.microseconds
            case .status: words.status = JUnitOutcome.named(text)
            case .result: words.result = JUnitOutcome.named(text)
            case .file: source.file = text.count < 1000 ? text.string : ""
            case .line: source.line = text.number ?? 0
            default: break
            }
        }
        if source.line > 0 { state.place.state(file: source.file, line: source.line) }
        state.isBare = test.suite.isEmpty
        if state.isBare { test.suite = suites.last?.name ?? [] }
        if let tool = suites.last(where: { $0.check != nil })?.check { test.suite = tool }
        let worst = max(words.status ?? .skipped, words.result ?? .skipped)
        let isSkipped = worst <= .passed && (words.status == .skipped || words.result == .skipped)
        test.outcome = isSkipped ? .skipped : max(worst, .passed)
    }

    private mutating func fail(_ outcome: TestCase.Outcome, _ element: XMLElement) {
        guard state.isOpen else {
            // A suite that failed as a whole has no case to say so.
            return note(.contradictory, "suite \"\(suites.last?.text ?? "")\" failed outside of any test")
        }
        // What shows nothing is not counted as executed (PHPUnit: no assertion was made).
        if element[.type]?.hasSuffix("RiskyTestError") == true { return skipIfPassed() }
        if state.isToDo { return }
        if test.outcome < outcome { test.outcome = outcome }
        let message = element[.message]
        if message == "collection failure", suites.last?.isOfPytest == true {
            note(.missing, "the tests of \(String(decoding: test.name, as: UTF8.self)) could not be collected")
        }
        if test.message == nil, let message {
            test.message = FailureText.first(of: message)
            for line in message.split(whereSeparator: \.isNewline).prefix(20) {
                state.place.read(line, suite: String(decoding: test.suite, as: UTF8.self))
            }
        }
        state.text = FailureText()
    }

    private mutating func skip(_ element: XMLElement) {
        guard state.isOpen else { return }
        // CTest: what could not even be started was not left out by anybody.
        if element[.message] == "Unable to find executable" {
            test.message = test.message ?? "Unable to find executable"
            test.outcome = max(test.outcome, .errored)
            return
        }
        guard element[.type] == "todo" else { return skipIfPassed() }
        (state.isToDo, test.outcome) = (true, .skipped)
    }

    private mutating func skipIfPassed() {
        if test.outcome == .passed { test.outcome = .skipped }
    }

    mutating func text(_ text: XMLText) { state.read(text, of: test.suite) }

    // MARK: - Ends

    mutating func end(_ word: XMLWord) {
        switch word {
        case .failure, .error: endFailure()
        case .testcase: endCase()
        case .testsuites, .testsuite:
            guard let suite = suites.popLast(), let problem = suite.contradiction else { return }
            note(.contradictory, "suite \"\(suite.text)\" \(problem)")
        default: break
        }
    }

    private mutating func endFailure() {
        let line = state.endText(of: test.suite)
        test.message = test.message ?? line
    }

    private mutating func endCase() {
        guard state.isOpen else { return }
        state.isOpen = false
        let isRed = test.outcome >= .failed
        countTest(failed: isRed)
        if isRed {
            test.place = state.place.text
            if state.isBare, test.name.elementsEqual("TestMain".utf8) {
                note(.contradictory, "go package \"\(suites.last?.text ?? "")\" failed outside of any test")
            }
        }
        guard cases.count < Self.caseLimit else {
            return note(.contradictory, "more than \(Self.caseLimit) tests")
        }
        if !JUnitOutcome.isFile(test) { cases.add(test, in: suites.last?.scope ?? 0) }
    }

    private mutating func countTest(failed: Bool) {
        for index in suites.indices { suites[index].see(failed: failed) }
    }
}
