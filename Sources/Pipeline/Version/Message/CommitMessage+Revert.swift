extension CommitMessage {
    /// What a commit takes back, as far as its message says.
    public struct Revert: Equatable, Sendable {
        /// The ids it names, in lower case, possibly abbreviated.
        public var commits: [String] = []
        /// The numbers of the pull or merge requests it names.
        public var requests: [String] = []
        /// The subject it quotes, exactly.
        public let subject: String?
        /// Whether the title is `Reapply "…"`: the quoted commit is back, its revert is what is taken back.
        public let isReapply: Bool

        /// The subject of the commit that is taken back.
        public var target: String? { subject.map { isReapply ? "Revert \"\($0)\"" : $0 } }

        /// What is left of the quoted subject when all quotations are opened, and whether it stands again: a revert of a
        /// revert brings back what the first took away.
        public var origin: (subject: String, isReinstated: Bool)? {
            guard let subject else { return nil }
            var rest = Array(subject.utf8)[...]
            var isReinstated = isReapply
            // Nobody reverts a revert this often, and each round reads the whole line.
            for _ in 0..<32 {
                guard let title = RevertTitle(rest) ?? RevertTitle(header: rest) else { break }
                if !title.isReapply { isReinstated.toggle() }
                rest = title.subject
            }
            return (rest.text, isReinstated)
        }

        /// Of a revert whose target was released: what comes back is new again, what goes is repaired.
        public var level: Level {
            guard let origin, origin.isReinstated else { return .patch }
            return max(.patch, MessageTitle(Array(origin.subject.utf8)[...]).header?.level ?? .none)
        }
    }

    /// The ids git may abbreviate to or write in full, in lower case; nil for all else.
    static func hexadecimal(_ word: MessageBytes) -> String? {
        guard (7...40).contains(word.count) || word.count == 64 else { return nil }
        return word.allSatisfy { $0.hexadecimalValue != nil } ? word.text.lowercased() : nil
    }

    /// The ids of a list such as `676104e, a215868 and b1c2d3e`, as far as it is one.
    static func hexadecimals(_ list: MessageBytes) -> [String] {
        var ids: [String] = []
        for part in list.split(whereSeparator: { $0 <= 0x20 || $0 == UInt8(ascii: ",") }) {
            if part.isExactly("and") || part.isExactly("&") { continue }
            let word = part.last == UInt8(ascii: ".") ? part.dropLast() : part
            guard let id = hexadecimal(word) else { break }
            ids.append(id)
            if word.endIndex < part.endIndex { break }
        }
        return ids
    }
}
