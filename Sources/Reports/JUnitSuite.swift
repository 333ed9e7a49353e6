/// A suite that is open while a report is read: what it claims and what it has shown.
struct JUnitSuite {
    private(set) var name: [UInt8] = []
    private var claimedTests = 0
    private var claimedFailures = 0
    private var seenTests = 0
    private var seenFailures = 0
    /// The tool whose findings these are, when they are no tests.
    private(set) var check: [UInt8]?
    let scope: UInt32

    init(_ element: XMLElement, scope: UInt32) {
        self.scope = scope
        var suite = (name: [UInt8](), tests: 0, failures: 0, errors: 0, package: "")
        element.eachAttribute { word, text in
            switch word {
            case .name: text.copy(to: &suite.name)
            // Sums of what somebody wrote must fit.
            case .tests: suite.tests = min(text.number ?? 0, 1 << 40)
            case .failures: suite.failures = min(text.number ?? 0, 1 << 40)
            case .errors: suite.errors = min(text.number ?? 0, 1 << 40)
            case .package: suite.package = text.string
            default: break
            }
        }
        (name, claimedTests, claimedFailures) = (suite.name, suite.tests, suite.failures + suite.errors)
        check = Self.checks.first { tool in
            suite.name.elementsEqual(tool.utf8) || suite.package == "org." + tool || suite.package == tool + ".rules"
        }.map { Array($0.utf8) }
    }

    /// Tools that judge sources without running them, and write their findings as if those were tests.
    private static let checks = [
        "mypy", "ruff", "eslint", "stylelint", "buf", "oasdiff", "flake8", "pylint", "pyright", "rubocop",
        "golangci-lint",
        "shellcheck", "hadolint", "yamllint", "tflint", "checkov", "kubeconform", "spectral", "trivy", "semgrep",
        "swiftlint",
        "checkstyle", "detekt", "ktlint",
    ]

    var text: String { String(decoding: name, as: UTF8.self) }

    /// Whether pytest wrote it, for which two of a name are attempts even if both passed: the first of them did not.
    var isOfPytest: Bool { name.elementsEqual("pytest".utf8) || name.elementsEqual("pytest tests".utf8) }

    mutating func see(failed: Bool) {
        seenTests += 1
        if failed { seenFailures += 1 }
    }

    /// What it counts and does not show: a report that was cut, or put together wrongly.
    var contradiction: String? {
        if claimedTests > seenTests { return "counts \(claimedTests) tests and shows \(seenTests)" }
        let hidesFailures = claimedFailures > 0 && seenFailures == 0
        return hidesFailures ? "counts \(claimedFailures) failed tests and shows none" : nil
    }
}
