/// A line of the form `type(scope)!: text`, perhaps with a deviation that only a known type excuses.
struct HeaderDraft {
    let header: CommitMessage.Header
    private(set) var isStrict = true

    /// Nil when the line has another form, or when its type only looks like one: `IM2/K8s:` names a component.
    init?(_ line: MessageBytes) {
        if let text = BreakingMarker.value(line) {
            let type = CommitMessage.Header.breakingType
            header = CommitMessage.Header(type: type, scopes: [], isBreaking: true, text: text.text)
            return
        }
        let word = Self.type(of: line)
        guard let first = word.first, first.isLetter else { return nil }
        let type = word.text.lowercased()
        guard !word.contains(where: \.isUpper) || CommitMessage.Header.knownTypes.contains(type) else { return nil }
        var rest = line.dropFirst(word.count)
        var scopes: [String] = []
        if let inner = rest.afterExactly("(") {
            guard let end = inner.firstIndex(where: { $0 == UInt8(ascii: ")") || $0 == UInt8(ascii: "(") }),
                inner[end] == UInt8(ascii: ")")
            else { return nil }
            scopes = inner[..<end].split(separator: UInt8(ascii: ",")).map(\.trimmed).filter { !$0.isEmpty }.map(\.text)
            if scopes.isEmpty { isStrict = false }
            rest = inner[(end + 1)...]
        }
        let afterBang = rest.afterExactly("!")
        guard let behind = (afterBang ?? rest).afterExactly(":"), behind.first != UInt8(ascii: ":") else { return nil }
        let text = behind.trimmed
        guard !text.isEmpty else { return nil }
        if behind.first != 0x20 { isStrict = false }
        header = CommitMessage.Header(type: type, scopes: scopes, isBreaking: afterBang != nil, text: text.text)
        guard isStrict || header.isKnown else { return nil }
    }

    private static func type(of line: MessageBytes) -> MessageBytes {
        line.prefix { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
    }

    /// Whether a known type is followed by `!` elsewhere than before the colon, as in `feat!(api): a`.
    static func hasMisplacedBang(_ line: MessageBytes) -> Bool {
        let word = type(of: line)
        guard CommitMessage.Header.knownTypes.contains(word.text.lowercased()) else { return false }
        let behind = line.dropFirst(word.count).prefix(200)
        guard let colon = behind.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let head = behind[..<colon].trimmed
        let bang = UInt8(ascii: "!")
        guard let first = head.first, let last = head.last else { return false }
        if first == UInt8(ascii: "(") { return last == bang }
        guard first == bang, let next = head.dropFirst().trimmed.first else { return first == bang }
        return next == UInt8(ascii: "(") && last == UInt8(ascii: ")")
    }
}
