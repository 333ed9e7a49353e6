import Testing

@testable import Pipeline

struct MessageFormTests {
    static let examples: [(id: String, message: String, type: String, scope: String?, isBreaking: Bool, level: Level)] =
        [
            (
                "P01",
                "feat: allow provided config object to extend other configs\n\nBREAKING CHANGE: `extends` key in config file "
                    + "is now used for extending other config files", "feat", nil, true, .major
            ),
            ("P02", "feat!: send an email to the customer when a product is shipped", "feat", nil, true, .major),
            ("P03", "feat(api)!: send an email to the customer when a product is shipped", "feat", "api", true, .major),
            (
                "P04",
                "feat!: drop support for Node 6\n\nBREAKING CHANGE: use JavaScript features not available in Node 6.",
                "feat", nil, true, .major
            ),
            ("P05", "docs: correct spelling of CHANGELOG", "docs", nil, false, .none),
            ("P06", "feat(lang): add Polish language", "feat", "lang", false, .minor),
            (
                "P07",
                "fix: prevent racing of requests\n\nIntroduce a request id and a reference to latest request. Dismiss\n"
                    + "incoming responses other than from latest request.\n\nReviewed-by: Z\nRefs: #123",
                "fix", nil, false, .patch
            ),
            (
                "P08", "revert: let us never again speak of the noodle incident\n\nRefs: 676104e, a215868", "revert",
                nil,
                false, .patch
            ),
            (
                "P09", "fix: array parsing issue when multiple spaces were contained in string", "fix", nil, false,
                .patch
            ),
            ("P10", "docs: update ref docs.", "docs", nil, false, .none),
        ]

    @Test(arguments: examples.indices) func `the examples of the specification P01 to P10`(index: Int) {
        let example = Self.examples[index]
        let message = CommitMessage(example.message)
        #expect(message.header?.type == example.type)
        #expect(message.header?.scope == example.scope)
        #expect(message.isBreaking == example.isBreaking)
        #expect(message.lints.isEmpty)
        #expect(message.judged(by: MessagePolicy()).level == example.level)
    }

