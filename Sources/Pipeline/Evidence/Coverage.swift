/// How much of the sources the tests of a service ran through, as numbers that a coverage tool wrote.
public struct Coverage: Equatable, Sendable, Codable {
    public let format: Format
    /// How many files of that format were read and added up.
    public var files: Int
    public var lines: Ratio
    /// Nil where the tool does not count them.
    public var branches: Ratio?

    /// Formats of coverage that are read.
    public enum Format: String, Codable, CaseIterable, Sendable {
        case jacoco, cobertura, lcov
        case llvm = "llvm-cov"
    }

    /// So many of so many.
    public struct Ratio: Equatable, Sendable, Codable {
        public var covered: Int
        public var total: Int

        /// Takes what somebody wrote: never below nothing, never more covered than there is, and small enough to be added.
        public init(covered: Int, total: Int) {
            self.total = min(max(total, 0), 1 << 40)
            self.covered = min(max(covered, 0), self.total)
        }

        public static func + (left: Ratio, right: Ratio) -> Ratio {
            Ratio(covered: left.covered + right.covered, total: left.total + right.total)
        }
    }

    public init(_ format: Format, files: Int = 1, lines: Ratio, branches: Ratio? = nil) {
        (self.format, self.files, self.lines, self.branches) = (format, files, lines, branches)
    }

    /// Adds up files of the same format, and leaves formats apart: two formats often tell of the same lines.
    public static func united(_ parts: [Coverage]) -> [Coverage] {
        Format.allCases.compactMap { format in
            let same = parts.filter { $0.format == format }
            guard let first = same.first else { return nil }
            return same.dropFirst().reduce(into: first) { sum, next in
                sum.files += next.files
                sum.lines = sum.lines + next.lines
                guard let more = next.branches else { return }
                sum.branches = sum.branches.map { $0 + more } ?? more
            }
        }
    }
}
