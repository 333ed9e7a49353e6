/// The names of all tests of a service, each with whether it was skipped: what the next run is compared with.
///
/// As a file: one line a test, sorted by bytes, `+` before what was executed and `-` before what was skipped.
public struct TestNames: Equatable, Sendable {
    public private(set) var executed: Set<String> = []
    public private(set) var skipped: Set<String> = []

    /// How many names are kept at most; of more only the number is compared.
    public static let limit = 200_000

    /// Nil when there is none, or more than `limit`.
    init?(_ cases: TestCases, runnerPassed: Bool) {
        guard cases.namesAll else { return nil }
        var count = 0
        var (executed, skipped): (Set<String>, Set<String>) = ([], [])
        cases.eachResult(runnerPassed: runnerPassed) { test in
            count += 1
            guard count <= Self.limit else { return }
            let name = Self.line(of: test.id)
            if test.outcome == .skipped { skipped.insert(name) } else { executed.insert(name) }
        }
        guard count > 0, count <= Self.limit else { return nil }
        (self.executed, self.skipped) = (executed, skipped.subtracting(executed))
    }

    /// A name that breaks no line.
    private static func line(of id: TestCase.ID) -> String {
        let name = "\(id)"
        return name.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } ? name : name.printable
    }

    /// Nil for what is no such file.
    public init?(parsing bytes: [UInt8]) {
        guard bytes.last == UInt8(ascii: "\n") else { return nil }
        for line in bytes.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            guard let name = String(validating: line.dropFirst(2), as: UTF8.self) else { return nil }
            switch (line.first, line.dropFirst().first) {
            case (UInt8(ascii: "+"), UInt8(ascii: " ")): executed.insert(name)
            case (UInt8(ascii: "-"), UInt8(ascii: " ")): skipped.insert(name)
            default: return nil
            }
        }
    }

    public var all: Set<String> { executed.union(skipped) }

    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for name in all.sorted(by: Self.precedes) {
            bytes.append(UInt8(ascii: skipped.contains(name) ? "-" : "+"))
            bytes.append(UInt8(ascii: " "))
            bytes += name.utf8
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
