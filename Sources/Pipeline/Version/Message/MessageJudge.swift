/// Applies a policy to messages, its patterns being compiled.
///
/// Compiled patterns do not cross tasks: each makes a judge of its own.
public struct MessageJudge {
    private let policy: MessagePolicy
    private let mappings: [(mapping: LevelMapping, pattern: Regex<AnyRegexOutput>?)]
    /// Subjects are matched as far as anybody reads them: expressions may take a time that grows with a power of it.
    private static let readable = 1000

    public init(_ policy: MessagePolicy) {
        self.policy = policy
        mappings = policy.mappings.map { mapping in (mapping, mapping.match?.compiled) }
    }

    func judgement(of message: CommitMessage, touching: (Glob) -> Bool) -> Judgement {
        if message.isEmpty { return Judgement(level: .none, rule: .empty, lints: [.messageEmpty], entries: []) }
        if message.isAutosquash { return Judgement(level: .none, rule: .autosquash, lints: [], entries: []) }
        if message.skipsRelease { return Judgement(level: .none, rule: .skip, lints: [], entries: []) }
        var judgement = Judgement(level: .none, rule: .unconventional, lints: message.lints, entries: [])
        let isTitled = titled(message, touching: touching, &judgement)
        if message.isBreaking { (judgement.level, judgement.rule) = (.major, .breaking) }
        let bullets = policy.squash == .off ? [] : message.bullets
        if isTitled {
            judgement.entries = [Judgement.Entry(title: message)]
            add(bullets, to: &judgement)
        } else if bullets.isEmpty {
            judgement.lints.append(.headerUnconventional)
            if !message.isBreaking { judgement.level = policy.unconventional }
            judgement.entries = [Judgement.Entry(title: message)]
        } else {
            judgement.lints.append(.squashBulletsUsed)
            if !message.isBreaking {
                (judgement.level, judgement.rule) = (bullets.map(\.header.level).max() ?? .none, .squash)
            }
            judgement.entries = Judgement.Entry.entries(of: message)
        }
        return judgement
    }

    /// Whether the title decides; if so it has.
    ///
    /// A break is never mapped away, as losing one costs more than a version too many.
    private func titled(
        _ message: CommitMessage, touching: (Glob) -> Bool, _ judgement: inout Judgement
    ) -> Bool {
        if let level = mapped(message, touching: touching) {
            (judgement.level, judgement.rule) = (level, .mapping)
            judgement.lints.append(.mappingUsed)
        } else if message.header == nil || message.header?.type == "revert", let revert = message.revert {
            (judgement.level, judgement.rule) = (revert.level, .revert)
        } else if let header = message.header {
            (judgement.level, judgement.rule) = (header.level, .type)
        } else {
            return false
        }
        return true
    }

    private func mapped(_ message: CommitMessage, touching: (Glob) -> Bool) -> Level? {
        guard !mappings.isEmpty else { return nil }
        let title = message.header ?? message.revert.map { .revert($0.subject ?? "") }
        let subject = message.subject.prefix(Self.readable)
        return mappings.first { mapping, pattern in
            guard pattern.map({ Self.finds($0, in: subject) }) ?? true else { return false }
            return mapping.fits(title, touching: touching)
        }?.mapping.level
    }

    /// An expression that gives up halfway has found nothing.
    private static func finds(_ pattern: Regex<AnyRegexOutput>, in subject: Substring) -> Bool {
        do { return try pattern.firstMatch(in: subject) != nil } catch { return false }
    }

    /// What the commits of a squash add to its title.
    private func add(_ bullets: [CommitMessage.Bullet], to judgement: inout Judgement) {
        guard let highest = bullets.map(\.header.level).max(), highest > judgement.level else { return }
        let isUnion = policy.squash == .union
        judgement.lints.append(isUnion ? .squashBulletsUsed : .squashTitleUnderstates)
        guard isUnion || highest == .major else { return }
        (judgement.level, judgement.rule) = (highest, .squash)
        let telling = isUnion ? bullets : bullets.filter(\.header.isBreaking)
        judgement.entries += telling.map { Judgement.Entry(bullet: $0, notes: $0.breakingNotes) }
    }
}

extension CommitMessage {
    /// Judges one message; for many take one `MessageJudge`, which compiles the patterns of a policy once.
    public func judged(by policy: MessagePolicy, touching: (Glob) -> Bool = { _ in false }) -> Judgement {
        judged(by: MessageJudge(policy), touching: touching)
    }

    /// `touching` tells whether the commit changes a path that matches; it is asked by mappings that have one.
    public func judged(by judge: MessageJudge, touching: (Glob) -> Bool = { _ in false }) -> Judgement {
        judge.judgement(of: self, touching: touching)
    }
}
