import Testing

@testable import Pipeline

/// Numbers that look like chance and are the same each time.
private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) << 32 | state >> 32
    }
}

struct MessageSoupTests {
    private static let fragments = [
        "feat", "fix", "chore", "docs", "revert", "security", "refactor", "feet", "Docs", "BREAKING CHANGE",
        "BREAKING-CHANGE", "breaking change", "Breaking", ": ", ":", "!: ", "(a)", "(a,b)", "()", "!", " ", "\t", "\n",
        "\n",
        "\n\n", "\n\n", "\r\n", "\r", "* ", "- ", "1. ", "    ", "```", "~~~", "> ", "Revert \"", "Reapply \"", "\"",
        "This reverts commit ", "this reverts commit ", "676104e", "Reverts #12", "Refs: ", "Release-As: 2.0.0",
        "release-as: a@minor", "Release-Service: a", "Skip-Release: true", "[skip release]", "fixup! ", "PAY-12 ",
        "Merged PR 12: ", "✨ ", "\u{FEFF}", "\0", "ü", "Squashed commit of the following:", "commit 676104e\n", "a",
        "some words ", "The body. ", "Reviewed-by: Z", "(cherry picked from commit 676104e)", "brave", "b",
        "<details>\n", "</details>\n", "This ",
        "#", "**",
    ]
    private static let beginnings = [
        "feat: ", "feat(api): ", "fix(a-1): c\n", "fix: a", "chore: b", "docs: c\n\n", "perf: words\n\nMore",
        "build: 1",
    ]

    private static func soup(_ dice: inout Dice, of count: Int) -> [UInt8] {
        var text = Bool.random(using: &dice) ? beginnings.randomElement(using: &dice) ?? "" : ""
        for _ in 0..<Int.random(in: 0...count, using: &dice) { text += fragments.randomElement(using: &dice) ?? "" }
        return Array(text.utf8)
    }

    @Test(arguments: 0..<8) func `a grade without reading is what reading says`(seed: UInt64) {
        var dice = Dice(state: seed)
        var graded = 0
        for _ in 0..<5000 {
            let bytes = Self.soup(&dice, of: 8)
            guard let plain = CommitMessage.plain(bytes) else { continue }
            graded += 1
            let message = CommitMessage(bytes: bytes)
            let judgement = message.judged(by: MessagePolicy())
            let isPlain =
                judgement.level == Level.allCases[Int(plain.level)] && judgement.rule == .type
                && judgement.lints.isEmpty && message.revert == nil && message.bullets.isEmpty
                && message.footers == CommitMessage.Footers()
                && message.header?.scopes == (plain.scope.isEmpty ? [] : [String(decoding: plain.scope, as: UTF8.self)])
            #expect(isPlain, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
        #expect(graded > 200)
    }

    @Test(
        arguments: [
            ("feat: add a thing", 2), ("fix: a", 1), ("fix: a\n\nb\n75 of them", 1), ("security: 404", 1),
            ("refactor: a\n", 0), ("feat(api-2): a", 2),
            ("feat: a\n\nSome words.\nThe rest, reviewed\n\nReviewed-by: Z\nCo-authored-by: Y\n", 2),
        ] as [(String, UInt8)])
    func `plain messages are graded`(message: String, grade: UInt8) {
        #expect(CommitMessage.plain(Array(message.utf8))?.level == grade)
    }

    @Test(arguments: [
        "", "f", "fix:", "fix: ", "feat(a): b", "feat(): a", "feat(a,c): d", "feat(A): c", "feat(a) : c", "feat(a",
        "feat(", "feat!: a", "FEAT: a", "revert: a", "feet: a", "Add a", "fix: a\nb",
        "fix: a\n\n* b", "fix: a\n\n12. b", "fix: a\n\nBREAKING CHANGE: b", "fix: a\n\nThis reverts commit 676104e",
        "fix: a [skip release]",
        "fix: breaking: a", "fix: a\r\n", "fix: a\n\nRelease-As: 1.0.0", "fix: a\n\nSkip-Release: true",
        "Merge branch 'a'",
    ])
    func `others must be read`(message: String) {
        #expect(CommitMessage.plain(Array(message.utf8)) == nil)
    }

    @Test func `a scope that is somebody's name is plain to that one only`() {
        let grader = MessageGrader(["api", "billing"])
        let grades = ["fix(api): a", "fix(other): a", "fix: a", "Fix"].map { grader.grade(Array($0.utf8)) }
        #expect(grades.map { grader.isPlain($0, to: "api") } == [true, true, true, false])
        #expect(grades.map { grader.isPlain($0, to: "billing") } == [false, true, true, false])
        #expect(grades.prefix(3).map(MessageGrader.level) == [.patch, .patch, .patch])
    }

    @Test(arguments: 0..<8) func `no bytes break the reading`(seed: UInt64) {
        var dice = Dice(state: seed &+ 100)
        for round in 0..<1500 {
            let isSoup = round.isMultiple(of: 2)
            let bytes =
                isSoup
                ? Self.soup(&dice, of: 40)
                : (0..<Int.random(in: 0...200, using: &dice)).map { _ in UInt8.random(in: 0...255, using: &dice) }
            for encoding in [nil, "latin1", "windows-1252", "ascii"] {
                let message = CommitMessage(bytes: bytes, encoding: encoding)
                let judgement = message.judged(by: MessagePolicy(squash: .union))
                #expect(Set(judgement.lints).count == judgement.lints.count)
                #expect(
                    !message.isBreaking || judgement.rule == .skip || judgement.rule == .autosquash
                        || judgement.level == .major)
                _ = CommitMessage(mergeBytes: bytes, encoding: encoding)
            }
        }
    }

    @Test(arguments: [
        "a", "\n", " ", "\t\n", "```\n", "```a\n", "`~`\n", "* feat: a\n", "BREAKING CHANGE: a\n", "BREAKING CHANGE:\n",
        "Revert \"", "revert: ", "PAY-1 ", "✨", "[", "[skip release", "feat(", "breaking ", "* ", "Release-As: 1.0.0,",
        "Squashed commit of the following:\n", "commit 676104e\n", "<details>\n", "</details>\n",
        "This reverts commit 676104e\n", "9", "\0", "\u{FF}",
        "👩‍",
        "676104e,", "Merged PR 1: ", "::", ":a:", "!", "note: a\n", "\"", "fix: a (#1) (#2)\n",
    ])
    func `much of anything is read`(fragment: String) {
        let bytes = Array(String(repeating: fragment, count: 40_000 / fragment.utf8.count).utf8)
        for beginning in ["", "fix: a\n\n", "Merge a\n\n", "Revert \"", "Squashed commit of the following:\n"] {
            let message = CommitMessage(mergeBytes: Array(beginning.utf8) + bytes)
            let judgement = message.judged(by: MessagePolicy())
            #expect(judgement.rule != .mapping)
            _ = MessageGrader([]).grade(bytes)
        }
    }

    @Test func `a megabyte of everything is read`() {
        var dice = Dice(state: 1)
        var bytes: [UInt8] = []
        while bytes.count < 1_000_000 { bytes += Self.soup(&dice, of: 100) }
        #expect(CommitMessage(bytes: bytes).lints.contains(.footerNearMissBreaking))
    }
}
