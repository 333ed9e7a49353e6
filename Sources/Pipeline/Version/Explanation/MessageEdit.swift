/// Another way to write a message, which its author may have meant.
struct MessageEdit {
    let kind: NearMiss.Kind
    /// What would be written, or left out.
    let text: String
    let message: CommitMessage
}

extension CommitMessage {
    /// What may have been meant, the likeliest first.
    var edits: [MessageEdit] {
        if let mark = footers.skipMark { return [withoutSkipping(mark)] }
        if isAutosquash { return [title(Self.withoutAutosquash(subject))] }
        if let line = footers.nearBreak {
            return [
                MessageEdit(kind: .footer, text: BreakingMarker.corrected(line), message: breaking(line))
            ]
        }
        guard revert == nil, bullets.isEmpty, !isEmpty, !subject.hasPrefix("Merge ") else { return [] }
        let line = Array(subject.utf8)[...]
        if lints.contains(.footerNearMissBreaking) { return breakingTitle(line).map { [title($0)] } ?? [] }
        if let header, header.isKnown || header.isBreaking { return [] }
        if let near = TitleGuess.respelled(line) { return [title(near)] }
        return header == nil ? TitleGuess.typed(line).map(title) : []
    }

    private func title(_ text: String) -> MessageEdit {
        MessageEdit(kind: .title, text: text, message: titled(text))
    }

    private func withoutSkipping(_ mark: String) -> MessageEdit {
        let line = Array(subject.utf8)[...]
        guard let start = line.indices.first(where: { line[$0...].after(BodyReader.skipToken) != nil }) else {
            return MessageEdit(kind: .removal, text: mark, message: titled(subject))
        }
        let behind = line[start...].dropFirst(BodyReader.skipToken.utf8.count).trimmed
        return title((Array(line[..<start].trimmed) + [0x20] + behind)[...].trimmed.text)
    }

    private static func withoutAutosquash(_ subject: String) -> String {
        var rest = Substring(subject)
        while let mark = ["fixup! ", "squash! ", "amend! "].first(where: rest.hasPrefix) {
            rest = rest.dropFirst(mark.count)
        }
        return String(rest)
    }

    /// The title with its break announced as it is read.
    private func breakingTitle(_ line: MessageBytes) -> String? {
        guard let header else {
            return TitleGuess.respelled(line) ?? BreakingMarker.corrected(line.text)
        }
        let scope = header.scope.map { "(\($0))" } ?? ""
        return "\(header.type)\(scope)!: \(header.text)"
    }
}

extension BreakingMarker {
    /// A line that was meant as the marker, with the marker as it is read.
    static func corrected(_ line: String) -> String {
        let isMark: (UInt8) -> Bool = { byte in
            byte <= 0x20 || byte >= 0x80 || "*_`#[](){}:!-".utf8.contains(byte)
        }
        let bytes = Array(line.utf8)[...]
        let start = bytes.drop(while: isMark)
        var rest = start.after("breaking") ?? start
        let noun = rest.drop(while: isMark)
        if let behind = noun.after("changes") ?? noun.after("change") { rest = behind }
        let text = rest.drop(while: isMark).text
        return "BREAKING CHANGE: " + (text.isEmpty ? "…" : text)
    }
}
