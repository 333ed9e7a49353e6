/// How the subjects of a repository's commits should count, judged by a sample of them.
public struct PolicyProposal: Equatable, Sendable, Codable {
    /// How many subjects were judged; those of merges are not.
    public let subjects: Int
    /// How many begin with a conventional header.
    public let conventional: Int
    /// The proposed `versioning.unconventional`.
    public let unconventional: Level
    /// One sentence for whoever decides.
    public let reason: String
    /// The proposed `versioning.mapping`, in its order.
    public let mapping: [Mapping]

    /// A habit that a mapping can read.
    public struct Mapping: Hashable, Sendable, Codable {
        /// A regular expression for the beginning of a subject.
        public let match: String
        public let level: Level
        /// How many of the subjects it is for.
        public let subjects: Int
    }

    public init(subjects sample: [String]) {
        let judged = sample.filter { !$0.hasPrefix("Merge ") }
        let others = judged.filter { !Self.isConventional($0) }
        subjects = judged.count
        conventional = judged.count - others.count
        mapping = SubjectHabit.mappings(others, outOf: judged.count)
        let share = judged.isEmpty ? 0 : conventional * 100 / judged.count
        let told = "\(conventional) of \(judged.count) subjects (\(share) %) have a conventional header"
        switch (judged.count, share) {
        case (0, _):
            (unconventional, reason) = (.none, "there are no commits to judge by")
        case (_, 60...):
            (unconventional, reason) = (.none, "\(told): the others are exceptions, and count for nothing")
        case (_, 10...):
            (unconventional, reason) = (.patch, "\(told): too few to take the others for nothing")
        default:
            (unconventional, reason) = (
                .patch,
                "\(told), so messages cannot tell a feature or a break: declare interfaces, whose changes then do"
            )
        }
    }

    private static let types: Set = [
        "build", "chore", "ci", "docs", "feat", "feature", "fix", "perf", "refactor", "revert", "security", "style",
        "test",
    ]

    /// `type(scope)!: text` with a type that is known; any other word is a component.
    private static func isConventional(_ subject: String) -> Bool {
        let bytes = subject.utf8
        let type = bytes.prefix(while: \.isLetter)
        guard types.contains(String(decoding: type, as: UTF8.self).lowercased()) else { return false }
        var rest = bytes.dropFirst(type.count)
        if rest.first == UInt8(ascii: "(") {
            let scope = rest.dropFirst().prefix { $0 != UInt8(ascii: ")") && $0 != UInt8(ascii: "(") }
            rest = rest.dropFirst(scope.count + 1)
            guard !scope.isEmpty, rest.popFirst() == UInt8(ascii: ")") else { return false }
        }
        if rest.first == UInt8(ascii: "!") { rest = rest.dropFirst() }
        return rest.popFirst() == UInt8(ascii: ":") && rest.popFirst() == 0x20 && rest.contains { $0 != 0x20 }
    }
}
