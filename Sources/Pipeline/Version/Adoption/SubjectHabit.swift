/// A way to begin subjects that is no convention, yet says what kind of change follows.
enum SubjectHabit: Hashable {
    /// `[BUGFIX] …`
    case bracket(String)
    /// `Bugfix: …`
    case label(String)
    /// `Fixes #12 …`
    case issue(String)

    /// What words say of a change; any other word is a component or a ticket.
    private static let words: [String: Level] = [
        "breaking": .major, "feature": .minor, "feat": .minor, "new": .minor, "add": .minor, "added": .minor,
        "enhancement": .minor, "fix": .patch, "fixed": .patch, "fixes": .patch, "bugfix": .patch, "bug": .patch,
        "hotfix": .patch, "improvement": .patch, "perf": .patch, "performance": .patch, "security": .patch,
        "docs": .none, "doc": .none, "documentation": .none, "test": .none, "tests": .none, "chore": .none,
        "ci": .none, "build": .none, "refactor": .none, "cleanup": .none, "style": .none, "wip": .none,
    ]
    private static let verbs: Set = [
        "fix", "fixes", "fixed", "close", "closes", "closed", "resolve", "resolves", "resolved",
    ]

    /// What a subject begins with, as it is spelled there.
    private init?(_ subject: String) {
        let bytes = subject.utf8
        if bytes.first == UInt8(ascii: "[") {
            let word = bytes.dropFirst().prefix(while: \.isLetter)
            guard bytes.dropFirst(word.count + 1).first == UInt8(ascii: "]"), Self.level(word) != nil else {
                return nil
            }
            self = .bracket(String(decoding: word, as: UTF8.self))
            return
        }
        let word = bytes.prefix(while: \.isLetter)
        let rest = bytes.dropFirst(word.count)
        let text = String(decoding: word, as: UTF8.self)
        if rest.starts(with: " #".utf8), rest.dropFirst(2).first?.isDigit == true {
            guard Self.verbs.contains(text.lowercased()) else { return nil }
            self = .issue(text)
        } else {
            guard rest.starts(with: ": ".utf8), Self.level(word) != nil else { return nil }
            self = .label(text)
        }
    }

    private static func level(_ word: some Collection<UInt8>) -> Level? {
        words[String(decoding: word, as: UTF8.self).lowercased()]
    }

    private var word: String {
        switch self {
        case .bracket(let word), .label(let word), .issue(let word): word
        }
    }

    /// The same habit however it is spelled.
    private var folded: SubjectHabit {
        switch self {
        case .bracket(let word): .bracket(word.lowercased())
        case .label(let word): .label(word.lowercased())
        case .issue: .issue("")
        }
    }

    private var level: Level {
        if case .issue = self { .patch } else { Self.words[word] ?? .none }
    }

    private func match(_ spellings: [String]) -> String {
        let words = spellings.count == 1 ? spellings[0] : "(" + spellings.joined(separator: "|") + ")"
        return switch self {
        case .bracket: "^\\[\(words)\\]"
        case .label: "^\(words): "
        case .issue: "^\(words) #[0-9]+"
        }
    }

    /// The habits that at least one subject in twenty follows, the highest level first.
    static func mappings(_ subjects: [String], outOf count: Int) -> [PolicyProposal.Mapping] {
        var found: [SubjectHabit: [String: Int]] = [:]
        for subject in subjects {
            guard let habit = SubjectHabit(subject) else { continue }
            found[habit.folded, default: [:]][habit.word, default: 0] += 1
        }
        let mappings = found.compactMap { habit, spellings -> PolicyProposal.Mapping? in
            let sum = spellings.values.reduce(0, +)
            guard sum * 20 >= count else { return nil }
            return PolicyProposal.Mapping(
                match: habit.match(spellings.keys.sorted()), level: habit.level, subjects: sum)
        }
        return mappings.sorted { left, right in
            (right.level, right.subjects, left.match) < (left.level, left.subjects, right.match)
        }
    }
}
