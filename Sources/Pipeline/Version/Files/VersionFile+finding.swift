extension VersionFile {
    /// Something wrong with what a file says of the version.
    public struct Finding: Equatable, Sendable, Codable {
        public let code: Code
        public let file: Path
        public let line: Int
        /// The version as it is written, or why there is none to be had.
        public let says: String
        /// What it might say; empty when nothing is known.
        public let expected: [SemanticVersion]

        /// Names that stay what they are.
        public enum Code: String, Codable, Sendable, CaseIterable {
            /// A version that is neither the released one nor the next.
            case disagrees = "version-file.disagrees"
            /// Several places in one file that cannot all be right.
            case ambiguous = "version-file.ambiguous"
            case unreadable = "version-file.unreadable"
        }

        public var message: String {
            let wanted = expected.map { "\($0)" }.joined(separator: " or ")
            return "\(file):\(line): \(says)" + (expected.isEmpty ? "" : ", expected \(wanted)")
        }
    }

    /// What is wrong when a file should state the version last released or the next one, either also as `-SNAPSHOT`.
    ///
    /// A file that leaves the version to others is never wrong.
    public func finding(stated: Reading, released: SemanticVersion?, next: SemanticVersion?) -> Finding? {
        let expected = Self.expected(stated, released: released, next: next)
        func finding(_ code: Finding.Code, _ line: Int, _ says: String) -> Finding {
            Finding(code: code, file: path, line: line, says: says, expected: expected)
        }
        switch stated {
        case .absent, .dynamic: return nil
        case .ambiguous(let lines):
            let list = lines.map { "\($0)" }.joined(separator: ", ")
            return finding(.ambiguous, lines.first ?? 1, "states a version on lines \(list)")
        case .unreadable(let reason, let line): return finding(.unreadable, line, reason)
        case .stated(let statement):
            let text = statement.text.prefix(80)
            guard let version = statement.version else {
                return finding(.disagrees, statement.line, "states \"\(text)\", which is no semantic version")
            }
            guard !expected.isEmpty, !expected.contains(where: { Self.allows(version, for: $0) }) else { return nil }
            return finding(.disagrees, statement.line, "states \(text)")
        }
    }

    /// The versions that a file may state.
    ///
    /// Where nothing is to be released, the development form of what would come next is no mistake.
    static func expected(
        _ stated: Reading, released: SemanticVersion?, next: SemanticVersion?
    ) -> [SemanticVersion] {
        var next = next
        if next == nil, case .stated(let statement) = stated, let version = statement.version, isDevelopment(version) {
            next = released?.bumped(.patch)
        }
        var expected: [SemanticVersion] = []
        for version in [released, next] { if let version, !expected.contains(version) { expected.append(version) } }
        return expected
    }

    /// Whether a file may state a version while another is meant: the same, or its development form.
    private static func allows(_ stated: SemanticVersion, for expected: SemanticVersion) -> Bool {
        if stated.hasSamePrecedence(as: expected) { return true }
        return isDevelopment(stated) && expected.isStable && stated.core == expected.core
    }

    /// `1.4.2-SNAPSHOT` is how Maven calls the work on 1.4.2, `1.4.2.dev0` how Python does.
    private static func isDevelopment(_ version: SemanticVersion) -> Bool {
        version.prerelease == ["SNAPSHOT"] || version.prerelease.first == "dev"
    }
}
