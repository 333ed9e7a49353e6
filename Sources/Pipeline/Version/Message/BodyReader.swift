/// Reads what stands below the title, line by line.
struct BodyReader {
    private let title: MessageTitle
    private(set) var bullets: [CommitMessage.Bullet] = []
    private(set) var footers = CommitMessage.Footers()
    private(set) var lints: [VersionLint]
    /// The breaking change that is being read, which may go on in the next line.
    private var note: [MessageBytes]?
    /// Whether the next line is the title of a commit that was taken over.
    private var awaitsTitle = false
    private var undone = CommitMessage.Revert(subject: nil, isReapply: false)

    init(_ title: MessageTitle) {
        self.title = title
        lints = title.lints
        if title.header?.isBreaking == true, title.header?.text.isEmpty == true { lints.append(.footerEmpty) }
        // What is quoted was said by another commit.
        if Self.skips(title.line, anywhere: title.quotation == nil) { footers.skipMark = Self.skipToken }
    }

    mutating func read(_ lines: [MessageLines.Line]) {
        if let first = lines.first, first.kind != .blank { complain(.bodyNoBlankLine) }
        for line in lines {
            switch line.kind {
            case .blank: if note?.isEmpty == false { closeNote() }
            case .sample: note?.append(line.text)
            case .squashed:
                closeNote()
                awaitsTitle = true
            case .retold where BreakingMarker.value(line.text) == nil: note?.append(line.text)
            case .text where awaitsTitle:
                awaitsTitle = false
                take(commit: line.text)
            case .text, .retold: read(line.text)
            }
        }
        closeNote()
    }

    private mutating func read(_ line: MessageBytes) {
        let inner = line.afterBullet
        let content = inner ?? line
        if let value = BreakingMarker.value(content) {
            closeNote()
            note = value.isEmpty ? [] : [value]
            if inner != nil { complain(.footerBulleted) }
        } else if BreakingMarker.isNearMiss(content) {
            closeNote()
            complain(.footerNearMissBreaking)
            footers.nearBreak = footers.nearBreak ?? content.text
        } else if let inner, take(commit: inner) {
            return
        } else if let token = Self.token(content) {
            closeNote()
            read(footer: token, content)
        } else {
            read(prose: content)
            note?.append(line)
        }
    }

    /// The word before the colon of a line such as `Reviewed-by: Z`, in lower case.
    private static func token(_ line: MessageBytes) -> String? {
        let word = line.prefix { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") }
        let rest = line.dropFirst(word.count)
        guard let first = word.first, first.isLetter else { return nil }
        guard rest.first == UInt8(ascii: ":") || rest.starts(with: " #".utf8) else { return nil }
        return word.prefix(40).text.lowercased()
    }

    private mutating func read(footer token: String, _ line: MessageBytes) {
        guard let value = line.dropFirst(token.utf8.count).afterExactly(":")?.trimmed else { return }
        let parts = value.split(separator: UInt8(ascii: ",")).map(\.trimmed).filter { !$0.isEmpty }
        switch token {
        case "release-as": footers.releaseAs += (parts.isEmpty ? [value] : parts).map(ReleaseAs.init(parsing:))
        case "release-service": footers.releaseServices += parts.map(\.text)
        case "skip-release": if value.after("true")?.isEmpty == true { footers.skipMark = "Skip-Release: true" }
        case "refs" where title.header?.type == "revert" || title.quotation != nil:
            undone.commits += CommitMessage.hexadecimals(value)
        default: return
        }
    }

    private mutating func read(prose line: MessageBytes) {
        if let id = line.afterExactly("(cherry picked from commit "),
            let hex = CommitMessage.hexadecimal(id.prefix { $0 != UInt8(ascii: ")") })
        {
            footers.cherryPickedFrom.append(hex)
        }
        if Self.skips(line, anywhere: false) { footers.skipMark = Self.skipToken }
        // Below a bullet it is told of another commit.
        guard bullets.isEmpty else { return }
        if let ids = line.after("this reverts commit") {
            undone.commits += CommitMessage.hexadecimals(ids.after("s ") ?? ids)
        } else if let number = Self.request(line) {
            undone.requests.append(number)
        }
    }

    /// The number in `Reverts acme/mono#12`, `Reverts !12` or `This reverts merge request !12`.
    private static func request(_ line: MessageBytes) -> String? {
        let forms = ["this reverts merge request ", "this reverts pull request ", "reverts "]
        guard let name = forms.lazy.compactMap({ line.after($0) }).first else { return nil }
        let project = name.prefix { $0 > 0x20 && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "!") }
        let behind = name.dropFirst(project.count)
        guard let mark = behind.first, mark > 0x20, let (digits, _) = behind.dropFirst().leadingNumber else {
            return nil
        }
        return digits.prefix(20).text
    }

    static let skipToken = "[skip release]"

    /// A title may say it anywhere; in prose, which may speak about it, it must begin or end a line.
    private static func skips(_ line: MessageBytes, anywhere: Bool) -> Bool {
        let token = skipToken
        if line.after(token) != nil { return true }
        guard anywhere else {
            return line.last == UInt8(ascii: "]") && line.suffix(token.utf8.count).after(token) != nil
        }
        return line.indices.contains { line[$0] == UInt8(ascii: "[") && line[$0...].after(token) != nil }
    }

    /// Whether a line is the title of a commit that was squashed.
    ///
    /// Lists of prose have words before colons too, so the type must be known, or the break plain.
    @discardableResult
    private mutating func take(commit line: MessageBytes) -> Bool {
        let read = MessageTitle(line)
        if read.lints.contains(.footerNearMissBreaking) { complain(.footerNearMissBreaking) }
        guard let header = read.header ?? read.quotation.map({ .revert($0.subject.text) }),
            header.isKnown || header.isBreaking
        else { return false }
        closeNote()
        if header.isBreaking || !Self.skips(line, anywhere: true) {
            bullets.append(CommitMessage.Bullet(header: header))
        }
        return true
    }

    private mutating func closeNote() {
        guard let lines = note else { return }
        note = nil
        if lines.isEmpty { complain(.footerEmpty) }
        let text = Array(lines.joined(separator: [0x0A]))[...].text
        footers.breakingNotes.append(text)
        if !bullets.isEmpty { bullets[bullets.count - 1].breakingNotes.append(text) }
    }

    private mutating func complain(_ lint: VersionLint) {
        if !lints.contains(lint) { lints.append(lint) }
    }
}

extension BodyReader {
    /// What the message takes back.
    ///
    /// A title that announces a new thing is more than the undoing of others, whatever its body tells.
    var revert: CommitMessage.Revert? {
        var quoted = title.quotation
        if let header = title.header {
            guard header.type == "revert" || header.level < .minor else { return nil }
            if header.type == "revert" { quoted = RevertTitle(text: Array(header.text.utf8)[...]) }
        }
        guard quoted != nil || !undone.commits.isEmpty || !undone.requests.isEmpty else { return nil }
        return CommitMessage.Revert(
            commits: undone.commits, requests: undone.requests, subject: quoted?.subject.text,
            isReapply: quoted?.isReapply ?? false)
    }
}
