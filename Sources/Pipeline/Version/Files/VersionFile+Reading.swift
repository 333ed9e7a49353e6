extension VersionFile {
    /// What a file says of the version.
    public enum Reading: Equatable, Sendable {
        case stated(Statement)
        /// Code makes it, or another file has it.
        case dynamic(line: Int, what: String)
        case absent
        /// Several places that do not agree, or of which none goes before the others.
        case ambiguous(lines: [Int])
        case unreadable(reason: String, line: Int)
    }

    /// A version as it stands in a file.
    public struct Statement: Equatable, Sendable {
        /// As it is written, semantic version or not.
        public let text: String
        public let version: SemanticVersion?
        public let line: Int
        /// Its bytes in the file.
        public let range: Range<Int>
        /// Other places in the file that repeat it and are changed with it.
        public let echoes: [Range<Int>]
    }

    /// Why a version cannot be written into a file, and what to do about it.
    public struct Problem: Failure, Equatable {
        public let file: Path
        public let line: Int?
        public let reason: String
        public let hint: String?

        public init(file: Path, line: Int?, _ reason: String, hint: String?) {
            (self.file, self.line, self.reason, self.hint) = (file, line, reason, hint)
        }

        public var fault: Fault { .input }
        public var description: String { "\(file):\(line.map { "\($0):" } ?? "") \(reason)" }
    }
}

extension VersionFile.Problem {
    /// For a reading that is no statement.
    init(file: Path, reading: VersionFile.Reading, version: SemanticVersion) {
        switch reading {
        case .stated(let statement):
            self.init(file: file, line: statement.line, "states \(statement.text)", hint: nil)
        case .dynamic(let line, let what):
            self.init(
                file: file, line: line, "the version is not written here: \(what)",
                hint: "write \"\(version)\" there as plain text, or leave the file out of version.files")
        case .absent:
            self.init(
                file: file, line: nil, "no version is stated",
                hint: "state \(version) in it once by hand, or leave the file out of version.files")
        case .ambiguous(let lines):
            let list = lines.map { "\($0)" }.joined(separator: ", ")
            self.init(
                file: file, line: lines.first, "the version is stated in several places: lines \(list)",
                hint: "state it in one of them")
        case .unreadable(let reason, let line):
            self.init(file: file, line: line, reason, hint: "mend the line")
        }
    }
}
