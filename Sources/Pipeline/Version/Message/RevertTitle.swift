/// `Revert "subject"` as git and its forges write it, `Reapply "subject"`, or `revert: subject`.
struct RevertTitle {
    let subject: MessageBytes
    let isReapply: Bool

    /// What follows the closing quotation mark, such as ` (#13)`, is the forge's.
    init?(_ line: MessageBytes) {
        isReapply = line.after("reapply ") != nil
        guard let quoted = (line.after("reapply ") ?? line.after("revert "))?.trimmed, let mark = quoted.first,
            mark == UInt8(ascii: "\"") || mark == UInt8(ascii: "'"),
            let end = quoted.lastIndex(of: mark), end > quoted.startIndex
        else { return nil }
        subject = quoted[(quoted.startIndex + 1)..<end]
        guard !subject.trimmed.isEmpty else { return nil }
    }

    /// A header of the type `revert`, whose text is the subject by custom.
    init?(header line: MessageBytes) {
        guard line.after("revert") != nil, let colon = line.firstIndex(of: UInt8(ascii: ":")),
            let header = HeaderDraft(line)?.header, header.type == "revert"
        else { return nil }
        self.init(text: line[(colon + 1)...].trimmed)
    }

    /// Perhaps quoted; of two numbers of pull requests the last is that of the revert.
    init(text: MessageBytes) {
        isReapply = false
        if let first = text.first, first == text.last, first == UInt8(ascii: "\"") || first == UInt8(ascii: "'"),
            text.count > 2
        {
            subject = text.dropFirst().dropLast()
        } else if let inner = Self.withoutNumber(text), Self.withoutNumber(inner) != nil {
            subject = inner
        } else {
            subject = text
        }
    }

    /// What stands before ` (#13)` at the end.
    private static func withoutNumber(_ text: MessageBytes) -> MessageBytes? {
        guard text.last == UInt8(ascii: ")") else { return nil }
        let digits = text.dropLast().suffix(10).reversed().prefix { $0.isDigit }.count
        let head = text.dropLast(digits + 1)
        guard digits > 0, head.suffix(3).elementsEqual(" (#".utf8) else { return nil }
        return head.dropLast(3)
    }
}
