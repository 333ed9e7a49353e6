import Pipeline

/// `Test Case 'SumTests.testAdds' passed (0.001 seconds)`, closed by a line that counts.
///
/// The file that XCTest can write when its tests run in parallel calls skipped tests passed, and one after the other they
/// write none; what is printed tells both.
struct XCTestDialect: OutputDialect {
    private(set) var finished: [TestCase] = []
    private var open: String?
    private var message: String?
    private var counted: Int?
    /// How many suites are open: what the outermost one counts is all there is.
    private var depth = 0
    private var isClosing = false

    mutating func read(_ line: Substring) {
        if let mark = line.firstRange(of: "Test Case '") {
            readCase(line[mark.upperBound...])
        } else if let mark = line.firstRange(of: "Test Suite '") {
            readSuite(line[mark.upperBound...])
        } else if isClosing, let mark = line.firstRange(of: "Executed ") {
            counted = (counted ?? 0) + (Int(line[mark.upperBound...].prefix { $0.isNumber }) ?? 0)
            isClosing = false
        } else if let open, message == nil {
            message = Self.message(in: line, of: open)
        }
    }

    /// The name stands in quotes; what follows them is what became of it.
    private mutating func readCase(_ text: Substring) {
        guard let quote = text.firstRange(of: "' ") else { return }
        let name = Self.name(text[..<quote.lowerBound])
        let rest = text[quote.upperBound...]
        if rest.hasPrefix("started") {
            closeOpen()
            (open, message) = (name, nil)
            return
        }
        let outcome: TestCase.Outcome? =
            rest.hasPrefix("passed (")
            ? .passed : rest.hasPrefix("failed (") ? .failed : rest.hasPrefix("skipped (") ? .skipped : nil
        guard let outcome, open == name else { return }
        finished.append(Self.test(name, outcome, outcome == .failed ? message : nil))
        open = nil
    }

    private mutating func readSuite(_ text: Substring) {
        guard let quote = text.firstRange(of: "' ") else { return }
        let rest = text[quote.upperBound...]
        if rest.hasPrefix("started") { depth += 1 }
        guard rest.hasPrefix("passed") || rest.hasPrefix("failed") else { return }
        depth -= 1
        isClosing = depth == 0
    }

    /// A test that began and did not end took its process with it.
    private mutating func closeOpen() {
        guard let name = open else { return }
        finished.append(Self.test(name, .errored, message ?? "began and did not end"))
        open = nil
    }

    private static func test(_ name: String, _ outcome: TestCase.Outcome, _ message: String?) -> TestCase {
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let id = TestCase.ID(suite: parts.count == 2 ? parts[0] : "", name: parts.last ?? name)
        return TestCase(id: id, outcome: outcome, message: message.map { String($0.prefix(300)) })
    }

    /// `-[Module.SumTests testAdds]`, as it is written on other systems, is `SumTests.testAdds`.
    private static func name(_ text: Substring) -> String {
        guard text.hasPrefix("-["), text.hasSuffix("]") else { return String(text) }
        let words = text.dropFirst(2).dropLast().split(separator: " ")
        guard words.count == 2, let type = words[0].split(separator: ".").last else { return String(text) }
        return "\(type).\(words[1])"
    }

    /// `SumTests.swift:5: error: SumTests.testAdds : 3 is not 4`.
    private static func message(in line: Substring, of name: String) -> String? {
        guard let mark = line.firstRange(of: ": error: "), let colon = line[mark.upperBound...].firstRange(of: " : ")
        else { return nil }
        return String(line[colon.upperBound...])
    }

    var incompleteness: String? {
        if let open { return "test \(open) began and did not end" }
        guard !finished.isEmpty || counted != nil || depth > 0 || isClosing else { return nil }
        guard let counted, depth == 0 else { return "the output of XCTest has no summary" }
        return counted == finished.count
            ? nil : "XCTest counts \(counted) tests, the output shows \(finished.count)"
    }
}
