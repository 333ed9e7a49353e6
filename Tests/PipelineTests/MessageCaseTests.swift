import Pipeline
import Testing

/// A message, and what it must come to.
struct MessageCase: CustomTestStringConvertible, Sendable {
    let name: String
    let message: String
    let level: Level
    let rule: Judgement.Rule
    let lints: [VersionLint]
    var policy = MessagePolicy()

    init(
        _ name: String, _ message: String, _ level: Level, _ rule: Judgement.Rule = .type, _ lints: [VersionLint] = []
    ) {
        (self.name, self.message, self.level, self.rule, self.lints) = (name, message, level, rule, lints)
    }

    var testDescription: String { name }

    func under(_ policy: MessagePolicy) -> MessageCase {
        var copy = self
        copy.policy = policy
        return copy
    }

    func check() {
        let judgement = CommitMessage(message).judged(by: policy)
        #expect(judgement.level == level, "\(name): \(message.debugDescription)")
        #expect(judgement.rule == rule, "\(name): \(message.debugDescription)")
        #expect(Set(judgement.lints) == Set(lints), "\(name): \(message.debugDescription)")
    }
}

struct MessageCaseTests {
    static let headers: [MessageCase] = [
        MessageCase("A04 refactor", "refactor: split module", .none),
        MessageCase("A05 perf", "perf: cache totals", .patch),
        MessageCase("A08 bang on an unknown type", "wip!: break everything here", .major, .breaking),
        MessageCase("B01 upper case", "FEAT: shout loudly", .minor),
        MessageCase("B02 capitalised", "Fix: cap thing", .patch),
        MessageCase("B03 missing space", "feat:add a thing", .minor, .type, [.headerLenient]),
        MessageCase("B04 space before colon", "feat : add a thing", .none, .unconventional, [.headerUnconventional]),
        MessageCase("B05 alias", "feature: add a thing", .minor),
        MessageCase("B06 typo", "feet: add a thing", .none),
        MessageCase("B08 empty scope", "feat(): add a thing", .minor, .type, [.headerLenient]),
        MessageCase("B09 emoji", "✨ feat: add a thing", .minor, .type, [.headerLenient]),
        MessageCase("B10 substring", "defeat: remove boss", .none),
        MessageCase("B11 bang in the subject", "chore: say hello!: world", .none),
        MessageCase("B12 bang in the body", "fix: a thing\n\nNote!: see docs", .patch),
        MessageCase("B13 pull request", "Merged PR 12: feat: add pdf", .minor, .type, [.headerStrippedPrefix]),
        MessageCase("B14 ticket", "PAY-12 feat: add pdf", .minor, .type, [.headerStrippedPrefix]),
        MessageCase("B15 double scope", "feat(a)(b): add a thing", .none, .unconventional, [.headerUnconventional]),
        MessageCase("B16 autosquash", "fixup! feat: a thing", .none, .autosquash),
        MessageCase("B17 skip", "feat: add a thing [skip release]", .none, .skip),
        MessageCase("B18 unconventional", "Add new endpoint", .none, .unconventional, [.headerUnconventional]),
        MessageCase("B19 policy", "Fixed the bug", .patch, .unconventional, [.headerUnconventional])
            .under(MessagePolicy(unconventional: .patch)),
        MessageCase("G26 fix(deps)", "fix(deps): bump lodash", .patch),
        MessageCase("G27 build(deps)", "build(deps): bump x from 1 to 2", .none),
        MessageCase("H01 override", "chore: cut\n\nRelease-As: 3.0.0", .none),
        MessageCase("empty", " \n\t\r\n\n", .none, .empty, [.messageEmpty]),
        MessageCase("tabs and blanks around", "\n\n \t feat: a\t \n", .minor),
        MessageCase("byte order mark", "\u{FEFF}feat: a", .minor),
        MessageCase("component", "IM2/K8s: mount the disk", .none, .unconventional, [.headerUnconventional]),
        MessageCase("path as component", "net/http: close bodies", .none, .unconventional, [.headerUnconventional]),
        MessageCase("component that is a type", "Docs: how to start", .none),
        MessageCase("address", "https://example.org/a", .none, .unconventional, [.headerUnconventional]),
        MessageCase("nothing behind the colon", "feat: ", .none, .unconventional, [.headerUnconventional]),
        MessageCase("brackets in brackets", "feat((a)): b", .none, .unconventional, [.headerUnconventional]),
        MessageCase("unknown type is not excused", "feet:a", .none, .unconventional, [.headerUnconventional]),
        MessageCase("nor with a bang", "zap!:a", .none, .unconventional, [.headerUnconventional]),
        MessageCase("unknown type behind a ticket", "PAY-1 zap: a", .none, .unconventional, [.headerUnconventional]),
        MessageCase("emoji as a name", ":sparkles: feat(api): a", .minor, .type, [.headerLenient]),
        MessageCase("joined emoji", "👩‍💻 fix: a", .patch, .type, [.headerLenient]),
        MessageCase("ticket with colon", "PAY-12: feat: a", .minor, .type, [.headerStrippedPrefix]),
        MessageCase("ticket in brackets", "[PAY-12] feat!: a", .major, .breaking, [.headerStrippedPrefix]),
        MessageCase(
            "request and ticket and no space", "Merged PR 12: PAY-3 fix:a", .patch, .type,
            [.headerLenient, .headerStrippedPrefix]),
        MessageCase("ticket before prose", "PAY-12 Add pdf", .none, .unconventional, [.headerUnconventional]),
        MessageCase("skip as a footer", "feat: a\n\nSkip-Release: TRUE", .none, .skip),
        MessageCase("skip as a line", "feat: a\n\n[Skip Release]", .none, .skip),
        MessageCase("skip is talked about", "feat: a\n\nthe [skip release] token is read", .minor),
        MessageCase("skip denied", "feat: a\n\nSkip-Release: false", .minor),
        MessageCase("line separators of Unicode", "fix: a\u{2028}BREAKING CHANGE: b", .patch),
        MessageCase("NUL and controls", "fix: a\0b\u{7}c", .patch),
    ]

