extension Judgement.Entry {
    /// The line of a message whose title stands for all of it.
    init(title message: CommitMessage) {
        let type = message.header?.type ?? message.revert.map { _ in "revert" }
        self.init(
            type: type, scope: message.header?.scope, text: Self.plain(message.header?.text ?? message.subject),
            isBreaking: message.isBreaking, note: Self.note(message.breakingNotes))
    }

    init(bullet: CommitMessage.Bullet, notes: [String]) {
        let header = bullet.header
        self.init(
            type: header.type, scope: header.scope, text: Self.plain(header.text),
            isBreaking: header.isBreaking || !notes.isEmpty, note: Self.note(notes))
    }

    /// One line for each commit of a squash; what was said about breaks above them all goes to the first.
    static func entries(of message: CommitMessage) -> [Self] {
        let owned = message.bullets.reduce(0) { $0 + $1.breakingNotes.count }
        let loose = Array(message.breakingNotes.prefix(message.breakingNotes.count - owned))
        return message.bullets.enumerated().map { index, bullet in
            Self(bullet: bullet, notes: (index == 0 ? loose : []) + bullet.breakingNotes)
        }
    }

    private static func note(_ notes: [String]) -> String? {
        let told = notes.filter { !$0.isEmpty }.map {
            $0.split(separator: "\n").map { plain($0) }.joined(separator: "\n")
        }
        return told.isEmpty ? nil : told.joined(separator: "\n")
    }

    /// Control characters and what Unicode takes for the end of a line become blanks.
    private static func plain(_ text: some StringProtocol) -> String {
        if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return String(text) }
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case ..<0x20, 0x7F...0x9F, 0x2028, 0x2029: plain.append(" ")
            default: plain.append(scalar)
            }
        }
        return String(plain)
    }
}
