/// A line read as the title of a commit.
struct MessageTitle {
    /// Without what stood in front of the type.
    let line: MessageBytes
    let header: CommitMessage.Header?
    let quotation: RevertTitle?
    var lints: [VersionLint] = []

    init(_ line: MessageBytes) {
        let isBare = Self.withoutTicket(line) == nil && Self.withoutEmoji(line) == nil
        var (rest, isStripped, isDecorated) = (line, false, false)
        while let next = Self.withoutTicket(rest) ?? Self.withoutEmoji(rest) {
            if Self.withoutTicket(rest) == nil { isDecorated = true } else { isStripped = true }
            rest = next
        }
        let draft = HeaderDraft(rest)
        let quoted = RevertTitle(rest)
        if let header = draft?.header, isBare || header.isKnown || header.isBreaking {
            (self.line, self.header, quotation) = (rest, header, nil)
            if isDecorated || draft?.isStrict == false { lints.append(.headerLenient) }
        } else if let quoted {
            (self.line, header, quotation) = (rest, nil, quoted)
        } else {
            (self.line, header, quotation) = (line, nil, nil)
            (isStripped, isDecorated) = (false, false)
        }
        if isStripped { lints.append(.headerStrippedPrefix) }
        if header?.isBreaking != true, Self.hidesBreak(rest, header) { lints.append(.footerNearMissBreaking) }
    }

    var isConventional: Bool { header != nil || quotation != nil }

    /// Whether a break was probably meant, and is not announced.
    private static func hidesBreak(_ line: MessageBytes, _ header: CommitMessage.Header?) -> Bool {
        if BreakingMarker.isNearMiss(line) { return true }
        guard let header else { return HeaderDraft.hasMisplacedBang(line) }
        let text = Array(header.text.utf8.prefix(80))[...]
        return BreakingMarker.value(text) != nil || BreakingMarker.isNearMiss(text, needsColon: true)
    }

    /// What follows `Merged PR 12: `, `Pull request #12: `, `PAY-12 `, `PAY-12: ` or `[PAY-12] `; nil when none of them
    /// stands there.
    private static func withoutTicket(_ line: MessageBytes) -> MessageBytes? {
        if let (_, rest) = (line.afterExactly("Merged PR ") ?? line.afterExactly("Pull request #"))?.leadingNumber {
            return rest.afterExactly(":").map { $0.trimmed }
        }
        let isBracketed = line.first == UInt8(ascii: "[")
        let inner = isBracketed ? line.dropFirst() : line
        let project = inner.prefix { $0.isUpper || $0.isDigit || $0 == UInt8(ascii: "_") }
        guard let first = project.first, first.isUpper,
            let (_, afterNumber) = inner.dropFirst(project.count).afterExactly("-")?.leadingNumber
        else { return nil }
        guard let rest = isBracketed ? afterNumber.afterExactly("]") : afterNumber else { return nil }
        let text = rest.afterExactly(":") ?? rest
        return text.first == 0x20 || isBracketed ? text.trimmed : nil
    }

    /// What follows a leading emoji, drawn or written as `:sparkles:`; nil when none stands there.
    private static func withoutEmoji(_ line: MessageBytes) -> MessageBytes? {
        guard let first = line.first else { return nil }
        if first == UInt8(ascii: ":") {
            let name = line.dropFirst().prefix(40).prefix {
                $0.isLower || $0.isDigit || $0 == 0x5F || $0 == 0x2B || $0 == 0x2D
            }
            return name.isEmpty ? nil : line.dropFirst(1 + name.count).afterExactly(":").map { $0.trimmed }
        }
        // An emoji of many parts has some 35 bytes.
        guard first >= 0xC2, let character = line.prefix(64).text.first,
            let scalar = character.unicodeScalars.first, scalar.properties.isEmoji || scalar.properties.isEmojiModifier
        else { return nil }
        let length = character.utf8.count
        return length <= line.count ? line.dropFirst(length).trimmed : nil
    }
}