    static let breaks: [MessageCase] = [
        MessageCase("A09 footer", "fix: a thing\n\nbody\n\nBREAKING CHANGE: the thing is gone", .major, .breaking),
        MessageCase("A10 synonym", "fix: a thing\n\nBREAKING-CHANGE: the thing is gone", .major, .breaking),
        MessageCase("A11 lower case", "fix: a\n\nbreaking change: nope", .patch, .type, [.footerNearMissBreaking]),
        MessageCase("A12 plural", "fix: a\n\nBREAKING CHANGES: x", .patch, .type, [.footerNearMissBreaking]),
        MessageCase("A13 in a sentence", "fix: a\n\nthis is not a BREAKING CHANGE: x", .patch),
        MessageCase("A14 in the middle", "fix: a\n\nBREAKING CHANGE: b\n\nmore\n\nRefs: #1", .major, .breaking),
        MessageCase("A15 no blank line", "fix: a\nBREAKING CHANGE: b", .major, .breaking, [.bodyNoBlankLine]),
        MessageCase("A16 wrapped", "fix: a\n\nBREAKING CHANGE:\nthe config moved", .major, .breaking),
        MessageCase("A17 empty", "fix: a\n\nBREAKING CHANGE:", .major, .breaking, [.footerEmpty]),
        MessageCase("A18 number", "fix: a\n\nBREAKING CHANGE #12", .patch, .type, [.footerNearMissBreaking]),
        MessageCase("A19 bullet", "fix: a\n\n* BREAKING CHANGE: b", .major, .breaking, [.footerBulleted]),
        MessageCase("A20 CRLF", "fix: a thing\r\n\r\nBREAKING CHANGE: x", .major, .breaking),
        MessageCase("A21 fence", "fix: a\n\n```\nBREAKING CHANGE: x\n```", .patch),
        MessageCase("A22 sample", "fix: a\n\nUse it like:\n\n    feat!: drop the api", .patch),
        MessageCase("A23 code", "fix: a\n\nTABLE(f(x)) is kept\n(a: b", .patch),
        MessageCase("subject", "BREAKING CHANGE: drop v1", .major, .breaking),
        MessageCase(
            "subject in lower case", "breaking change: drop v1", .none, .unconventional,
            [.headerUnconventional, .footerNearMissBreaking]),
        MessageCase("below prose", "Add a\n\nBREAKING CHANGE: b", .major, .breaking, [.headerUnconventional]),
        MessageCase("below a revert", "Revert \"feat: a\"\n\nBREAKING CHANGE: b", .major, .breaking),
        MessageCase("numbered", "fix: a\n\n1. BREAKING CHANGE: b", .major, .breaking, [.footerBulleted]),
        MessageCase("tildes around backticks", "fix: a\n\n~~~\n```\nBREAKING CHANGE: x\n~~~", .patch),
        MessageCase("long fence", "fix: a\n\n````md\n```\nBREAKING CHANGE: x\n```\nBREAKING CHANGE: y\n````", .patch),
        MessageCase("behind a fence", "fix: a\n\n```\nx\n```\nBREAKING CHANGE: b", .major, .breaking),
        MessageCase("fence left open", "fix: a\n\n```\nBREAKING CHANGE: b", .major, .breaking),
        MessageCase("tab", "fix: a\n\n\tBREAKING CHANGE: x", .patch),
        MessageCase("quote", "fix: a\n\n> BREAKING CHANGE: x", .patch),
        MessageCase("near miss in a fence", "fix: a\n\n```\nBREAKING CHANGES: x\n```", .patch),
        MessageCase(
            "misplaced bang", "feat!(api): a", .none, .unconventional,
            [.headerUnconventional, .footerNearMissBreaking]),
        MessageCase("revert with bang", "revert!: drop the old api", .major, .breaking),
        MessageCase("a lone CR", "fix: a\r\rBREAKING CHANGE: b", .major, .breaking),
    ]

