extension CommitMessage {
    /// Reads the message of a merge commit by the title of what was merged.
    ///
    /// Forges put a line of their own above it; with no conventional line there the message stays as it is.
    public init(mergeBytes bytes: some Collection<UInt8>, encoding: String? = nil) {
        let message = Self.plain(bytes, encoding)
        let lines = MessageLines(message)
        let isForge = lines.title.afterExactly("Merge ") != nil || lines.title.afterExactly("Merged ") != nil
        let isTitled = MessageTitle(lines.title).isConventional
        self.init(isForge && !isTitled ? Self.merged(in: lines, of: message) ?? lines : lines)
    }

    private static func merged(in lines: MessageLines, of message: MessageBytes) -> MessageLines? {
        let all = MessageLines.split(message)
        let first = lines.body.first { $0.kind == .text }
        let found = lines.body.first { line in
            guard line.kind == .text else { return false }
            let read = MessageTitle(line.text)
            if line.text.startIndex == first?.text.startIndex { return read.isConventional }
            // Further down prose may begin with a word and a colon.
            return read.quotation != nil || read.header?.isKnown == true || read.header?.isBreaking == true
        }
        guard let title = quoted(in: lines.title) ?? found?.text,
            let place = all.firstIndex(where: { $0.endIndex >= title.endIndex })
        else { return nil }
        return MessageLines(title: title, below: all[(place + 1)...])
    }

    /// Gitea and Forgejo quote the title in the line of the merge: `Merge pull request 'feat: a' (#12) from f into main`.
    private static func quoted(in line: MessageBytes) -> MessageBytes? {
        guard let title = line.afterExactly("Merge pull request '"), let end = title.lastIndex(of: UInt8(ascii: "'")),
            MessageTitle(title[..<end]).isConventional
        else { return nil }
        return title[..<end]
    }
}