    @Test(arguments: [
        ("feat(a,b): c", ["a", "b"]), ("feat(a, b ,): c", ["a", "b"]), ("feat(api/v2): c", ["api/v2"]),
        ("feat(my scope): c", ["my scope"]), ("feat: c", []), ("feat( ): c", []), ("feat(größe)!: c", ["größe"]),
    ])
    func `scopes`(subject: String, scopes: [String]) { #expect(CommitMessage(subject).header?.scopes == scopes) }

    @Test func `subject and text are without blanks around them`() {
        let message = CommitMessage("\r\n  feat(api):   a  b \t\r\nc")
        #expect(message.subject == "feat(api):   a  b")
        #expect(message.header?.text == "a  b")
        #expect(message.lints == [.bodyNoBlankLine])
    }

    @Test(arguments: [
        ("BREAKING CHANGE: a\nb\n  c\n\nd", ["a\nb\nc"]), ("BREAKING CHANGE:\n\na\nb", ["a\nb"]),
        ("BREAKING CHANGE: a\nReviewed-by: Z", ["a"]), ("BREAKING CHANGE: a\n* docs: b", ["a"]),
        ("BREAKING CHANGE: a\nBREAKING-CHANGE: b", ["a", "b"]), ("BREAKING CHANGE:\n- a\n- b", ["- a\n- b"]),
        ("BREAKING CHANGE:\n\nReviewed-by: Z", [""]), ("BREAKING CHANGE: a\n    b", ["a\nb"]),
    ])
    func `notes go on until a blank line or another footer`(body: String, notes: [String]) {
        #expect(CommitMessage("fix: a\n\n" + body).breakingNotes == notes)
    }

    @Test(arguments: [
        ("This reverts commit 676104E.", ["676104e"]),
        (
            "This reverts commits 676104e, a215868 and b215868.",
            ["676104e", "a215868", "b215868"]
        ),
        ("This reverts commit 676104e, reversing\nchanges made to a215868.", ["676104e"]),
        ("This reverts commit 676104e.\nThis reverts commit a215868.", ["676104e", "a215868"]),
        ("This reverts commit 67610.", []), ("This reverts commit \(String(repeating: "a", count: 41))", []),
        ("This reverts commit \(String(repeating: "a", count: 64))", [String(repeating: "a", count: 64)]),
        ("    This reverts commit 676104e.", []), ("Refs: 676104e, #12", ["676104e"]), ("Refs: #12", []),
    ])
    func `ids of what is reverted`(body: String, commits: [String]) {
        #expect(CommitMessage("Revert \"feat: a\"\n\n" + body).revert?.commits == commits)
    }

    @Test(arguments: [
        ("Revert \"feat: a (#12)\" (#13)", "feat: a (#12)", false), ("Revert 'fix: a'", "fix: a", false),
        ("Revert \"Revert \"feat: a\"\"", "Revert \"feat: a\"", false), ("Reapply \"feat: a\"", "feat: a", true),
        ("revert: feat: a", "feat: a", false), ("revert: \"feat: a\"", "feat: a", false),
        ("revert(api): feat: a (#12) (#13)", "feat: a (#12)", false), ("revert: feat: a (#12)", "feat: a (#12)", false),
        ("Merged PR 13: Revert \"feat: a\"", "feat: a", false),
    ])
    func `subjects of what is reverted`(subject: String, quoted: String, isReapply: Bool) {
        let revert = CommitMessage(subject).revert
        #expect(revert?.subject == quoted)
        #expect(revert?.isReapply == isReapply)
        #expect(revert?.target == (isReapply ? "Revert \"\(quoted)\"" : quoted))
    }

    @Test(arguments: [
        ("Reverts acme/mono#12", ["12"]), ("Reverts !7", ["7"]), ("This reverts merge request !12", ["12"]),
        ("Reverts the behaviour of #12", []),
    ])
    func `numbers of what is reverted`(body: String, numbers: [String]) {
        #expect(CommitMessage("Revert \"a\"\n\n" + body).revert?.requests == numbers)
    }

    @Test(arguments: [
        "feat: a\n\nThis reverts commit 676104e.", "feat!: a\n\nReverts #12",
        "fix: a\n\n* fix: b\n\nThis reverts commit 676104e.",
        "fix: a\n\nRefs: 676104e",
    ])
    func `what is more than a revert is none`(message: String) { #expect(CommitMessage(message).revert == nil) }

    @Test(arguments: [
        ("Release-As: 3.0.0", [nil], ["3.0.0"]), ("release-as: billing@2.0.0-rc.1", ["billing"], ["2.0.0-rc.1"]),
        ("Release-As: Minor", [nil], ["minor"]), ("Release-As: v3.0.0", [nil], ["?v3.0.0"]),
        ("Release-As: none", [nil], ["?none"]), ("Release-As:", [nil], ["?"]),
        ("Release-As: bil ling@2.0.0", [nil], ["?bil ling@2.0.0"]),
        ("Release-As: a@1.0.0, b@major\n\nmore\n\nRelease-As: 2.0.0", ["a", "b", nil], ["1.0.0", "major", "2.0.0"]),
        ("* feat: part one\n\nRelease-As: 2.0.0\n\n* docs: y", [nil], ["2.0.0"]),
        ("```\nRelease-As: 2.0.0\n```", [], []), ("    Release-As: 2.0.0", [], []), ("> Release-As: 2.0.0", [], []),
        ("as in Release-As: 2.0.0", [], []),
    ])
    func `versions that are asked for`(body: String, services: [String?], targets: [String]) {
        let asked = CommitMessage("chore: cut\n\n" + body).releaseAs
        #expect(asked.map { $0.service?.text } == services)
        let texts = asked.map { asked in
            switch asked.target {
            case .version(let version): "\(version)"
            case .level(let level): level.rawValue
            case .invalid(let text): "?" + text
            }
        }
        #expect(texts == targets)
    }

    @Test func `services and picked commits`() {
        let message = CommitMessage(
            "feat: a\n\nRelease-Service: billing, orders\nRelease-Service: web\n(cherry picked from commit 676104e)\n"
                + "(cherry picked from commit A215868)\n(cherry picked from commit x)")
        #expect(message.releaseServices == ["billing", "orders", "web"])
        #expect(message.cherryPickedFrom == ["676104e", "a215868"])
    }

    @Test(arguments: [
        ("Merge pull request #12 from acme/f\n\nfeat: x", "feat: x"),
        ("Merge branch 'f' into 'main'\n\nfix: x\n\nSee merge request acme/mono!12", "fix: x"),
        ("Merged in f (pull request #12)\r\n\r\nfeat(a)!: x\r\n", "feat(a)!: x"),
        ("Merged PR 12: feat: x", "Merged PR 12: feat: x"), ("feat: merge it (#12)", "feat: merge it (#12)"),
        ("Merge pull request 'feat: x' (#12) from f into main", "feat: x"),
        ("Pull request #12: feat: x\n\nMerge in A/b from f to main", "Pull request #12: feat: x"),
        ("Merge pull request #12 from acme/f\n\nSome title\n\nfix: x", "fix: x"),
        ("Merge pull request #13 from acme/f\n\nRevert \"feat: a\"", "Revert \"feat: a\""),
        ("Merge branch 'f'\n\nSome title\n\nnote: x\n\n    fix: y", "Merge branch 'f'"),
        ("Merge branch 'f'", "Merge branch 'f'"),
    ])
    func `titles of merges`(message: String, subject: String) {
        #expect(CommitMessage(mergeBytes: Array(message.utf8)).subject == subject)
    }

    @Test func `what stands below the title of a merge belongs to it`() {
        let text = "Merge pull request #12 from acme/f\n\nfix: x\n\nBREAKING CHANGE: y\n\nRelease-As: 2.0.0"
        let message = CommitMessage(mergeBytes: Array(text.utf8))
        #expect(message.isBreaking && message.releaseAs.count == 1 && message.lints.isEmpty)
    }

    @Test(
        arguments: [
            ("ISO-8859-1", [0xFC, 0xA4], "ü¤"), ("latin1", [0xE9], "é"), ("iso_8859-15", [0xA4, 0xFC], "€ü"),
            ("windows-1252", [0x80, 0x93, 0xFC], "€“ü"), ("CP1252", [0x81], "\u{FFFD}"),
            ("US-ASCII", [0xE9], "\u{FFFD}"),
            (nil, [0xC3, 0xBC], "ü"), ("UTF-8", [0xFC], "\u{FFFD}"), ("klingon", [0xC3, 0xBC], "ü"),
        ] as [(String?, [UInt8], String)])
    func `encodings`(name: String?, bytes: [UInt8], text: String) {
        #expect(CommitMessage(bytes: Array("fix: ".utf8) + bytes, encoding: name).header?.text == text)
    }

    @Test func `lints have codes and meanings, and one is an error`() {
        #expect(VersionLint.allCases.count == 25)
        #expect(VersionLint.allCases.filter(\.isError) == [.footerNearMissBreaking])
        #expect(Set(VersionLint.allCases.map(\.meaning)).count == 25)
        #expect(VersionLint(rawValue: "release-as.ambiguous") == .releaseAsAmbiguous)
    }
}
