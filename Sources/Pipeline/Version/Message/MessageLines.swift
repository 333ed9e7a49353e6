/// The lines of a message below its first, told apart by what may be read in them.
struct MessageLines {
    /// One line without its ending and the blanks around it.
    struct Line {
        let text: MessageBytes
        let kind: Kind
    }

    enum Kind {
        case blank
        case text
        /// Code between fences, indented samples, quotes: what they say is not said by this commit.
        case sample
        /// What a bot tells of another project inside `<details>`: only a plain marker of a break counts there.
        case retold
        /// `commit 74e6b00…` above a message that `git merge --squash` took over.
        case squashed
    }

    /// The first line that is not blank, trimmed; empty when there is none.
    let title: MessageBytes
    let body: [Line]

    /// A line as it stands, and what the log of a squash makes of it.
    private struct Raw {
        var bytes: MessageBytes
        var isSquashed = false
    }

    init(_ message: MessageBytes) {
        let lines = Self.split(message)
        let first = lines.firstIndex { !$0.trimmed.isEmpty }
        self.init(title: first.map { lines[$0] } ?? [], below: first.map { lines[($0 + 1)...] } ?? [])
    }

    /// A message whose title is not its first line.
    init(title: MessageBytes, below lines: ArraySlice<MessageBytes>) {
        self.title = title.trimmed
        body = Self.told(Self.unfolded(lines, isLog: Self.opensLog(self.title)))
    }

    /// Lines end with LF, CR or both; separators of Unicode end nothing, as for git.
    static func split(_ message: MessageBytes) -> [MessageBytes] {
        var lines: [MessageBytes] = []
        var start = message.startIndex
        var index = start
        while index < message.endIndex {
            let byte = message[index]
            guard byte == 0x0A || byte == 0x0D else {
                index += 1
                continue
            }
            lines.append(message[start..<index])
            index += 1
            if byte == 0x0D, index < message.endIndex, message[index] == 0x0A { index += 1 }
            start = index
        }
        if start < message.endIndex { lines.append(message[start...]) }
        return lines
    }

    private static func opensLog(_ line: MessageBytes) -> Bool {
        line.isExactly("Squashed commit of the following:")
    }

    /// Messages inside the log of `git merge --squash` are taken out of their indentation, the log's own lines go.
    private static func unfolded(_ lines: ArraySlice<MessageBytes>, isLog: Bool) -> [Raw] {
        var isLog = isLog
        return lines.compactMap { line in
            guard isLog else {
                isLog = opensLog(line.trimmed)
                return Raw(bytes: line)
            }
            if let message = line.afterExactly("    ") { return Raw(bytes: message) }
            if line.trimmed.isEmpty { return Raw(bytes: line) }
            if let id = line.afterExactly("commit "), CommitMessage.hexadecimal(id.prefix { $0 != 0x20 }) != nil {
                return Raw(bytes: line, isSquashed: true)
            }
            let marks = ["Author: ", "AuthorDate: ", "Date: ", "Commit: ", "CommitDate: ", "Merge: "]
            if marks.contains(where: { line.afterExactly($0) != nil }) { return nil }
            isLog = false
            return Raw(bytes: line)
        }
    }

    private static func told(_ lines: [Raw]) -> [Line] {
        var fences = Fences(lines.map(\.bytes))
        var details = Details(lines.map(\.bytes.trimmed))
        return lines.enumerated().map { index, line in
            let text = line.bytes.trimmed
            if line.isSquashed {
                fences.close()
                return Line(text: text, kind: .squashed)
            }
            let isRetold = details.hold(text)
            if fences.hides(index) { return Line(text: text, kind: .sample) }
            if text.isEmpty { return Line(text: text, kind: .blank) }
            let isSample = isIndented(line.bytes) || text.first == UInt8(ascii: ">")
            return Line(text: text, kind: isSample ? .sample : isRetold ? .retold : .text)
        }
    }

    /// By four blanks or a tab, as in Markdown.
    static func isIndented(_ line: MessageBytes) -> Bool {
        let margin = line.prefix { $0 == 0x20 }.count
        return margin >= 4 || line.dropFirst(margin).first == 0x09
    }
}