    static let squashes: [MessageCase] = {
        let smaller = "fix: tidy (#12)\n\n* fix: one small thing\n\n* feat: add the second thing"
        let union = MessagePolicy(squash: .union)
        let off = MessagePolicy(unconventional: .patch, squash: .off)
        let log = """
            Squashed commit of the following:

            commit 74e6b0087331e5947fd8ba388e75d4d1900dfd44
            Author: J <j@x>
            Date:   Thu May 17 11:21:50 2018 -0400

                feat: more fixes

            commit b894885ae467975226e81080a35625d247796960
            Author: J <j@x>
            Date:   Thu May 17 11:13:25 2018 -0400

                fix: less
            """
        return [
            MessageCase("C01 title understates", smaller, .patch, .type, [.squashTitleUnderstates]),
            MessageCase("C02 union", smaller, .minor, .squash, [.squashBulletsUsed]).under(union),
            MessageCase("C01 off", smaller, .patch).under(off),
            MessageCase(
                "C03 prose title", "My title (#12)\n\n* feat: b\n\n* fix: a", .minor, .squash, [.squashBulletsUsed]),
            MessageCase("C03 off", "My title (#12)\n\n* feat: b", .patch, .unconventional, [.headerUnconventional])
                .under(off),
            MessageCase(
                "C04 breaking bullet", "chore: cleanup (#12)\n\n* feat!: drop\n\n* fix: b", .major, .squash,
                [.squashTitleUnderstates]),
            MessageCase("C05 log of a squash", log, .minor, .squash, [.squashBulletsUsed]),
            MessageCase(
                "C05 below a title", "chore: all\n\n" + log.replacing("feat: more", with: "feat!: more"), .major,
                .squash, [.squashTitleUnderstates]),
            MessageCase(
                "C05 with a footer", log + "\n\n    BREAKING CHANGE: a", .major, .breaking, [.squashBulletsUsed]),
            MessageCase(
                "C05 with a sample", log + "\n\n        BREAKING CHANGE: a", .minor, .squash,
                [.squashBulletsUsed]),
            MessageCase(
                "C06 footer in the middle",
                "feat: big (#80)\n\n* feat: part\n\nBREAKING CHANGE: gone\n\n* docs: b\n\nCo-authored-by: X <x@y>",
                .major, .breaking),
            MessageCase(
                "bullets that say nothing", "My title\n\n- note: a\n- fixed b", .none, .unconventional,
                [.headerUnconventional]),
            MessageCase(
                "bullets of all kinds", "My title\n\n- docs: a\n+ fix: b\n1. chore: c\n2) feat: d", .minor,
                .squash, [.squashBulletsUsed]),
            MessageCase(
                "bullets that are wrong", "My title\n\n* note!: a\n* (b)\n*feat: c", .major, .squash,
                [.squashBulletsUsed]),
            MessageCase(
                "release notes of others",
                "fix(deps): a\n\n<details>\n<details open>\n\n## Breaking changes\n- feat!: b\n</details>\nRelease-As: 9.0.0\n"
                    + "</details>\n\n* chore: c", .patch),
            MessageCase(
                "a break among release notes", "fix: a\n\n<details>\n\nBREAKING CHANGE: b\n\n</details>", .major,
                .breaking),
            MessageCase(
                "behind release notes", "fix: a\n\n<details>\nb\n</details>\n\n* feat!: c", .major, .squash,
                [.squashTitleUnderstates]),
            MessageCase(
                "release notes left open", "fix: a\n\n<details>\n\n* feat!: c", .major, .squash,
                [.squashTitleUnderstates]),
            MessageCase("a sample among bullets", "chore: a\n\n```\n* feat!: b\n```\n\n    * feat!: c", .none),
        ]
    }()

