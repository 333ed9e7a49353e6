import Pipeline

/// What words in reports mean for a case.
enum JUnitOutcome {
    /// What `status` and `result` of a case mean, as far as runners are known to write them.
    ///
    /// A word that is not here is nobody's pass.
    static func named(_ text: XMLText) -> TestCase.Outcome {
        guard text.count <= 32 else { return .errored }
        let word = text.string
        return outcomes[word] ?? outcomes[word.lowercased()] ?? .errored
    }

    private static let outcomes: [String: TestCase.Outcome] = [
        "": .passed, "run": .passed, "passed": .passed, "pass": .passed, "success": .passed, "successful": .passed,
        "completed": .passed, "ok": .passed, "fixed": .passed, "notrun": .skipped, "skipped": .skipped,
        "skip": .skipped, "suppressed": .skipped, "disabled": .skipped, "ignored": .skipped, "pending": .skipped,
        "todo": .skipped, "untested": .skipped, "failed": .failed, "failure": .failed, "fail": .failed,
        "error": .errored, "undefined": .errored, "ambiguous": .errored,
    ]

    /// `node --test` lists each file as a test of its own, also one without tests.
    static func isFile(_ test: TestCases.Raw) -> Bool {
        guard test.name.first == UInt8(ascii: "/"), test.outcome == .passed, test.suite.elementsEqual("test".utf8)
        else {
            return false
        }
        return [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"].contains {
            test.name.suffix($0.utf8.count).elementsEqual($0.utf8)
        }
    }
}
