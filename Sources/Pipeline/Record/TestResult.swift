/// The predicate `https://in-toto.io/attestation/test-result/v0.1`: the tests of a record for those who read no others
/// (https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md).
///
/// It says less than the record, which decides: flaky is told as a warning.
public struct TestResult: Predicate {
    public var result: Word
    public var configuration: [Provenance.Resource]
    public var url: String?
    public var warnedTests: [String]?
    public var failedTests: [String]?

    public enum Word: String, Codable, Sendable {
        case passed = "PASSED"
        case warned = "WARNED"
        case failed = "FAILED"
    }

    public static let predicateType = "https://in-toto.io/attestation/test-result/v0.1"
    public static let knownMembers: Set<String> = [
        "result", "configuration", "url", "passedTests", "warnedTests", "failedTests",
    ]

    /// Nil for a record without tests.
    public init?(_ record: Stability) {
        guard let tests = record.tests else { return nil }
        result =
            switch record.verdict.state {
            case .stable: .passed
            case .flaky: .warned
            default: .failed
            }
        configuration = [
            Provenance.Resource(
                name: "\(record.service.name)", digest: ["sha256": record.inputs.configuration.hex])
        ]
        url = record.run.jenkins?.buildUrl
        warnedTests = tests.flaky.isEmpty ? nil : tests.flaky
        failedTests = tests.failing.isEmpty ? nil : tests.failing.map(\.id)
    }
}