    static let reverts: [MessageCase] = {
        let id = String(repeating: "1234567890", count: 4)
        return [
            MessageCase("D03 revert", "Revert \"feat: a\"\n\nThis reverts commit \(id).", .patch, .revert),
            MessageCase("D04 reapply", "Reapply \"feat: a\"\n\nThis reverts commit \(id).", .minor, .revert),
            MessageCase("D05 header", "revert: feat!: a\n\nThis reverts commit \(id).", .patch, .revert),
            MessageCase("D06 references", "revert: the noodle incident\n\nRefs: 676104e, a215868", .patch, .revert),
            MessageCase("D07 forge", "Revert \"feat: a (#12)\" (#13)\n\nReverts acme/mono#12", .patch, .revert),
            MessageCase("twice", "Revert \"Revert \"feat: a\"\"", .minor, .revert),
            MessageCase("thrice", "Revert \"Revert \"Revert \"feat: a\"\"\"", .patch, .revert),
            MessageCase("prose", "Revert to the old way", .none, .unconventional, [.headerUnconventional]),
            MessageCase("own words", "Undo a\n\nThis reverts commit \(id).", .patch, .revert),
            MessageCase("a fix that reverts", "fix: undo a\n\nThis reverts commit \(id).", .patch),
            MessageCase("a skipped commit", "Revert \"feat: a [skip release]\"", .patch, .revert),
        ]
    }()

    @Test(arguments: headers) func `a header asks for`(_ message: MessageCase) { message.check() }
    @Test(arguments: breaks) func `a break is announced by`(_ message: MessageCase) { message.check() }
    @Test(arguments: squashes) func `a squash asks for`(_ message: MessageCase) { message.check() }
    @Test(arguments: reverts) func `a revert asks for`(_ message: MessageCase) { message.check() }

    @Test(arguments: [
        "Breaking Change: x", "BREAKING: x", "Breaking: x", "BREAKING CHANGE x", "BREAKING CHANGE",
        "BREAKING CHANGE : x",
        "BREAKING_CHANGE: x", "BREAKING  CHANGE: x", "BREAKING CHANGE(api): x", "BREAKING CHANGE!: x",
        "**BREAKING CHANGE**: x", "**BREAKING CHANGE:** x", "## Breaking changes", "Breaking Changes", "[BREAKING] x",
        "💥 BREAKING CHANGE: x", "BREAKING CHANGE：x", "- Breaking change: x", "Breaking-Change: x", "BREAKINGCHANGE: x",
    ])
    func `what is almost a marker is reported`(line: String) {
        MessageCase(line, "fix: a\n\n" + line, .patch, .type, [.footerNearMissBreaking]).check()
    }

    @Test(arguments: [
        "Breaking changes are listed elsewhere", "breaking change", "No breaking changes: all is well",
        "this is a breaking change: b", "Breaking news", "BREAKING CHANGELOG", "> Breaking Change: x",
        "    BREAKING CHANGES: x", "breakingly: x",
    ])
    func `prose and samples about breaks are not`(line: String) {
        MessageCase(line, "fix: a\n\n" + line, .patch).check()
    }

    @Test(arguments: ["breaking: x", "breaking(api): x"]) func `a type may be almost a marker`(subject: String) {
        MessageCase(subject, subject, .none, .type, [.footerNearMissBreaking]).check()
    }

    @Test(arguments: ["feat: BREAKING CHANGE: x", "feat: breaking: x", "feat(api): **Breaking change**: x"])
    func `a marker behind a type is almost one`(subject: String) {
        MessageCase(subject, subject, .minor, .type, [.footerNearMissBreaking]).check()
    }
}
