extension TestCases {
    /// Hands over each test with what it came to in the end.
    ///
    /// Where there are too many names to keep, what stands for a name is called by it.
    func eachResult(runnerPassed: Bool, _ body: (TestCase) -> Void) {
        eachTest(runnerPassed: runnerPassed) { test in
            var result = TestCase(id: id(of: test), outcome: test.outcome, message: test.detail?.message)
            result.place = test.detail?.place
            body(result)
        }
    }

    private func id(of test: Test) -> TestCase.ID {
        guard suites.isShown[test.suite], let name = name(at: test.name) else {
            return .init(
                suite: TestReport.Suite.others, name: (test.detail?.text ?? test.identity.text) + test.mark)
        }
        return .init(
            suite: String(decoding: suites.names[test.suite], as: UTF8.self),
            name: String(decoding: name, as: UTF8.self) + test.mark)
    }

    /// Whether every test can be called by its name.
    var namesAll: Bool {
        keepsNames && shelves.allSatisfy { shelf in shelf.allSatisfy { suites.isShown[$0.suite] } }
    }

    /// The same by name.
    func results(runnerPassed: Bool) -> [TestCase.ID: TestCase] {
        var results: [TestCase.ID: TestCase] = [:]
        eachResult(runnerPassed: runnerPassed) { results[$0.id] = $0 }
        return results
    }

    /// Tests of which it is known what they came to.
    init(settled tests: some Sequence<TestCase>) {
        self.init()
        for test in tests { add(test) }
    }
}
