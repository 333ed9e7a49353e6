/// What type a first line was meant to have that states none which is known.
enum TitleGuess {
    /// Words that people write for a type.
    private static let aliases = [
        "bugfix": "fix", "hotfix": "fix", "bug": "fix", "fixed": "fix", "fixes": "fix", "improvement": "perf",
        "performance": "perf", "add": "feat", "added": "feat", "adds": "feat", "new": "feat", "enhancement": "feat",
        "features": "feat", "breaking": "feat!",
    ]
    private static let adding: Set = [
        "add", "adds", "added", "allow", "allows", "create", "enable", "implement", "implements", "introduce",
        "introduces", "new", "offer", "provide", "support", "supports",
    ]
    private static let repairing: Set = [
        "avoid", "correct", "corrects", "fix", "fixed", "fixes", "handle", "prevent", "repair", "resolve", "resolves",
        "restore", "stop",
    ]
    private static let types = CommitMessage.Header.knownTypes.sorted()

    /// The type that a word stands for, one that is misspelled included.
    private static func type(_ word: MessageBytes) -> String? {
        guard (2...20).contains(word.count) else { return nil }
        let text = word.text.lowercased()
        if types.contains(text) { return text }
        return aliases[text] ?? nearest(to: text, among: types)
    }

    /// A line that has a type and a text, and what stands between them: `feat : x`, `feta: x`, `feat(a)(b): x`,
    /// `feat!(a): x`, `[Feature] x`.
    static func respelled(_ line: MessageBytes) -> String? {
        if let inner = line.afterExactly("[") {
            let word = inner.prefix(while: \.isLetter)
            guard let rest = inner.dropFirst(word.count).afterExactly("]"), let type = type(word) else { return nil }
            let text = (rest.afterExactly(":") ?? rest).trimmed
            return text.isEmpty ? nil : "\(type): \(text.text)"
        }
        let word = line.prefix { $0.isLetter || $0 == UInt8(ascii: "-") }
        guard let head = Head(line.dropFirst(word.count)), let type = type(word) else { return nil }
        let scope = head.scopes.isEmpty ? "" : "(\(head.scopes.joined(separator: ",")))"
        let bang = head.isBreaking && !type.hasSuffix("!") ? "!" : ""
        return "\(type)\(scope)\(bang): \(head.text.text)"
    }

    /// A line of prose under the type that its first word suggests; where that tells nothing, whatever is least.
    static func typed(_ line: MessageBytes) -> [String] {
        let word = line.prefix(while: \.isLetter)
        let first = word.text.lowercased()
        let rest = line.dropFirst(word.count)
        if first == "feat" || first == "feature", rest.first == 0x20 {
            let text = rest.drop { $0 == 0x20 || $0 == UInt8(ascii: "-") }
            return text.isEmpty ? [] : ["feat: \(text.text)"]
        }
        let text = lowered(line)
        if adding.contains(first) { return ["feat: \(text)"] }
        if repairing.contains(first) { return ["fix: \(text)"] }
        return ["fix: \(text)", "feat: \(text)"]
    }

    /// With a small letter first, unless the first word is more than a plain one.
    private static func lowered(_ line: MessageBytes) -> String {
        guard let first = line.first, first.isUpper, line.dropFirst().first?.isLower == true else { return line.text }
        return ([first.lower] + line.dropFirst())[...].text
    }

    /// What stands between a type and a text.
    private struct Head {
        var scopes: [String] = []
        var isBreaking = false
        let text: MessageBytes

        init?(_ line: MessageBytes) {
            var rest = line
            // Nobody writes more scopes than these.
            for _ in 0..<8 {
                rest = rest.drop { $0 == 0x20 }
                if let behind = rest.afterExactly("!") {
                    (isBreaking, rest) = (true, behind)
                } else if let inner = rest.afterExactly("(") {
                    guard let end = inner.prefix(100).firstIndex(of: UInt8(ascii: ")")) else { return nil }
                    let scope = inner[..<end].trimmed
                    if !scope.isEmpty { scopes.append(scope.text) }
                    rest = inner[(end + 1)...]
                } else {
                    break
                }
            }
            guard let behind = rest.afterExactly(":") ?? rest.afterExactly("：") else { return nil }
            text = behind.trimmed
            guard !text.isEmpty, text.first != UInt8(ascii: ":") else { return nil }
        }
    }
}
