public import Pipeline

/// Reads what a test runner prints, line by line, in a dialect with a grammar.
public struct OutputReader {
    private var dialect: any OutputDialect
    private var partial: [UInt8] = []
    private static let lineLimit = 1 << 16
    /// As many as one report may hold; what comes after them is not kept.
    private static let caseLimit = 200_000
    private var isTooLong = false

    public init(_ dialect: Evidence.Dialect) {
        self.dialect =
            switch dialect {
            case .tap: TAPDialect()
            case .ctest: CTestDialect()
            case .cargo: CargoDialect()
            case .goJSON: GoDialect()
            case .xctest: XCTestDialect()
            }
    }

    public mutating func feed(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            take(rest[..<end])
            rest = rest[(end + 1)...]
        }
        if partial.count < Self.lineLimit { partial += rest.prefix(Self.lineLimit - partial.count) }
    }

    private mutating func take(_ end: ArraySlice<UInt8>) {
        let line = partial.isEmpty ? end.prefix(Self.lineLimit) : (partial + end.prefix(Self.lineLimit))[...]
        partial = []
        isTooLong = isTooLong || dialect.count > Self.caseLimit
        if !isTooLong { dialect.read(String(decoding: line, as: UTF8.self).trimmingCarriageReturn) }
    }

    /// The cases in the output, and what shows that it is not whole.
    public mutating func finish() -> (cases: [TestCase], problem: TestReport.Problem?) {
        if !partial.isEmpty { take([]) }
        if isTooLong || dialect.count > Self.caseLimit {
            return ([], .init(.contradictory, "more than \(Self.caseLimit) tests in one output"))
        }
        return (dialect.finished, dialect.incompleteness.map { .init(.contradictory, $0) })
    }
}

/// One way to print results.
///
/// A dialect whose output can be cut without showing it is no evidence.
protocol OutputDialect {
    mutating func read(_ line: Substring)
    var finished: [TestCase] { get }
    /// How many cases are known so far.
    var count: Int { get }
    /// Why the output is not all there.
    var incompleteness: String? { get }
}

extension OutputDialect {
    var count: Int { finished.count }
}

extension String {
    fileprivate var trimmingCarriageReturn: Substring { last == "\r" ? dropLast() : self[...] }
}

/// `ok 1 - adds # SKIP no network` (https://testanything.org/tap-version-14-specification.html).
///
/// Subtests are indented and counted by their parent line.
struct TAPDialect: OutputDialect {
    private(set) var finished: [TestCase] = []
    private var planned: Int?
    private var bailedOut: String?

    mutating func read(_ line: Substring) {
        if line.hasPrefix("Bail out!") {
            bailedOut = String(line)
        } else if line.hasPrefix("1.."), let count = Int(line.dropFirst(3).prefix(9).prefix { $0.isNumber }) {
            // Several scripts, several plans.
            planned = min((planned ?? 0) + count, 1 << 40)
        } else if line == "ok" || line.hasPrefix("ok ") {
            add(line.dropFirst(2), passed: true)
        } else if line == "not ok" || line.hasPrefix("not ok ") {
            add(line.dropFirst(6), passed: false)
        }
    }

    private mutating func add(_ rest: Substring, passed: Bool) {
        var parts = rest.split(separator: "#", maxSplits: 1)
        let directive = parts.count == 2 ? parts.removeLast().trimmingSpaces.lowercased() : ""
        let text = (parts.first ?? "").trimmingSpaces.drop(while: \.isNumber).drop { $0 == " " || $0 == "-" }
        let name = text.trimmingSpaces.isEmpty ? "test \(finished.count + 1)" : String(text.trimmingSpaces)
        // What is still to do and fails, was not to pass: it shows nothing.
        let isExempt = directive.hasPrefix("skip") || (directive.hasPrefix("todo") && !passed)
        let outcome: TestCase.Outcome = isExempt ? .skipped : passed ? .passed : .failed
        finished.append(TestCase(id: .init(suite: "tap", name: name), outcome: outcome))
    }

    var incompleteness: String? {
        if let bailedOut { return bailedOut }
        guard !finished.isEmpty || planned != nil else { return nil }
        guard let planned else { return "the output has TAP lines but no plan (1..n)" }
        return planned == finished.count ? nil : "the TAP plan is \(planned) tests, the output shows \(finished.count)"
    }
}

/// `1/3 Test #1: adds .......   Passed    0.01 sec`, closed by a line that counts.
struct CTestDialect: OutputDialect {
    private(set) var finished: [TestCase] = []
    private var counted: Int?
    /// CTest leaves them out when it counts.
    private var disabled = 0

    mutating func read(_ line: Substring) {
        if let outOf = line.firstRange(of: " tests failed out of "), line.contains("% tests passed") {
            counted = Int(line[outOf.upperBound...].prefix { $0.isNumber })
            return
        }
        guard let mark = line.firstRange(of: " Test "), line[..<mark.lowerBound].contains("/"),
            let colon = line[mark.upperBound...].firstRange(of: ": "), let dots = line.firstRange(of: " .")
        else { return }
        let name = line[colon.upperBound..<max(dots.lowerBound, colon.upperBound)].trimmingSpaces
        let result = line[dots.upperBound...].drop { $0 == "." || $0 == " " }
        let isDisabled = result.hasPrefix("***Not Run (Disabled)")
        if isDisabled { disabled += 1 }
        let isSkipped = isDisabled || result.hasPrefix("***Skipped")
        let outcome: TestCase.Outcome = result.hasPrefix("Passed") ? .passed : isSkipped ? .skipped : .failed
        let words = result.drop { $0 == "*" }
        let message = words.prefix(upTo: words.firstRange(of: "  ")?.lowerBound ?? words.endIndex)
        let isTelling = outcome == .failed && message != "Failed"
        finished.append(
            TestCase(
                id: .init(suite: "ctest", name: String(name)), outcome: outcome,
                message: isTelling ? String(message) : nil))
    }

    var incompleteness: String? {
        guard !finished.isEmpty || counted != nil else { return nil }
        guard let counted else { return "the output of CTest has no summary" }
        let shown = finished.count - disabled
        return counted == shown ? nil : "CTest counts \(counted) tests, the output shows \(shown)"
    }
}

extension Substring {
    var trimmingSpaces: Substring {
        var text = drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}
